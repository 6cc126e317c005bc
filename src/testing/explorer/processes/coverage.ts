import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** The coverage of a machine by an exploration: what was never exercised. Empty lists mean full coverage. */
export interface Coverage {
  /** Ids of the states that were never entered. */
  readonly unusedStates: readonly string[];
  /** The transitions that were never taken, as `state: event [guard] -> target`. */
  readonly unusedTransitions: readonly string[];
  /** The named guards that were never true, never false, or never evaluated. */
  readonly unusedGuards: readonly string[];
}

export interface MachineCoverage {
  /** The machine with guards that tell what they answered: the one to run. */
  readonly watched: AnyStateMachine;
  /** Hears of each microstep of the watched machine. */
  readonly observe: (snapshot: AnyMachineSnapshot, taken: readonly AnyTransitionDefinition[]) => void;
  report(): Coverage;
}

type Guard = (scope: unknown, params: unknown) => boolean;

function statesOf(state: AnyStateNode): readonly AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap((child) => statesOf(child as AnyStateNode))];
}

function transitionsOf(state: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...state.transitions.values(), state.always ?? []].flat() as AnyTransitionDefinition[];
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  const { type, name } = guard as { readonly type?: string; readonly name?: string };
  return type ?? name ?? 'guard';
}

/** `xstate.after.<delay>.<state>` is an implementation's name for what the author calls `after <delay>`. */
function eventName({ eventType: anyType, source }: AnyTransitionDefinition): string {
  const eventType = String(anyType);
  const after = 'xstate.after.';
  if (eventType === '') return 'always';
  if (!eventType.startsWith(after)) return eventType;
  return `after ${eventType.slice(after.length, -source.id.length - 1)}`;
}

/** A transition in one line: `state: event [guard] -> target`. */
export function describeTransition(transition: AnyTransitionDefinition): string {
  const guard = transition.guard === undefined ? '' : ` [${guardName(transition.guard)}]`;
  const target = (transition.target ?? []).map((state) => state.id).join(', ');
  return `${transition.source.id}: ${eventName(transition)}${guard}${target === '' ? '' : ` -> ${target}`}`;
}

function guardGap(name: string, answers: ReadonlySet<boolean>): readonly string[] {
  if (answers.size === 0) return [`${name} was never asked`];
  if (answers.size === 2) return [];
  return [`${name} never ${answers.has(true) ? 'failed' : 'held'}`];
}

/** Watches one machine while it is explored. */
export function createMachineCoverage(machine: AnyStateMachine): MachineCoverage {
  const answers = new Map<string, Set<boolean>>();
  const entered = new Set<AnyStateNode>();
  const taken = new Set<AnyTransitionDefinition>();

  function enter(state: AnyStateNode | undefined): void {
    if (state === undefined || entered.has(state)) return;
    entered.add(state);
    enter(state.parent as AnyStateNode | undefined);
  }

  function watchedGuard(name: string, guard: Guard): Guard {
    // XState recognises and(), or(), not() and stateIn() by a property of the function, so these stay as they are.
    if ('check' in guard) return guard;
    const seen = new Set<boolean>();
    answers.set(name, seen);
    return (scope, params) => {
      const answer = guard(scope, params);
      seen.add(answer);
      return answer;
    };
  }

  const guards = Object.entries(machine.implementations.guards as Record<string, Guard>);
  const watched = machine.provide({
    guards: Object.fromEntries(guards.map(([name, guard]) => [name, watchedGuard(name, guard)])),
  } as Parameters<AnyStateMachine['provide']>[0]);
  // What a machine is provided with does not include its options.
  watched.options = machine.options;
  const states = statesOf(watched.root);

  return {
    watched,
    observe(snapshot, transitions) {
      for (const state of snapshot._nodes as readonly AnyStateNode[]) enter(state);
      for (const transition of transitions) {
        taken.add(transition);
        enter(transition.source);
      }
    },
    report: () => ({
      unusedStates: states.filter((state) => !entered.has(state)).map((state) => state.id),
      unusedTransitions: states
        .flatMap(transitionsOf)
        .filter((one) => !taken.has(one))
        .map(describeTransition),
      unusedGuards: [...answers].flatMap(([name, seen]) => guardGap(name, seen)),
    }),
  };
}
