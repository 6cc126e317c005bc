/** What the parts of a statechart are called in trace events: its guards and actions, XState's own ones included. */

type Part = Readonly<Partial<Record<string, unknown>>>;

/** The type or the name of a guard or an action, as XState has it; undefined where there is none. */
export function typeOf(part: unknown): string | undefined {
  if (part === undefined || part === null) return undefined;
  if (typeof part === 'string') return part;
  const { type, name } = part as { readonly type?: unknown; readonly name?: unknown };
  if (typeof type === 'string') return type;
  return typeof name === 'string' && name !== '' ? name : '(inline)';
}

/** What a guard or an action is called; undefined where there is none. */
export function nameOf(part: unknown): string | undefined {
  if (typeof part !== 'object' && typeof part !== 'function') return typeOf(part);
  if (part === null) return undefined;
  const { type, name, guards, stateValue } = part as Part;
  if (Array.isArray(guards)) return combined(String(name), guards);
  if (stateValue !== undefined) return `in ${valueText(stateValue)}`;
  if (typeof type === 'string' && type.startsWith('xstate.'))
    return builtIn(type.slice('xstate.'.length), part as Part);
  const own = typeOf(part);
  // A function that is written where it is used takes its name from the property.
  return typeof type !== 'string' && ['guard', 'actions', 'entry', 'exit'].includes(own ?? '') ? '(inline)' : own;
}

/** The names of actions, without those that XState adds for the timers, which are told as timers. */
export function namesOf(actions: readonly unknown[]): readonly string[] {
  return actions.flatMap((action) => (isOfTimer(action as Part) ? [] : (nameOf(action) ?? [])));
}

function isOfTimer({ type, id, sendId }: Part): boolean {
  const timer = type === 'xstate.raise' ? id : type === 'xstate.cancel' ? sendId : undefined;
  return typeof timer === 'string' && timer.startsWith('xstate.after.');
}

/** `not(a)`, `a and b`, `a or b`. */
function combined(name: string, guards: readonly unknown[]): string {
  const names = guards.map((guard) => {
    const own = nameOf(guard) ?? '';
    return guards.length > 1 && / (and|or) /.test(own) ? `(${own})` : own;
  });
  return guards.length === 1 ? `${name}(${names.join('')})` : names.join(` ${name} `);
}

/** A state value in little: `{ goods: 'delivered' }` is `goods.delivered`. */
function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}.${valueText(inner)}`)
    .join(' and ');
}

/** An action of XState with what it does to whom, as far as that is written down: `send PAID to billing`. */
function builtIn(name: string, action: Part): string {
  const parts = {
    raise: ['raise', eventOf(action['event']), ...laterOf(action['delay'])],
    sendTo: ['send', eventOf(action['event']), ...(textOf('to', action['to']) ?? []), ...laterOf(action['delay'])],
    emit: ['emit', eventOf(action['event'])],
    spawnChild: ['spawn', nameOfLogic(action['src']), ...(textOf('as', action['id']) ?? [])],
    stopChild: ['stop', ...(textOf('', action['actorRef']) ?? ['a child'])],
    cancel: ['cancel', ...(textOf('', action['sendId']) ?? ['an event'])],
  }[name];
  return parts === undefined ? name : parts.filter((part) => part !== '').join(' ');
}

function eventOf(event: unknown): string {
  const type = typeof event === 'object' && event !== null ? (event as Part)['type'] : undefined;
  return typeof type === 'string' ? type : 'an event';
}

/** What is written down as text; what is worked out when the action is taken is not. */
function textOf(word: string, value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? [word, value] : undefined;
}

function laterOf(delay: unknown): readonly string[] {
  if (typeof delay === 'number') return ['after', `${delay} ms`];
  return textOf('after', delay) ?? [];
}

/** What the logic of a child is called: the name that the machine has for it. */
export function nameOfLogic(src: unknown): string {
  if (typeof src === 'string') return src.startsWith('xstate.invoke.') ? '(inline)' : src;
  const id = typeof src === 'object' && src !== null ? (src as Part)['id'] : undefined;
  return typeof id === 'string' ? id : '(inline)';
}
