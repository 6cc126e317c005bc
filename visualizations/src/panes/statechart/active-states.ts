import type { Json, TraceStateNode } from '../../../../src/trace-events/trace-event.js';

/** The absolute ids of the states that a state value is in, outer ones included. Unknown keys are passed over. */
export function activeStates(root: TraceStateNode, value: Json): ReadonlySet<string> {
  const active = new Set<string>();
  const visit = (state: TraceStateNode, within: Json): void => {
    active.add(state.id);
    if (typeof within === 'string') {
      const child = state.children.find(({ key }) => key === within);
      if (child !== undefined) visit(child, null);
    } else if (within !== null && typeof within === 'object' && !Array.isArray(within)) {
      for (const [key, inner] of Object.entries(within)) {
        const child = state.children.find((candidate) => candidate.key === key);
        if (child !== undefined) visit(child, inner);
      }
    }
  };
  visit(root, value);
  return active;
}

/** All states of a machine by their absolute ids. */
export function statesById(root: TraceStateNode): ReadonlyMap<string, TraceStateNode> {
  const states = new Map<string, TraceStateNode>();
  const visit = (state: TraceStateNode): void => {
    states.set(state.id, state);
    state.children.forEach(visit);
  };
  visit(root);
  return states;
}
