import { endedUnheard, type TraceStep } from '../../../src/trace-events/trace-event.js';

/** What is known of an actor that is told again. */
interface Known {
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
}

/** Times of one moment may be rounded. */
const sameTime = 1;

/**
 * Whether an actor that is told is the one of its name that is known, and goes on: it lives still, or was thought to have
 * ended. Another one of the same name came later.
 */
export function isSameLife({ startedAt, endedAt }: Known, since: number | undefined): boolean {
  if (since === undefined) return endedAt === undefined;
  return since <= startedAt + sameTime || (endedAt !== undefined && since < endedAt && startedAt > since);
}

/** Whether a step says that its actor has ended while nothing was heard of it, so that nobody knows how. */
export function isEndUnheard(step: TraceStep, unit: 'ms' | 'tick'): boolean {
  return step.event.type === endedUnheard || isDoubtfulEnd(step, unit);
}

/** Earlier versions told of an end where they had only lost contact, and of the same actor anew afterwards. */
export function isDoubtfulEnd(step: TraceStep | undefined, unit: 'ms' | 'tick'): boolean {
  return unit === 'ms' && step?.event.type === 'xstate.stop' && step.value === null;
}
