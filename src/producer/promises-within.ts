import { hearRejection } from '../host/shielded.js';

/**
 * Hears of the promises in a value that was refused. No record carries a promise, so a source that forgot to await one
 * is told so by the refusal; if the promise rejects as well, that would be an unhandled rejection, which ends the
 * process: anybody's request could do it.
 */
export function hearPromisesWithin(root: unknown): void {
  // What is met meanwhile comes at the end, and has its turn as well.
  const met = new Set<unknown>([root]);
  for (const value of met) {
    // Thenables of other makes may begin their work only when they are asked.
    if (value instanceof Promise) hearRejection(value, () => undefined);
    else for (const held of heldBy(value)) if (typeof held === 'object' && held !== null) met.add(held);
  }
}

function heldBy(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>).entries()].flat();
  if (value instanceof Set) return [...(value as ReadonlySet<unknown>)];
  // Fields that are computed were computed for the record already, and gave what nobody has any more.
  return Object.values(Object.getOwnPropertyDescriptors(value)).map((field): unknown => field.value);
}
