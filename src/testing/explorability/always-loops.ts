import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { isBuiltInAction } from '../machine-config/built-ins.js';
import { ancestorsOf, transitionsOf, type StateSite } from '../machine-config/machine-sites.js';
import type { Finding } from './breach.js';

/**
 * Rule: a step comes to an end. Finds the transitions that are taken always, without any guard, and lead back to
 * themselves; whether guards let a circle end is for the explorer to find.
 */
export function alwaysLoopFindings(machine: AnyStateMachine, state: StateSite): readonly Finding[] {
  const [first] = transitionsOf(state).filter(({ trigger }) => trigger === 'always');
  if (first?.definition === undefined || !leadsBack(machine, first.definition)) return [];
  return [
    {
      path: first.path,
      problem: 'a transition that is always taken and leads back to itself, so the step never ends',
      remedy: 'give it a guard that turns false, or let an event bring it about',
    },
  ];
}

function leadsBack(
  machine: AnyStateMachine,
  start: AnyTransitionDefinition,
  taken: AnyTransitionDefinition = start,
  before: readonly AnyTransitionDefinition[] = [],
): boolean {
  if (taken.guard !== undefined) return false;
  const [target] = (taken.target ?? []) as readonly AnyStateNode[];
  const next = takenAlwaysFrom(initialLeafOf(target ?? taken.source));
  // XState goes on for as long as something changes: here the context or the events that are raised, else the state.
  if (taken === start && next === start) return taken.actions.some((action) => changesSomething(machine, action));
  if (next === undefined || next === start) return next === start;
  return !before.includes(next) && leadsBack(machine, start, next, [...before, taken]);
}

function changesSomething(machine: AnyStateMachine, action: unknown): boolean {
  const { type } = action as { readonly type?: string };
  const meant: unknown = isBuiltInAction(action) ? action : machine.implementations.actions[type ?? String(action)];
  return isBuiltInAction(meant) && (meant.type === 'xstate.assign' || meant.type === 'xstate.raise');
}

/** The transition that XState tries first in a state that has no event to handle. */
function takenAlwaysFrom(state: AnyStateNode): AnyTransitionDefinition | undefined {
  return [state, ...ancestorsOf(state)].flatMap((node) => [...(node.always ?? [])])[0];
}

/** Where entering a state ends. A parallel state has several ends, and is taken for one. */
function initialLeafOf(state: AnyStateNode): AnyStateNode {
  const [inner] = (state.type === 'compound' ? state.initial.target : []) as readonly AnyStateNode[];
  return inner === undefined ? state : initialLeafOf(inner);
}
