import { requireBoolean } from '../../known-fields.js';
import { itemAt, wordAt } from '../structures/checked-reads.js';
import type { CompiledSystem } from '../description/compile-system.js';
import { createDecisionTree, type Reading } from './decision-tree.js';
import { createIntegerList } from '../structures/integer-list.js';
import { createStateParts } from './state-parts.js';
import { createStateTable } from '../structures/state-table.js';
import type { Successors } from '../state-space/successors.js';
import type { Predicate, ProcessView, SurroundingsView, SystemView } from '../description/system-view.js';
import { viewProcess } from './watched-view.js';

export interface NamedPredicate {
  readonly name: string;
  readonly holds: Predicate<SystemView>;
}

/**
 * What each predicate says of each state. A predicate is evaluated once for all states that are alike in what it reads,
 * and all predicates are asked once for all states that are alike in what any of them has ever read.
 */
export interface PredicateTable {
  bytes(): number;
  /** How often a predicate was evaluated. */
  evaluations(): number;
  /** How many entries there are. */
  count(): number;
  /** How many exchanges of interchangeable ids there are; 1 where there is only the one that changes nothing. */
  readonly exchanges: number;
  /** The entry of a state: states have the same one exactly if all predicates say the same of them. */
  entryOf(state: Int32Array): number;
  /** A number that grows whenever a predicate reads something that it has never read before. */
  readings(): number;
  /** The class of a state of this process: states that are alike in all that a predicate has ever read share it. */
  classOf(process: number, state: number): number;
  /** Whether a predicate has ever read the surroundings. */
  readsSurroundings(): boolean;
  /** Whether all that this predicate has ever read is of this process. */
  readsOnly(predicate: number, process: number): boolean;
  /** @param exchange of interchangeable ids, 0 for none: what would be if these were exchanged. */
  holds(entry: number, predicate: number, exchange?: number): boolean;
}

const bitsPerWord = 32;

/** The surroundings stand for one part that belongs to no process. */
const surroundingsPart = -1;

/** In place of an entry, for processes of which the surroundings decide. */
const dependsOnSurroundings = 0xffffffff;

