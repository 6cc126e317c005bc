import { matchesState } from 'xstate';
import type { CompiledSystem } from './compile-system.js';
import { createStateTable } from './state-table.js';
import type { Successors } from './successors.js';
import type { Symmetry } from './symmetry.js';
import type { ActorState, ProcessState } from './process-state.js';
import type { ActorView, Predicate, ProcessView, SurroundingsView, SystemView } from './system-view.js';

export interface NamedPredicate {
  readonly name: string;
  readonly holds: Predicate<SystemView>;
}

/** What each predicate says of each state. Evaluated once for all states in which every process is alike. */
export interface PredicateTable {
  readonly bytes: number;
  /** The entry of a state. */
  entryOf(state: Int32Array): number;
  /** @param permutation of interchangeable ids, 0 for none: what would be if these were exchanged. */
  holds(entry: number, predicate: number, permutation?: number): boolean;
}

function viewActor({ id, machine, value, context, timers }: ActorState): ActorView {
  return {
    id,
    machine,
    value,
    context: context as ActorView['context'],
    matches: (expected) => matchesState(expected, value),
    timers: Object.fromEntries(timers.map((timer) => [timer.id, timer.left])),
  };
}

export function viewProcess({ process, isAlive, actors, notes }: ProcessState): ProcessView {
  return {
    name: process,
    isAlive,
    actors: Object.fromEntries(actors.map((actor) => [actor.id, viewActor(actor)])),
    notes,
  };
}

const bitsPerWord = 32;

/** Makes an empty table for these predicates. */
export function createPredicateTable(
  system: CompiledSystem,
  { processes, surroundings, width }: Successors,
  predicates: readonly NamedPredicate[],
  symmetry?: Symmetry,
): PredicateTable {
  const processCount = system.processes.length;
  const permutations = symmetry?.count ?? 1;
  const wordsPerView = Math.max(1, Math.ceil(predicates.length / bitsPerWord));
  const wordsPerEntry = wordsPerView * permutations;
  const permuted = new Int32Array(width);
  const tuples = createStateTable(processCount);
  /** For each tuple of processes its entry, or -1 where the surroundings matter too. */
  const entryOfTuple: number[] = [];
  const withSurroundings = createStateTable(processCount + 1);
  const entryWithSurroundings: number[] = [];
  const answers: number[] = [];
  const processViews: (ProcessView | undefined)[] = [];
  const surroundingsViews: (SurroundingsView | undefined)[] = [];
  const row = new Int32Array(processCount + 1);

  function viewOf(state: Int32Array): SystemView {
    const views: Record<string, ProcessView> = {};
    for (let k = 0; k < processCount; k += 1) {
      const id = state[k] ?? 0;
      const known = processes.states[id];
      if (known !== undefined) views[known.process] = processViews[id] ??= viewProcess(known);
    }
    return views;
  }

  /** Evaluates all predicates for one view. Tells whether they asked for the surroundings. */
  function evaluateView(state: Int32Array): boolean {
    let wasAsked = false;
    const around = state[width - 1] ?? 0;
    const view = (): SurroundingsView => {
      wasAsked = true;
      return (surroundingsViews[around] ??= surroundings.view(around));
    };
    const lazily: SurroundingsView = {
      get cut() {
        return view().cut;
      },
      get left() {
        return view().left;
      },
    };
    const systemView = viewOf(state);
    const bits = new Array<number>(wordsPerView).fill(0);
    predicates.forEach(({ name, holds }, index) => {
      let answer: boolean;
      try {
        answer = holds(systemView, lazily);
      } catch (error) {
        throw new Error(`'${name}' threw: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
      const word = Math.floor(index / bitsPerWord);
      if (answer) bits[word] = (bits[word] ?? 0) | (1 << (index % bitsPerWord));
    });
    answers.push(...bits);
    return wasAsked;
  }

  /** Evaluates all predicates, for every exchange of ids. Tells whether the answers hold for these surroundings only. */
  function evaluate(state: Int32Array): boolean {
    let wasAsked = evaluateView(state);
    for (let permutation = 1; permutation < permutations; permutation += 1) {
      symmetry?.permute(state, permutation, permuted);
      wasAsked = evaluateView(permuted) || wasAsked;
    }
    return wasAsked;
  }

  return {
    get bytes() {
      return tuples.bytes + withSurroundings.bytes + answers.length * 8;
    },
    entryOf(state) {
      const tuple = tuples.add(state, 0);
      const entry = entryOfTuple[tuple];
      if (entry !== undefined && entry !== -1) return entry;
      row.set(state.subarray(0, processCount));
      row[processCount] = state[width - 1] ?? 0;
      if (entry === -1) {
        const known = entryWithSurroundings[withSurroundings.add(row, 0)];
        if (known !== undefined) return known;
      }
      const fresh = answers.length / wordsPerEntry;
      if (!evaluate(state)) return (entryOfTuple[tuple] = fresh);
      entryOfTuple[tuple] = -1;
      return (entryWithSurroundings[withSurroundings.add(row, 0)] = fresh);
    },
    holds(entry, predicate, permutation = 0) {
      const word =
        answers[entry * wordsPerEntry + permutation * wordsPerView + Math.floor(predicate / bitsPerWord)] ?? 0;
      return (word & (1 << (predicate % bitsPerWord))) !== 0;
    },
  };
}
