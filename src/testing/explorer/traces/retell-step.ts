import type {
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyStateNode,
  AnyTransitionDefinition,
  EventObject,
  StateValue,
} from 'xstate';
import { createInertScopes } from '../processes/inert-scope.js';
import type { ActorState } from '../processes/process-state.js';

/** What a macrostep was, beyond what a trace keeps of it. */
export interface RetoldStep {
  /** The states that were active before it. */
  readonly nodes: readonly AnyStateNode[];
  readonly taken: readonly AnyTransitionDefinition[];
  readonly value: StateValue;
  readonly context: unknown;
}

/** Takes a macrostep once more, executing nothing, to hear of its transitions. Undefined where it breaks. */
export function retellStep(machine: AnyStateMachine, before: ActorState, event: EventObject): RetoldStep | undefined {
  const taken: AnyTransitionDefinition[] = [];
  const scopeFor = createInertScopes(({ _transitions }) => {
    taken.push(..._transitions);
  });
  try {
    const start = machine.resolveState({ value: before.value, context: before.context }) as AnyMachineSnapshot;
    const next: Pick<ActorState, 'value' | 'context'> = machine.transition(
      start,
      event,
      scopeFor([]) as never,
    ) as AnyMachineSnapshot;
    return { nodes: start._nodes as readonly AnyStateNode[], taken, value: next.value, context: next.context };
  } catch {
    return undefined;
  }
}
