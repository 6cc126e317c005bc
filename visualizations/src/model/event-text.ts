import type { TraceStateNode, TraceTransition } from '../../../src/trace-events/trace-event.js';

/**
 * The type of an event as people read it: `after silenceTimeout` for the timer that XState calls
 * `xstate.after.silenceTimeout.stream.active`, `onDone` and `onError` for the ends of states and actors, `start` and
 * `stop` for its own events of these, `resolve` and the like for what promises do; others as they are.
 */
export function eventText(type: string): string {
  const delay = /^xstate\.after\.(\d+\.\d+(?=\.)|[^.]+)\./.exec(type)?.[1] ?? /^after:(.+)$/.exec(type)?.[1];
  if (delay !== undefined) return `after ${delayText(delay)}`;
  if (type.startsWith('xstate.done.state.')) return 'onDone';
  const [, what, id = ''] = /^xstate\.(done\.actor|error\.actor|snapshot)\.(.+)$/.exec(type) ?? [];
  if (what !== undefined) return `${settled[what] ?? what}${isMadeUp(id) ? '' : ` (${id})`}`;
  const own = /^xstate\.(?:promise|observable)\.(.+)$/.exec(type)?.[1];
  if (own !== undefined) return own;
  return { 'xstate.init': 'start', 'xstate.stop': 'stop', 'xstate.route': 'route' }[type] ?? type;
}

const settled: Readonly<Record<string, string>> = {
  'done.actor': 'onDone',
  'error.actor': 'onError',
  snapshot: 'onSnapshot',
};

/** Whether XState has made this id up, for want of one: `0.order.paying` of an invocation, `x:3` of what is spawned. */
export function isMadeUp(id: string): boolean {
  return /^\d+\.|^x:\d+$/.test(id);
}

/** A delay as people read it: its name, or its milliseconds. */
export function delayText(delay: string): string {
  return /^\d+(\.\d+)?$/.test(delay) ? `${delay} ms` : delay;
}

/** What sets a transition off. Where a state runs several actors, their ends are told apart by what they run. */
export function triggerText(state: TraceStateNode, { event }: TraceTransition): string {
  const invokes = state.invokes ?? [];
  const [, what, id] = /^xstate\.(done\.actor|error\.actor|snapshot)\.(.+)$/.exec(event) ?? [];
  const invoked = invokes.find((candidate) => candidate.id === id);
  if (what === undefined || invoked === undefined) return eventText(event);
  return `${settled[what] ?? what}${invokes.length > 1 || state.children.length > 0 ? ` (${invoked.src})` : ''}`;
}

/** What a step has done, as people read it: XState's own actions without its name. */
export function commandText(command: string): string {
  return command.replace(/^xstate\./, '');
}
