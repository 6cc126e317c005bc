import type { ActorEntry, TimerEntry, View } from '../../model/types.js';
import type { TraceMachine } from '../../../../src/trace-events/trace-event.js';
import { transitionKey as coverageKey } from '../../model/keys.js';
import { activeStates, statesById } from './active-states.js';
import { transitionKey } from './chart.js';

/** What is told on top of a chart: everything that changes from moment to moment. */
export interface Overlay {
  /** Ids of the active states. */
  readonly active: ReadonlySet<string>;
  /** Transitions that the last event took, and those whose guards refused it, as `transitionKey` names them. */
  readonly taken: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
  readonly timers: readonly TimerEntry[];
  /** Ids of the actors that the actor has started and that live. */
  readonly running: ReadonlySet<string>;
  /** How often each transition was taken, and the most of them; absent where the heat is not shown. */
  readonly heat?: { readonly counts: ReadonlyMap<string, number>; readonly most: number };
  /** How many actors are in each state; absent where one actor is shown. */
  readonly population?: ReadonlyMap<string, number>;
}

const none: ReadonlySet<string> = new Set();

function keysOf(
  steps: readonly { readonly source: string; readonly index: number }[] | undefined,
): ReadonlySet<string> {
  return steps === undefined || steps.length === 0
    ? none
    : new Set(steps.map(({ source, index }) => transitionKey(source, index)));
}

/** What one actor adds to the chart of its machine. The edge taken stays lit while later events are refused. */
export function actorOverlay(machine: TraceMachine, actor: ActorEntry | undefined) {
  return {
    active: actor === undefined ? none : activeStates(machine.root, actor.value),
    taken: keysOf(actor?.lastTaken?.taken),
    refused:
      actor?.lastStep !== undefined && actor.lastStep === actor.lastRefused ? keysOf(actor.lastStep.refused) : none,
    timers: actor?.timers ?? [],
  };
}

/** How often each transition of a machine was taken by all its actors, by the names of the chart. */
export function heatOf(view: View, machine: TraceMachine) {
  const counts = new Map<string, number>();
  let most = 0;
  let taken = 0;
  let transitions = 0;
  for (const state of statesById(machine.root).values()) {
    for (const { index } of state.transitions) {
      const count = view.coverage.get(coverageKey(machine.machine, state.id, index)) ?? 0;
      counts.set(transitionKey(state.id, index), count);
      most = Math.max(most, count);
      transitions += 1;
      if (count > 0) taken += 1;
    }
  }
  return { counts, most, taken, transitions };
}
