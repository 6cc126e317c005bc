import type { Quotient } from '../symmetry/quotient.js';
import type { StateGraph } from '../state-space/state-graph.js';
import type { StateTable } from '../structures/state-table.js';
import { StepKind } from '../state-space/step-buffer.js';
import type { Successors } from '../state-space/successors.js';

/** A step that broke, so that there is no state after it. */
export interface BrokenStep {
  /** The state that it was a step of. */
  readonly state: number;
  /** Which of its steps. */
  readonly step: number;
  readonly fault: string;
}

/**
 * Finds the steps out of states, one state after another, and takes the steps of many states together: the table of
 * states is far larger than the processor's caches, and looks that are made together wait for memory together.
 */
export interface Expansion {
  /** Whether what was found is to be taken before more is looked for: there is enough of it, or a step broke. */
  isFull(): boolean;
  /** How many steps were found and not taken. */
  waiting(): number;
  /** Finds the steps out of the first state that was not expanded. @param entry what the predicates say of it. */
  expand(state: Int32Array, entry: number): void;
  /** Takes the steps that were found: adds the states after them, and the edges. Returns those that broke. */
  take(): readonly BrokenStep[];
}

/** So many steps are taken together: enough for the processor to wait for many at once, few enough for its caches. */
const stepsMax = 512;

/**
 * Makes an expansion of which nothing was found yet. In between, when none is waiting, the steps of `successors` are
 * anybody's.
 */
export function createExpansion(
  successors: Successors,
  states: StateTable,
  graph: StateGraph,
  quotient: Quotient | undefined,
  mayHappen: (stimulus: number) => boolean,
): Expansion {
  const { steps, width } = successors;
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
      return entries.length === 0 ? 0 : steps.count;
    },
    expand(state, entry) {
      if (entries.length === 0) successors.expand(state, mayHappen);
      else successors.expandAlso(state, mayHappen);
      entries.push(entry);
      ends.push(steps.count);
    },
    take() {
      const broken: BrokenStep[] = [];
      // What is in the buffer then is somebody else's.
      if (entries.length === 0) return broken;
      let known = states.count();
      addStates();
      let step = 0;
      for (let k = 0; k < entries.length; k += 1) {
        const state = graph.expanded();
        const first = step;
        graph.expand(entries[k] ?? 0);
        for (const end = ends[k] ?? 0; step < end; step += 1) {
          const to = targets[step] ?? 0;
          if (to === -1) {
            broken.push({ state, step: step - first, fault: steps.faults[step] ?? '' });
            continue;
          }
          if (to === known) {
            graph.add(state);
            known += 1;
          }
          graph.connect(to, steps.kinds[step] === StepKind.tick, exchanges[step] ?? 0);
        }
      }
      entries.length = 0;
      ends.length = 0;
      return broken;
    },
  };
}