/** Makes an empty table for these predicates. */
export function createPredicateTable(
  system: CompiledSystem,
  { processes, surroundings, width }: Successors,
  predicates: readonly NamedPredicate[],
): PredicateTable {
  const processCount = system.processes.length;
  const wordsPerEntry = Math.max(1, Math.ceil(predicates.length / bitsPerWord));
  const parts = createStateParts(processes.states);
  const trees = predicates.map(() => createDecisionTree());
  /** By predicate: the processes of which it has read something, and `surroundingsPart` for the surroundings. */
  const readOf = predicates.map(() => new Set<number>());
  /** The entries of the states that are alike in every part: by the classes of the processes, and the surroundings. */
  let tuples = createStateTable(processCount);
  let entryOfTuple = createIntegerList();
  let withSurroundings = createStateTable(processCount + 1);
  let entryWithSurroundings = createIntegerList();
  let partsThen = 0;
  /** An entry is a row of answers, a bit for each predicate. */
  const entries = createStateTable(wordsPerEntry);
  const answers: number[] = [];
  const fresh = new Int32Array(wordsPerEntry);
  const row = new Int32Array(processCount + 1);
  let evaluations = 0;
  /** The state that is being judged, and whether a predicate has asked for its surroundings. */
  let state: Int32Array = new Int32Array(width);
  let wasAsked = false;

  function valueOf(part: number): number {
    if (part !== surroundingsPart) return parts.valueIn(part, wordAt(state, parts.processOf(part)));
    wasAsked = true;
    return wordAt(state, width - 1);
  }

  function evaluate(predicate: number): boolean {
    const { name, holds } = itemAt(predicates, predicate);
    const readings: Reading[] = [];
    const known = new Set<number>();
    const read = (part: number) => {
      if (known.has(part)) return;
      known.add(part);
      itemAt(readOf, predicate).add(part === surroundingsPart ? surroundingsPart : parts.processOf(part));
      readings.push({ part, value: valueOf(part) });
    };
    const around = (): SurroundingsView => {
      read(surroundingsPart);
      return surroundings.view(wordAt(state, width - 1));
    };
    const lazily: SurroundingsView = {
      get cut() {
        return around().cut;
      },
      get left() {
        return around().left;
      },
    };
    // Each evaluation has a view of its own: what a predicate remembers of it hides no reading from another one.
    const view: Record<string, ProcessView> = {};
    for (let process = 0; process < processCount; process += 1) {
      const own = itemAt(processes.states, wordAt(state, process));
      view[own.process] = viewProcess(own, (kind, part) => read(parts.partOf(process, kind, part)));
    }
    let answer: boolean;
    try {
      answer = holds(view, lazily);
    } catch (error) {
      throw new Error(`'${name}' threw: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
    requireBoolean(`'${name}'`, answer);
    evaluations += 1;
    itemAt(trees, predicate).add(readings, answer);
    return answer;
  }

  /** Answers all predicates in `fresh`. */
  function judge(given: Int32Array): void {
    fresh.fill(0);
    wasAsked = false;
    state = given;
    for (let predicate = 0; predicate < predicates.length; predicate += 1) {
      if (!(itemAt(trees, predicate).find(valueOf) ?? evaluate(predicate))) continue;
      const word = Math.floor(predicate / bitsPerWord);
      fresh[word] = wordAt(fresh, word) | (1 << (predicate % bitsPerWord));
    }
  }

  function judgedEntry(given: Int32Array): number {
    judge(given);
    const entry = entries.add(fresh, 0);
    if (entry * wordsPerEntry === answers.length) answers.push(...fresh);
    return entry;
  }

  /** Writes the classes and the surroundings of a state to `row`, and forgets what was known of coarser classes. */
  function classify(given: Int32Array): void {
    if (parts.count() !== partsThen) {
      partsThen = parts.count();
      tuples = createStateTable(processCount);
      entryOfTuple = createIntegerList();
      withSurroundings = createStateTable(processCount + 1);
      entryWithSurroundings = createIntegerList();
    }
    for (let process = 0; process < processCount; process += 1) {
      row[process] = parts.classOf(process, wordAt(given, process));
    }
    row[processCount] = wordAt(given, width - 1);
  }

  /** The entry of the classes in `row`, `dependsOnSurroundings`, or -1 if they are not known. */
  function knownEntry(): number {
    const tuple = tuples.find(row, 0);
    if (tuple === -1) return -1;
    const entry = entryOfTuple.get(tuple);
    if (entry !== dependsOnSurroundings) return entry;
    const index = withSurroundings.find(row, 0);
    return index === -1 ? -1 : entryWithSurroundings.get(index);
  }

  function remember(entry: number): void {
    const tuple = tuples.add(row, 0);
    if (tuple === entryOfTuple.length()) entryOfTuple.push(wasAsked ? dependsOnSurroundings : entry);
    if (entryOfTuple.get(tuple) !== dependsOnSurroundings) return;
    withSurroundings.add(row, 0);
    entryWithSurroundings.push(entry);
  }

  return {
    bytes() {
      return (
        tuples.bytes() +
        entryOfTuple.bytes() +
        withSurroundings.bytes() +
        entryWithSurroundings.bytes() +
        entries.bytes()
      );
    },
    evaluations() {
      return evaluations;
    },
    count() {
      return entries.count();
    },
    exchanges: 1,
    readings: () => readOf.reduce((sum, processes) => sum + processes.size, parts.count()),
    classOf: (process, own) => parts.classOf(process, own),
    readsSurroundings: () => readOf.some((processes) => processes.has(surroundingsPart)),
    readsOnly: (predicate, process) => [...itemAt(readOf, predicate)].every((read) => read === process),
    entryOf(given) {
      classify(given);
      const known = knownEntry();
      if (known !== -1) return known;
      const entry = judgedEntry(given);
      // A predicate that has read a part for the first time has made the classes finer.
      classify(given);
      remember(entry);
      return entry;
    },
    holds(entry, predicate) {
      const word = itemAt(answers, entry * wordsPerEntry + Math.floor(predicate / bitsPerWord));
      return (word & (1 << (predicate % bitsPerWord))) !== 0;
    },
  };
}
