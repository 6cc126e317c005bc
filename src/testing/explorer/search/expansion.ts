import type { Quotient } from '../symmetry/quotient.js';
import type { StateGraph } from '../state-space/state-graph.js';
import type { StateTable } from '../structures/state-table.js';
import { isAtRest } from '../state-space/rest.js';
import { createStepBuffer, StepKind } from '../state-space/step-buffer.js';
import { itemAt, outOfRange, wordAt } from '../structures/checked-reads.js';
import type { MayHappen, Successors } from '../state-space/successors.js';
import type { PartialOrder } from './partial-order.js';

/** A step that broke, so that there is no state after it. */
export interface BrokenStep {
  /** The state that it was a step of. */
  readonly state: number;
  /** Which of its steps. */
  readonly step: number;
  readonly fault: string;
}

/**
 * Finds the steps out of states, one state after another, and commits the steps of many states together: the table of
 * states is far larger than the processor's caches, and looks that are made together wait for memory together.
 */
export interface Expansion {
  /** Whether what was found is to be committed before more is looked for: there is enough of it, or a step broke. */
  isFull(): boolean;
  /** How many steps were found and not committed. */
  waiting(): number;
  /**
   * Finds the steps out of the first state that was not expanded. Returns whether that is at rest.
   *
   * @param index its number.
   * @param entry what the predicates say of it.
   */
  expand(state: Int32Array, index: number, entry: number): boolean;
  /** Commits the steps that were found: adds the states after them, and the edges. Returns those that broke. */
  commit(): readonly BrokenStep[];
}

/** So many steps are committed together: enough for the processor to wait for many at once, few enough for its caches. */
const stepsMax = 512;

/** Makes an expansion that has found nothing yet. */
export function createExpansion(
  successors: Successors,
  states: StateTable,
  graph: StateGraph,
  quotient: Quotient | undefined,
  mayHappen: MayHappen,
  partialOrder?: PartialOrder,
): Expansion {
  const { width } = successors;
  const steps = createStepBuffer(width);
  /** Of the states whose steps wait: what the predicates say, and how many steps there were after theirs. */
  const entries: number[] = [];
  const ends: number[] = [];
  /** By step that waits: the state after it, -1 if it broke, and the exchange of ids that turns that into the real one. */
  let targets = new Int32Array(0);
  let exchanges = new Int32Array(0);

  function addStates(): void {
    const { count } = steps;
    if (targets.length < count) {
      targets = new Int32Array(count * 2);
      exchanges = new Int32Array(count * 2);
    }
    if (quotient !== undefined) {
      for (let step = 0; step < count; step += 1) {
        exchanges[step] = quotient.representative(steps.words, step * width);
      }
    }
    if (!steps.isBroken) {
      states.addAll(steps.words, count, targets);
      return;
    }
    for (let step = 0; step < count; step += 1) {
      targets[step] = steps.faults[step] === undefined ? states.add(steps.words, step * width) : -1;
    }
  }

  return {
    isFull() {
      return steps.isBroken || steps.count >= stepsMax;
    },
    waiting() {
      return steps.count;
    },
    expand(state, index, entry) {
      const first = steps.count;
      successors.expand(state, entry, mayHappen, steps);
      partialOrder?.reduce(state, index, steps, first);
      entries.push(entry);
      ends.push(steps.count);
      return isAtRest(state, steps, first);
    },
    commit() {
      const broken: BrokenStep[] = [];
      if (entries.length === 0) return broken;
      let known = states.count();
      addStates();
      let step = 0;
      for (let k = 0; k < entries.length; k += 1) {
        const state = graph.expanded();
        const first = step;
        graph.expand(entries[k] ?? outOfRange(entries.length, k));
        for (const end = ends[k] ?? outOfRange(ends.length, k); step < end; step += 1) {
          const to = targets[step] ?? outOfRange(steps.count, step);
          if (to === -1) {
            broken.push({ state, step: step - first, fault: itemAt(steps.faults, step) });
            continue;
          }
          if (to === known) {
            graph.add(state);
            known += 1;
          }
          graph.connect(to, steps.kinds[step] === StepKind.tick, wordAt(exchanges, step));
        }
      }
      entries.length = 0;
      ends.length = 0;
      steps.clear();
      return broken;
    },
  };
}
