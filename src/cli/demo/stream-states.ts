import type { AnyMachineSnapshot } from 'xstate';
import type { Inspector } from '../../tracing/index.js';

/** The actor of a stream has reached a state. */
export interface StreamStateChange {
  readonly side: 'consumer' | 'producer';
  /** The request subject. */
  readonly subject: string;
  readonly state: string;
}

const sides: Readonly<Record<string, StreamStateChange['side']>> = {
  consumerStream: 'consumer',
  producerStream: 'producer',
};

/**
 * An observer for the `inspect` option of a client, which tells of each state that a stream's actor reaches. Only the
 * outermost states are told: within them an actor may wait, for the connection say, without the stream being another.
 */
export function watchStreamStates(onChange: (change: StreamStateChange) => void): Inspector {
  const states = new WeakMap<object, string>();
  return (event) => {
    if (event.type !== '@xstate.snapshot' || !('machine' in event.snapshot)) return;
    const snapshot = event.snapshot as AnyMachineSnapshot;
    const side = sides[snapshot.machine.id];
    if (side === undefined) return;
    const value: unknown = snapshot.value;
    const state = typeof value === 'string' ? value : (Object.keys(value as object)[0] ?? '');
    if (states.get(event.actorRef) === state) return;
    states.set(event.actorRef, state);
    onChange({ side, subject: (snapshot.context as { readonly subject: string }).subject, state });
  };
}
