import {
  createEmptyActor,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type EventObject,
  type StateValue,
} from 'xstate';
import type { ActorState } from './process-state.js';

/** What a macrostep was, beyond what a trace keeps of it. */
export interface RetoldStep {
  /** The states that were active before it. */
  readonly nodes: readonly AnyStateNode[];
  readonly taken: readonly AnyTransitionDefinition[];
  readonly value: StateValue;
  readonly context: unknown;
}

const idle = () => undefined;

/** Takes a macrostep once more, executing nothing, to hear of its transitions. Undefined where it breaks. */
export function retellStep(machine: AnyStateMachine, before: ActorState, event: EventObject): RetoldStep | undefined {
  const self = createEmptyActor();
  const taken: AnyTransitionDefinition[] = [];
  self.system.inspect((inspected) => {
    if (inspected.type === '@xstate.microstep') taken.push(...inspected._transitions);
  });
  const scope = {
    self,
    id: '',
    sessionId: '',
    logger: idle,
    defer: idle,
    emit: idle,
    stopChild: idle,
    system: self.system,
    actionExecutor: idle,
  } as unknown as AnyActorScope;
  try {
    const start = machine.resolveState({ value: before.value, context: before.context }) as AnyMachineSnapshot;
    const next: Pick<ActorState, 'value' | 'context'> = machine.transition(
      start,
      event,
      scope as never,
    ) as AnyMachineSnapshot;
    return { nodes: start._nodes as readonly AnyStateNode[], taken, value: next.value, context: next.context };
  } catch {
    return undefined;
  }
}
