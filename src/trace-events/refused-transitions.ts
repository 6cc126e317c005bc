import type { AnyStateNode, AnyTransitionDefinition, EventObject } from 'xstate';
import type { MachineIndex, Place } from './machine-index.js';

/**
 * The transitions whose guards said no to an event, found without asking the guards again: of the active states those
 * that were tried before the one that was taken, or all of them where none was.
 *
 * @param active The states that were active before the event.
 */
export function refusedTransitions(
  index: MachineIndex,
  active: readonly AnyStateNode[],
  event: EventObject,
  taken: readonly AnyTransitionDefinition[],
): readonly Place[] {
  const refused: Place[] = [];
  const seen = new Set<AnyStateNode>();
  for (const leaf of active) {
    if (leaf.type !== 'atomic' && leaf.type !== 'final') continue;
    for (let state: AnyStateNode | undefined = leaf; state !== undefined; state = state.parent) {
      const candidates = index.transitionsOf(state).filter(({ eventType }) => fits(eventType as string, event.type));
      const accepted = candidates.findIndex((transition) => taken.includes(transition));
      if (!seen.has(state)) {
        for (const transition of accepted === -1 ? candidates : candidates.slice(0, accepted)) {
          const place = transition.guard === undefined ? undefined : index.placeOf(transition);
          if (place !== undefined) refused.push(place);
        }
      }
      seen.add(state);
      if (accepted !== -1) break;
    }
  }
  return refused;
}

function fits(descriptor: string, type: string): boolean {
  if (descriptor === type) return true;
  if (descriptor === '*') return type !== '';
  return descriptor.endsWith('.*') && `${type}.`.startsWith(descriptor.slice(0, -1));
}
