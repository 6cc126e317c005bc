import {
  createEmptyActor,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type EventObject,
  type InspectionEvent,
  type StateValue,
} from 'xstate';
import type { RecordedCommand } from '../description/host-adapter.js';
import { canonicalText, frozenAs, frozenFrom, type Plain } from '../description/plain-data.js';
import type { ActorState } from './process-state.js';

/** What one macrostep of one machine did. `actions` are as XState resolved them; none was executed. */
export interface MachineStep {
  readonly isDone: boolean;
  readonly value: StateValue;
  /** Cannot be changed: an assign that mutates its context throws. */
  readonly context: Plain;
  readonly actions: readonly RecordedCommand[];
}

/** Told of each microstep: the states that it left the machine in, and the transitions that it took. */
export type MicrostepObserver = (snapshot: AnyMachineSnapshot, taken: readonly AnyTransitionDefinition[]) => void;

export interface MachineStepper {
  initial(input: Plain | undefined): MachineStep;
  next(value: StateValue, context: Plain, event: EventObject): MachineStep;
}

type MicrostepEvent = Extract<InspectionEvent, { readonly type: '@xstate.microstep' }>;

const idle = () => undefined;

/**
 * Where machines run outside any actor, executing nothing.
 *
 * @param observe is told of each microstep.
 * @returns a scope for one macrostep, whose actions go to the given list.
 */
function createInertScopes(
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

function stepOf(snapshot: AnyMachineSnapshot, actions: readonly RecordedCommand[]): MachineStep {
  if (snapshot.status === 'error') throw snapshot.error;
  if (Object.keys(snapshot.children as object).length > 0) {
    throw new Error('it invoked or spawned a child; only actors that the host makes can be explored');
  }
  return {
    isDone: snapshot.status === 'done',
    // As it is: XState visits parallel regions in the order of these keys.
    value: frozenAs(snapshot.value as StateValue, 'the state value'),
    context: frozenFrom(canonicalText(snapshot.context, 'context')) as Plain,
    actions,
  };
}

/** The text of a step, as far as it can be told: params that are no plain data are judged when they are performed. */
function textOf(step: MachineStep): string {
  try {
    return canonicalText(step, 'the step');
  } catch {
    return canonicalText({ ...step, actions: step.actions.map(({ type }) => type) }, 'the step');
  }
}

/**
 * Runs single macrosteps of a machine outside any actor, executing nothing. This does what XState's own `transition()`
 * does, without making an actor for each call, and it hears of the transitions taken. Each step is run twice, compared,
 * and remembered.
 *
 * Its methods throw what guards, assigns, params and delays throw, and if the two runs differ.
 */
export function createMachineStepper(machine: AnyStateMachine, observe: MicrostepObserver): MachineStepper {
  const scopeFor = createInertScopes(({ snapshot, _transitions }) => {
    observe(snapshot as AnyMachineSnapshot, _transitions);
  });
  const known = new Map<string, MachineStep>();

  function record(run: (scope: AnyActorScope) => AnyMachineSnapshot): MachineStep {
    const actions: RecordedCommand[] = [];
    return stepOf(run(scopeFor(actions)), actions);
  }

  function remember(key: string, run: (scope: AnyActorScope) => AnyMachineSnapshot): MachineStep {
    const before = known.get(key);
    if (before !== undefined) return before;
    const step = record(run);
    const [once, again] = [textOf(step), textOf(record(run))];
    if (once !== again) throw new Error(`it is not deterministic: it led once to ${once} and once to ${again}`);
    known.set(key, step);
    return step;
  }

  return {
    initial: (input) =>
      remember(`start ${input === undefined ? '' : canonicalText(input, 'the input')}`, (scope) =>
        machine.getInitialSnapshot(scope as never, input),
      ),
    next: (value, context, event) =>
      remember(canonicalText([value, context, event], 'the event'), (scope) =>
        machine.transition(machine.resolveState({ value, context }), event, scope as never),
      ),
  };
}

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
