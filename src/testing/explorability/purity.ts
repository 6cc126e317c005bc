/** What the text of a function must not speak of, and how a breach names it. */
const impurities: readonly (readonly [RegExp, string])[] = [
  [
    /\bDate\s*\.\s*now\b|\bnew\s+Date\b(?!\s*\(\s*[^)\s])|(?<!new\s)\bDate\s*\(|\bperformance\s*\.\s*now\b|\bhrtime\b/,
    'reads a clock',
  ],
  [/\bMath\s*\.\s*random\b|\brandomUUID\b|\bgetRandomValues\b|\brandomBytes\b/, 'draws a random number'],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\s*\(/, 'starts a timer'],
  [/(?<!\.)\bconsole\s*\./, 'writes to the console'],
  [/(?<!\.)\b(?:fetch\s*\(|process\s*\.|localStorage\b)/, 'does input or output'],
];

/** What XState hands to functions beside context and event. */
const waysOut = ['self', 'system', 'spawn'] as const;

/**
 * What a function of a machine does that makes its result depend on more than its arguments, as far as its text shows
 * it: what it calls in turn is not read. The explorer's own check, which runs each transition twice, finds much of the
 * rest, but not a clock that stands still between the two.
 */
export function impuritiesOf(fn: unknown): readonly string[] {
  if (typeof fn !== 'function') return [];
  const code = codeOf(Function.prototype.toString.call(fn));
  const isAsync = /^async\b/.test(code) || /^(?:function\s*)?\*/.test(code);
  return [
    ...impurities.filter(([pattern]) => pattern.test(code)).map(([, what]) => what),
    ...(isAsync ? ['is asynchronous'] : []),
  ];
}

/** Those of XState's ways out of the machine that a function takes from its first argument. */
export function waysOutOf(fn: unknown): readonly string[] {
  if (typeof fn !== 'function') return [];
  const parameters = /^[^({]*\(\s*\{([^{}]*)/.exec(codeOf(Function.prototype.toString.call(fn)))?.[1] ?? '';
  return waysOut.filter((name) => new RegExp(`\\b${name}\\b`).test(parameters));
}

/** Creators of effects that a function given to `enqueueActions` calls. */
export function enqueuedEffectsOf(collect: unknown): readonly string[] {
  if (typeof collect !== 'function') return [];
  const code = codeOf(Function.prototype.toString.call(collect));
  const calls = Array.from(
    code.matchAll(/\.(sendTo|sendParent|spawnChild|stopChild|emit)\s*\(/g),
    ([, name]) => name ?? '',
  );
  const delaysRaise = /\.raise\s*\(/.test(code) && /\bdelay\b/.test(code);
  return [...new Set(calls), ...(delaysRaise ? ['raise with a delay'] : [])];
}

/** The text of a function without its comments and plain strings, which may speak of anything. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (found) =>
    found.startsWith('/') ? ' ' : "''",
  );
}
