import type { AnyMachineSnapshot, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

/** What an exploration never used of one machine. Empty lists mean that all of it was used. */
export interface Coverage {
  /** Ids of states that were never entered. */
  readonly unusedStates: readonly string[];
  /** Transitions that were never taken, as `state: event [guard] -> target`. */
  readonly unusedTransitions: readonly string[];
  /** Named guards that never held, never failed, or were never asked. */
  readonly unusedGuards: readonly string[];
}

export interface MachineCoverage {
  /** The machine's named guards, each telling what it answered. */
  watchedGuards(machine: AnyStateMachine): Readonly<Record<string, unknown>>;
  /** Sets the machine whose states and transitions are counted. */
  attach(machine: AnyStateMachine): void;
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
export function createMachineCoverage(): MachineCoverage {
  const answers = new Map<string, Set<boolean>>();
  const entered = new Set<AnyStateNode>();
  const taken = new Set<AnyTransitionDefinition>();
  let states: readonly AnyStateNode[] = [];

  function enter(state: AnyStateNode | undefined): void {
    if (state === undefined || entered.has(state)) return;
    entered.add(state);
    enter(state.parent as AnyStateNode | undefined);
  }

  return {
    watchedGuards(machine) {
      const guards = Object.entries(machine.implementations.guards as Record<string, Guard>);
      return Object.fromEntries(
        guards.map(([name, guard]) => {
          const seen = new Set<boolean>();
          answers.set(name, seen);
          // XState recognises and(), or(), not() and stateIn() by a property of the function, so these stay as they are.
          if ('check' in guard) {
            answers.delete(name);
            return [name, guard];
          }
          const watched: Guard = (scope, params) => {
            const answer = guard(scope, params);
            seen.add(answer);
            return answer;
          };
          return [name, watched];
        }),
      );
    },
    attach(machine) {
      states = statesOf(machine.root);
    },
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
