import type { TraceEvent } from './trace-event.js';

/** When an event happened, which may be before it was told. */
export function happenedAt({ at, late = 0 }: Exclude<TraceEvent, { readonly type: 'run' }>): number {
  return at - late;
}
