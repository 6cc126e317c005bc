import type { View } from '../../model/types.js';
import type { TraceMachine } from '../../../../src/trace-events/trace-event.js';
import { activeStates } from './active-states.js';

/** How many living actors of a machine are in each of its states, by absolute id. */
export function population(view: View, machine: TraceMachine): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  // Thousands of actors share a few values, so each value is looked up once.
  const byState = new Map<string, ReadonlySet<string>>();
  for (const actor of view.actors.values()) {
    if (actor.machine !== machine.machine || actor.endedAt !== undefined) continue;
    let active = byState.get(actor.state);
    if (active === undefined) {
      active = activeStates(machine.root, actor.value);
      byState.set(actor.state, active);
    }
    for (const id of active) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** From 0 for what never happened to 1 for what happened most, on a logarithmic scale. */
export function heat(count: number, most: number): number {
  return count <= 0 || most <= 0 ? 0 : 0.15 + 0.85 * (Math.log1p(count) / Math.log1p(most));
}

/** A count in at most four letters: 950, 1.2k, 48k, 3.1M. */
export function shortCount(count: number): string {
  if (count < 1_000) return String(count);
  const [size, unit] = count < 1_000_000 ? [1_000, 'k'] : [1_000_000, 'M'];
  const value = count / size;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${unit}`;
}
