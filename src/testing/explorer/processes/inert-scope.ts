import { createEmptyActor, type AnyActorScope, type InspectionEvent } from 'xstate';
import type { RecordedCommand } from '../description/host-adapter.js';

export type MicrostepEvent = Extract<InspectionEvent, { readonly type: '@xstate.microstep' }>;

const idle = () => undefined;

/**
 * Where machines run outside any actor, executing nothing.
 *
 * @param observe is told of each microstep.
 * @returns a scope for one macrostep, whose actions go to the given list.
 */
export function createInertScopes(
  observe: (microstep: MicrostepEvent) => void,
): (actions: RecordedCommand[]) => AnyActorScope {
  const self = createEmptyActor();
  self.system.inspect((inspected) => {
    if (inspected.type === '@xstate.microstep') observe(inspected);
  });
  return (actions) => ({
    self,
    id: '',
    sessionId: '',
    logger: idle,
    defer: idle,
    emit: idle,
    stopChild: idle,
    system: self.system,
    actionExecutor: ({ type, params }) => {
      actions.push({ type, params });
    },
  });
}
