import { similarName } from '../validation/similar-name.js';

/** What came, for an error: an empty string as such, a text in quotes, everything else by its kind. */
export function came(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number' || typeof value === 'boolean' ? `${typeof value} ${value}` : `a ${typeof value}`;
}

/** ` (did you mean '…'?)` where one of the known names may have been meant, and nothing where none is near. */
export function hintAt(name: string, known: readonly string[]): string {
  const meant = similarName(name, known);
  return meant === undefined ? '' : ` (did you mean '${meant}'?)`;
}

/**
 * Refuses what is no object, and an object with a field that is not among the known ones: what a slip of the pen names
 * would be passed over in silence, and the test that counts on it would pass.
 *
 * @param role how the error names the object, empty for the options themselves.
 */
export function requireFields(role: string, value: unknown, known: readonly string[]): void {
  const path = role === '' ? '' : `${role}: `;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${path}expected an object, came ${came(value)}`);
  }
  const stranger = Object.keys(value).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw new TypeError(`${path}expected one of ${known.join(', ')}, came '${stranger}'${hintAt(stranger, known)}`);
}

/** Refuses a value that is not one of a few words. */
export function requireOneOf(role: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return;
  const hint = typeof value === 'string' ? hintAt(value, words) : '';
  throw new TypeError(`${role}: expected ${words.map((word) => `'${word}'`).join(', ')}, came ${came(value)}${hint}`);
}

/** Refuses what is no function that answers at once: the promise of an async one would pass for true. */
export function requirePredicate(role: string, value: unknown): void {
  requireSynchronous(role, value, ' that gives true or false');
}

/** Refuses what is no function that gives its result at once. @param result what it gives, for the error. */
export function requireSynchronous(role: string, value: unknown, result = ''): void {
  if (typeof value !== 'function') throw new TypeError(`${role}: expected a function, came ${came(value)}`);
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object Function]') return;
  const what = kind.startsWith('[object Async') ? 'an async function: it must answer at once' : 'a generator';
  throw new TypeError(`${role}: expected a function${result}, came ${what}`);
}

/** The answer of a predicate, which must be true or false. */
export function requireBoolean(role: string, answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  const hint =
    typeof (answer as { then?: unknown } | null | undefined)?.then === 'function' ? 'a promise' : came(answer);
  throw new TypeError(`${role}: expected true or false, came ${hint}`);
}
