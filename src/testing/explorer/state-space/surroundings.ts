import type { CompiledSystem } from '../description/compile-system.js';
import { itemAt, outOfRange } from '../structures/checked-reads.js';
import { createInterning } from '../structures/interning.js';
import type { SurroundingsView } from '../description/system-view.js';

/** What is left of the budgets, what is cut off, and who may be late. */
export interface Surroundings {
  /** Times left, by stimulus; Infinity for one without a limit. */
  readonly stimuli: readonly number[];
  readonly drop: number;
  readonly duplicate: number;
  readonly crash: number;
  readonly cut: number;
  readonly late: number;
  /** By cut target, whether it is cut off now. */
  readonly isCut: readonly boolean[];
  /** By process, the ticks for which it may leave due things waiting. */
  readonly slack: readonly number[];
}

/** What a step takes from the surroundings. */
export const Change = {
  tick: 0,
  stimulus: 1,
  drop: 2,
  duplicate: 3,
  crash: 4,
  cut: 5,
  heal: 6,
  late: 7,
} as const;

type Change = (typeof Change)[keyof typeof Change];

const changeCount = Object.keys(Change).length;

/** The surroundings' part of the state space, each as an integer. */
export interface SurroundingsTable {
  readonly initial: number;
  readonly states: readonly Surroundings[];
  idOf(state: Surroundings): number;
  /**
   * The surroundings after a change; -1 if the budget forbids it.
   *
   * @param which the stimulus, cut target or process that it concerns.
   */
  change(from: number, change: Change, which: number): number;
  isDown(from: number, link: number): boolean;
  slack(from: number, process: number): number;
  view(from: number): SurroundingsView;
}

function replace<T>(list: readonly T[], index: number, value: T): readonly T[] {
  return list.map((item, at) => (at === index ? value : item));
}

/** Makes the table of a system. */
export function createSurroundingsTable({ stimuli, faults, processes, links }: CompiledSystem): SurroundingsTable {
  const table = createInterning<Surroundings>();
  const known: Int32Array[] = [];
  const down: Int32Array[] = [];
  const slacks: Int32Array[] = [];
  const slots = Math.max(1, stimuli.length, faults.cut.of.length, processes.length);

  function idOf(state: Surroundings): number {
    const id = table.idOf(JSON.stringify(Object.values(state)), () => state);
    if (id === known.length) {
      known.push(new Int32Array(slots * changeCount).fill(-2));
      const cutLinks = new Set(faults.cut.of.flatMap((target, index) => (state.isCut[index] ? target.links : [])));
      slacks.push(Int32Array.from(state.slack));
      down.push(Int32Array.from(links, (_, link) => (cutLinks.has(link) ? 1 : 0)));
    }
    return id;
  }

  function changed(from: Surroundings, change: Change, which: number): Surroundings | undefined {
    switch (change) {
      case Change.tick:
        return { ...from, slack: from.slack.map((ticks) => Math.max(0, ticks - 1)) };
      case Change.stimulus: {
        const left = itemAt(from.stimuli, which);
        return left > 0 ? { ...from, stimuli: replace(from.stimuli, which, left - 1) } : undefined;
      }
      case Change.cut:
        if (from.cut === 0 || itemAt(from.isCut, which)) return undefined;
        return { ...from, cut: from.cut - 1, isCut: replace(from.isCut, which, true) };
      case Change.heal:
        return itemAt(from.isCut, which) ? { ...from, isCut: replace(from.isCut, which, false) } : undefined;
      case Change.late:
        if (from.late === 0 || itemAt(from.slack, which) !== 0 || !faults.late.of.includes(which)) return undefined;
        return { ...from, late: from.late - 1, slack: replace(from.slack, which, faults.late.ticks) };
      case Change.crash:
        if (!faults.crash.of.includes(which)) return undefined;
        return from.crash > 0 ? { ...from, crash: from.crash - 1 } : undefined;
      case Change.drop:
        return from.drop > 0 ? { ...from, drop: from.drop - 1 } : undefined;
      case Change.duplicate:
        return from.duplicate > 0 ? { ...from, duplicate: from.duplicate - 1 } : undefined;
    }
  }

  function compute(from: number, change: Change, which: number): number {
    const after = changed(itemAt(table.values, from), change, which);
    return after === undefined ? -1 : idOf(after);
  }

  return {
    initial: idOf({
      stimuli: stimuli.map(({ max }) => max),
      drop: faults.drop.max,
      duplicate: faults.duplicate.max,
      crash: faults.crash.max,
      cut: faults.cut.max,
      late: faults.late.max,
      isCut: faults.cut.of.map(() => false),
      slack: processes.map(() => 0),
    }),
    states: table.values,
    idOf,
    change(from, change, which) {
      const at = change * slots + which;
      const row = known[from] ?? outOfRange(known.length, from);
      const after = row[at] ?? outOfRange(row.length, at);
      if (after !== -2) return after;
      return (row[at] = compute(from, change, which));
    },
    isDown: (from, link) => (down[from]?.[link] ?? outOfRange(links.length, link)) === 1,
    slack: (from, process) => slacks[from]?.[process] ?? outOfRange(processes.length, process),
    view(from) {
      const { stimuli: left, isCut, drop, duplicate, crash, cut, late } = itemAt(table.values, from);
      return {
        cut: faults.cut.of.filter((_, index) => itemAt(isCut, index)).map(({ name }) => name),
        left: {
          ...Object.fromEntries(stimuli.map(({ name }, index) => [name, itemAt(left, index)])),
          ...{ drop, duplicate, crash, cut, late },
        },
      };
    },
  };
}
