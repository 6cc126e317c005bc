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
import type { Child } from '../description/invoked.js';
import { canonicalText, frozenAs, frozenFrom, type Plain } from '../description/plain-data.js';
import { inertScope } from './inert-scope.js';
import type { ActorState } from './process-state.js';

/** What one macrostep of one machine did. `actions` are as XState resolved them; none was executed. */
export interface MachineStep {
  readonly isDone: boolean;
  readonly value: StateValue;
  /** Cannot be changed: an assign that mutates its context throws. */
  readonly context: Plain;
  readonly actions: readonly RecordedCommand[];
  /** The actors that it has invoked or spawned and not stopped, ordered by id. */
  readonly children: readonly (Child & { readonly isNew: boolean })[];
}

/** Told of each microstep: the states that it left the machine in, and the transitions that it took. */
export type MicrostepObserver = (snapshot: AnyMachineSnapshot, taken: readonly AnyTransitionDefinition[]) => void;

export interface MachineStepper {
  initial(input: Plain | undefined): MachineStep;
  /** @param children that it has before. */
  next(value: StateValue, context: Plain, event: EventObject, children: readonly Child[]): MachineStep;
}

type MicrostepEvent = Extract<InspectionEvent, { readonly type: '@xstate.microstep' }>;

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
  return (actions) => inertScope(self, (action) => actions.push(action));
}

interface SpawnParams {
  readonly id: unknown;
  readonly src: unknown;
  readonly input: unknown;
  readonly actorRef?: { readonly id: string };
}

/** Whether an action concerns a child, whose part is the explorer's. */
function isOfChild({ type, params }: RecordedCommand, known: ReadonlySet<unknown>): boolean {
  if (type === 'xstate.spawnChild' || type === 'xstate.stopChild') return true;
  // What a child is told changes nothing: what comes of it may come of it all the same.
  return type === 'xstate.sendTo' && known.has((params as { readonly to?: unknown }).to);
}

/**
 * The children after a step, of which some were made in it.
 *
 * @throws Error for one without an id of its own, which could not be told from another one.
 */
function childrenAfter(
  snapshot: AnyMachineSnapshot,
  actions: readonly RecordedCommand[],
  before: readonly Child[],
): MachineStep['children'] {
  const made = new Map<string, Child>();
  const alive = new Set(before.map(({ id }) => id));
  for (const { type, params } of actions) {
    if (type === 'xstate.stopChild') alive.delete((params as { readonly id: string } | undefined)?.id ?? '');
    if (type !== 'xstate.spawnChild') continue;
    const { id: given, actorRef, src, input } = params as SpawnParams;
    if (given === undefined) throw new Error('it spawned a child without an id: give spawnChild one');
    if (actorRef === undefined)
      throw new Error(`it spawned '${String(src)}', which setup({ actors }) does not declare`);
    const { id } = actorRef;
    if (alive.has(id)) {
      throw new Error(
        `it spawned '${id}' while another one of this id is pending: stop that first, or give each its own`,
      );
    }
    alive.add(id);
    const name = typeof src === 'string' ? src : id;
    made.set(id, { id, src: name, input: frozenFrom(canonicalText(input ?? null, `the input of '${id}'`)) as Plain });
  }
  return Object.keys(snapshot.children as object)
    .sort()
    .flatMap((id) => {
      const child = made.get(id);
      const known = child ?? before.find((other) => other.id === id);
      return known === undefined ? [] : [{ id, src: known.src, input: known.input, isNew: child !== undefined }];
    });
}

function stepOf(
  snapshot: AnyMachineSnapshot,
  actions: readonly RecordedCommand[],
  before: readonly Child[],
  refs: ReadonlySet<unknown>,
): MachineStep {
  if (snapshot.status === 'error') throw snapshot.error;
  const known = new Set([...refs, ...Object.values(snapshot.children as Readonly<Record<string, unknown>>)]);
  return {
    isDone: snapshot.status === 'done',
    // As it is: XState visits parallel regions in the order of these keys.
    value: frozenAs(snapshot.value as StateValue, 'the state value'),
    context: frozenFrom(canonicalText(snapshot.context, 'context')) as Plain,
    actions: actions.filter((action) => !isOfChild(action, known)),
    children: childrenAfter(snapshot, actions, before),
  };
}

