import type { Checks, LeadsToCheck } from './checks.js';
import { StepKind } from './step-buffer.js';
import type { Successors } from './successors.js';
import type { Symmetry } from './symmetry.js';

/**
 * States up to an exchange of ids: of all states that differ by one, the row with the smallest integers stands for the
 * rest. A row is a state, and behind it, for each `within` and each exchange of ids, how long the answer has been
 * awaited, plus one; 0 means that nothing is awaited.
 */
export interface Quotient {
  readonly rowWidth: number;
  /** For each `within`: the most ticks that an answer took. At most one more than allowed. */
  readonly worst: Readonly<Record<string, number>>;
  /** The row of the initial state. @throws Error if it tells ids apart. */
  initial(state: Int32Array): Int32Array;
  /** The row after step `step` of the buffer, with the ids as they are. It is overwritten by the next call. */
  after(row: Int32Array, step: number): Int32Array;
  /** The row that stands for this one. It is overwritten by the next call. */
  representative(row: Int32Array): Int32Array;
  /** The exchange of ids under which a property with a `within` is violated in this row, -1 if there is none. */
  violated(row: Int32Array, check: LeadsToCheck): number;
}

/** Makes the quotient of a system by its symmetry. */
export function createQuotient(symmetry: Symmetry, successors: Successors, checks: Checks): Quotient {
  const { width, steps } = successors;
  const { table, leadsTo } = checks;
  const { count } = symmetry;
  const rowWidth = width + leadsTo.length * count;
  const moved = new Int32Array(rowWidth);
  const permuted = new Int32Array(rowWidth);
  const best = new Int32Array(rowWidth);
  const worst: Record<string, number> = {};
  const composed = Array.from({ length: count }, (_, second) =>
    Array.from({ length: count }, (__, first) => symmetry.compose(second, first)),
  );

  /** Counts on for every property, given what was awaited before. */
  function advance(row: Int32Array, isTick: boolean): void {
    if (leadsTo.length === 0) return;
    const entry = table.entryOf(row);
    leadsTo.forEach(({ name, within = 0, from, to }, index) => {
      for (let permutation = 0; permutation < count; permutation += 1) {
        const at = width + index * count + permutation;
        const before = row[at] ?? 0;
        const passed = before === 0 || !isTick ? before : Math.min(before + 1, within + 2);
        if (passed > 0) worst[name] = Math.max(worst[name] ?? 0, passed - 1);
        if (table.holds(entry, to, permutation)) row[at] = 0;
        else row[at] = passed === 0 && table.holds(entry, from, permutation) ? 1 : passed;
        if (row[at] === 1) worst[name] ??= 0;
      }
    });
  }

  function isBefore(one: Int32Array, other: Int32Array): boolean {
    for (let k = 0; k < rowWidth; k += 1) {
      const difference = (one[k] ?? 0) - (other[k] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  function exchange(row: Int32Array, permutation: number, into: Int32Array): void {
    symmetry.permute(row, permutation, into);
    for (let index = 0; index < leadsTo.length; index += 1) {
      const at = width + index * count;
      for (let other = 0; other < count; other += 1) {
        into[at + other] = row[at + (composed[other]?.[permutation] ?? 0)] ?? 0;
      }
    }
  }

  return {
    rowWidth,
    worst,
    initial(state) {
      const row = new Int32Array(rowWidth);
      row.set(state);
      for (let permutation = 1; permutation < count; permutation += 1) {
        symmetry.permute(state, permutation, permuted);
        if (!state.every((word, k) => permuted[k] === word)) {
          throw new Error('ids: the system starts in a state that tells them apart');
        }
      }
      advance(row, false);
      return row;
    },
    after(row, step) {
      moved.set(steps.words.subarray(step * width, (step + 1) * width));
      moved.set(row.subarray(width), width);
      advance(moved, steps.kinds[step] === StepKind.tick);
      return moved;
    },
    representative(row) {
      best.set(row);
      for (let permutation = 1; permutation < count; permutation += 1) {
        exchange(row, permutation, permuted);
        if (isBefore(permuted, best)) best.set(permuted);
      }
      return best;
    },
    violated(row, { name, within = 0 }) {
      const index = leadsTo.findIndex((check) => check.name === name);
      const at = width + index * count;
      for (let permutation = 0; permutation < count; permutation += 1) {
        if ((row[at + permutation] ?? 0) - 1 > within) return permutation;
      }
      return -1;
    },
  };
}
