import type { InspectionEvent } from 'xstate';
import type { Inspector } from './inspector.js';

/** One observer of two; undefined where there is none. */
export function bothInspectors(one: Inspector | undefined, other: Inspector | undefined): Inspector | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (event) => {
    tell(one, event);
    tell(other, event);
  };
}

function tell(inspector: Inspector, event: InspectionEvent): void {
  if (typeof inspector === 'function') inspector(event);
  else inspector.next?.(event);
}