/** A step taken with copies of its context and its event that can be changed: what it changed in place, if anything. */
function changedInPlace(
  context: Plain,
  event: EventObject,
  take: (context: Plain, event: EventObject) => unknown,
): 'context' | 'event' | undefined {
  const copies = { context: structuredClone(context), event: structuredClone(event) };
  const passes = (from: Plain, given: EventObject): boolean => {
    try {
      take(from, given);
      return true;
    } catch {
      return false;
    }
  };
  const isSame = (one: unknown, other: unknown) => canonicalText(one, 'it') === canonicalText(other, 'it');
  if (passes(copies.context, event) || !isSame(copies.context, context)) return 'context';
  return passes(context, copies.event) || !isSame(copies.event, event) ? 'event' : undefined;
}

function inPlaceError(what: 'context' | 'event', error?: unknown): Error {
  const told = error === undefined ? '' : ` (${error instanceof Error ? error.message : JSON.stringify(error)})`;
  return new Error(
    `it changes its ${what} in place${told}; let assign give new values and leave the old ones as they are, ` +
      'like assign({ list: ({ context, event }) => [...context.list, event.item] })',
    { cause: error },
  );
}

/** Whether a step may have thrown because what it changes is frozen. XState wraps what a guard throws. */
function mayComeOfFreezing(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Error && error.message.startsWith('Unable to evaluate guard'));
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

  /** What stands for the children that a step begins with; only their ids are ever looked at. */
  let refs: Readonly<Record<string, { readonly id: string }>> = {};
  let children: readonly Child[] = [];

  function begin(before: readonly Child[]): void {
    children = before;
    refs = Object.fromEntries(before.map(({ id }) => [id, { id }]));
  }

  function record(run: (scope: AnyActorScope) => AnyMachineSnapshot): MachineStep {
    const actions: RecordedCommand[] = [];
    return stepOf(run(scopeFor(actions)), actions, children, new Set(Object.values(refs)));
  }

  function snapshotOf(value: StateValue, context: Plain): AnyMachineSnapshot {
    const snapshot = machine.resolveState({ value, context }) as AnyMachineSnapshot;
    return children.length === 0 ? snapshot : Object.assign(snapshot, { children: refs });
  }

  /** @param runAgain runs the same once more, for comparison. */
  function remember(
    key: string,
    run: (scope: AnyActorScope) => AnyMachineSnapshot,
    runAgain: (scope: AnyActorScope) => AnyMachineSnapshot = run,
  ): MachineStep {
    const before = known.get(key);
    if (before !== undefined) return before;
    const step = record(run);
    const [once, again] = [textOf(step), textOf(record(runAgain))];
    if (once !== again) throw new Error(`it is not deterministic: it led once to ${once} and once to ${again}`);
    known.set(key, step);
    return step;
  }

  return {
    initial(input) {
      begin([]);
      return remember(`start ${input === undefined ? '' : canonicalText(input, 'the input')}`, (scope) =>
        machine.getInitialSnapshot(scope as never, input),
      );
    },
    next(value, context, event, before) {
      begin(before);
      const take = (from: Plain, given: EventObject) => (scope: AnyActorScope) =>
        machine.transition(snapshotOf(value, from), given, scope as never);
      const takeCopies = (scope: AnyActorScope) => {
        // Code that is not strict passes over what is frozen, and would change what it is given all the same.
        const [contextText, eventText] = [canonicalText(context, 'context'), canonicalText(event, 'the event')];
        const from = JSON.parse(contextText) as Plain;
        const given = JSON.parse(eventText) as EventObject;
        const snapshot = take(from, given)(scope);
        if (canonicalText(from, 'context') !== contextText) throw inPlaceError('context');
        if (canonicalText(given, 'the event') !== eventText) throw inPlaceError('event');
        return snapshot;
      };
      try {
        const from = before.length === 0 ? [value, context, event] : [value, context, event, before];
        return remember(canonicalText(from, 'the event'), take(context, event), takeCopies);
      } catch (error) {
        if (!mayComeOfFreezing(error)) throw error;
        const what = changedInPlace(context, event, (from, given) => record(take(from, given)));
        throw what === undefined ? error : inPlaceError(what, error);
      }
    },
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
