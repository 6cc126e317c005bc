import type { AnyStateMachine, AnyStateNode, AnyTransition } from './v5.js';

/** Where version 4 keeps a transition. */
type Place =
  | { readonly kind: 'after'; readonly delay: string }
  | { readonly kind: 'stateDone' | 'event' }
  | { readonly kind: 'invokeDone' | 'invokeError'; readonly invoke: string };

/** Tells the transitions of one state apart that version 5 has all under the type of their event. */
export function eventNames(node: AnyStateNode): { placeOf(event: string, transition: AnyTransition): Place } {
  const invokes = new Set(node.invoke.map(({ id }) => id));
  const invokeAfter = (event: string, start: string): string | undefined => {
    const id = event.startsWith(start) ? event.slice(start.length) : undefined;
    return id !== undefined && invokes.has(id) ? id : undefined;
  };
  return {
    placeOf: (event, transition) => {
      const { delay } = transition as { readonly delay?: unknown };
      if (typeof delay === 'string' || typeof delay === 'number') return { kind: 'after', delay: String(delay) };
      if (event === `xstate.done.state.${node.id}`) return { kind: 'stateDone' };
      const done = invokeAfter(event, 'xstate.done.actor.');
      if (done !== undefined) return { kind: 'invokeDone', invoke: done };
      const failed = invokeAfter(event, 'xstate.error.actor.');
      return failed === undefined ? { kind: 'event' } : { kind: 'invokeError', invoke: failed };
    },
  };
}

const timers = new WeakMap<AnyStateMachine, ReadonlyMap<string, string>>();

/**
 * What version 4 calls an event. The names of timers are looked up: the delay may hold dots as well as the state's id,
 * so the text does not say where one ends.
 */
export function toV4EventType(type: string, machine: AnyStateMachine | undefined): string {
  const timer = machine === undefined ? undefined : timersOf(machine).get(type);
  if (timer !== undefined) return timer;
  return type
    .replace(/^xstate\.done\.actor\./, 'done.invoke.')
    .replace(/^xstate\.error\.actor\./, 'error.platform.')
    .replace(/^xstate\.done\.state\./, 'done.state.');
}

function timersOf(machine: AnyStateMachine): ReadonlyMap<string, string> {
  const known = timers.get(machine);
  if (known !== undefined) return known;
  const found = new Map<string, string>();
  const visit = (node: AnyStateNode): void => {
    for (const [event, transitions] of node.transitions) {
      for (const { delay } of transitions as readonly { readonly delay?: string | number }[]) {
        if (delay !== undefined) found.set(event, `xstate.after(${delay})#${node.id}`);
      }
    }
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  timers.set(machine, found);
  return found;
}
