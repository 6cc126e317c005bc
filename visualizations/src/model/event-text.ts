/**
 * The type of an event as people read it: `after silenceTimeout` for the timer that XState calls
 * `xstate.after.silenceTimeout.stream.active`, `start` and `stop` for its own events of these; others as they are.
 */
export function eventText(type: string): string {
  const delay = /^xstate\.after\.([^.]+)\./.exec(type)?.[1];
  if (delay !== undefined) return `after ${delay}`;
  return { 'xstate.init': 'start', 'xstate.stop': 'stop' }[type] ?? type;
}
