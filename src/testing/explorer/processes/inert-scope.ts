import type { AnyActorRef, AnyActorScope } from 'xstate';
import type { RecordedCommand } from '../description/host-adapter.js';

const idle = (): void => undefined;

/** What a macrostep outside of any actor is run in: nothing comes of it but the actions that it gives to `record`. */
export function inertScope(self: AnyActorRef, record: (action: RecordedCommand) => void): AnyActorScope {
  return {
    self,
    id: '',
    sessionId: '',
    logger: idle,
    defer: idle,
    emit: idle,
    stopChild: idle,
    system: self.system,
    actionExecutor: ({ type, params }: RecordedCommand) => {
      record({ type, params });
    },
  };
}
