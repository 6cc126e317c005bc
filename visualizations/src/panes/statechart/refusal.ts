import type { TraceStateNode, TraceStep } from '../../../../src/trace-events/trace-event.js';
import { eventText } from '../../model/event-text.js';
import { statesById } from './active-states.js';

/** Whether a step has led nowhere. The beginning of an actor takes no transition, and needs none. */
export function isNotTaken(step: TraceStep): boolean {
  return step.taken.length === 0 && step.event.type !== 'xstate.init';
}

/** Whether guards said no, or the actor had ended; an event that a state has no transition for is passed over by design. */
export function isRefusal(step: TraceStep): boolean {
  return step.taken.length === 0 && (step.status !== 'active' || (step.refused ?? []).length > 0);
}

/** Why an event was refused, in words. `state`: the state that the actor was in, as text. */
export function refusalText(root: TraceStateNode, step: TraceStep, state: string): string {
  const refused = step.refused ?? [];
  const event = eventText(step.event.type);
  if (step.status !== 'active') return `${event} came to an actor that is ${step.status}`;
  if (refused.length === 0) return `no transition for ${event} in ${state}`;
  const states = statesById(root);
  const reasons = refused.map(({ source, index }) => {
    const transition = states.get(source)?.transitions.find((candidate) => candidate.index === index);
    return `${states.get(source)?.key ?? source} [${transition?.guard ?? 'guard'}]`;
  });
  return `${event}: the guard said no at ${reasons.join(', ')}`;
}
