import type { CompiledSystem } from '../description/compile-system.js';
import { StepKind, type StepBuffer } from '../state-space/step-buffer.js';
import type { Successors } from '../state-space/successors.js';
import { Change } from '../state-space/surroundings.js';
import { itemAt, wordAt } from '../structures/checked-reads.js';
import type { Checks } from './checks.js';
import type { Explored } from './explored.js';

/**
 * Partial-order reduction with ample sets (Peled 1993; Clarke, Grumberg and Peled, "Model Checking", chapter 10): in a
 * state where the steps of one process commute with all that others may do first, and no predicate sees them, only these
 * steps are explored, and the others after them.
 */
export interface PartialOrder {
  /**
   * Whether a predicate has read something, or a link carried a message, for the first time since a state was reduced, so
   * that what was found is not to be relied on.
   */
  isOutdated(): boolean;
  /**
   * Leaves of the steps out of a state those that are enough.
   *
   * @param index of the state.
   * @param first the number of its first step; the others follow to the end of the buffer.
   */
  reduce(state: Int32Array, index: number, steps: StepBuffer, first: number): void;
}

/**
 * Makes the reduction of one exploration. Whether a round is fair is said of its steps and not of its states, so that links
 * that lose fairly are refused. What is taken for a process's own, in a state, are its timers, settlements and
 * stimuli, and what becomes of the messages that it may get next: delivery, loss, repetition. They are enough where
 *
 * - **they are all that can happen to it** before one of them does: time waits for the process and for nothing else that
 *   could let it go on; it cannot crash, stall, or be cut off or connected; each message that it may get next is the
 *   first of a link that keeps the order; where none is under way, its sender cannot come to send one, or has never sent
 *   one in any state; no guard of its stimuli looks at anything else. Its steps then commute with those of others, as each of them takes the first message
 *   of a link or adds one to its end, and no other step can take from it what time waits for;
 * - **no predicate sees them**: the process looks alike before and after in all that any predicate has ever read, guards
 *   included. A predicate is a function of what it reads, so it says the same of the states that are left out. Ticks are
 *   never left alone, so that every number of ticks between two answers stays as well;
 * - **they do not go round**: each leads to a state that was not expanded yet. Every round of states that are explored
 *   then has one with all its steps, and nothing is put off for ever.
 *
 * Losses share a budget with those elsewhere, so that one may end the other. That is no harm: none of them is what time
 * waits for, and the process keeps its other steps (Valmari's stubborn sets, of which not all need be such keys).
 */
export function createPartialOrder(
  system: CompiledSystem,
  successors: Successors,
  checks: Checks,
  { states, symmetry, quotient }: Pick<Explored, 'states' | 'symmetry' | 'quotient'>,
): PartialOrder {
  const { processes, queues, surroundings, width } = successors;
  const { faults, links, stimuli } = system;
  const lossy = links.find(({ isLossy }) => isLossy);
  if (lossy !== undefined) {
    throw new TypeError(
      `partialOrder: expected no link that loses fairly, came '${lossy.name}': an order that is left out may be a fair one`,
    );
  }
  const { table } = checks;
  const processCount = system.processes.length;
  const last = width - 1;
  const linksTo = system.processes.map((_, process) =>
    links.flatMap(({ from, to, order }, link) => (to === process ? [{ link, from, order }] : [])),
  );
  const stimuliOf = system.processes.map((_, process) =>
    stimuli.flatMap((stimulus, index) => (stimulus.process === process ? [index] : [])),
  );
  const cutsOf = system.processes.map((_, process) =>
    faults.cut.of.flatMap((target, index) => {
      const isTouched = target.links.some((link) => {
        const { from, to } = itemAt(links, link);
        return from === process || to === process;
      });
      return isTouched || target.processes.includes(process) ? [index] : [];
    }),
  );
  /** By process: how many steps are its own, and whether it may do something before another one that waits does. */
  const own = new Int32Array(processCount);
  const isActive = new Uint8Array(processCount);
  const permutations = symmetry?.count ?? 1;
  const after = new Int32Array(width);
  const [exchanged, exchangedAfter] = [new Int32Array(width), new Int32Array(width)];
  /** How much was known of what is read and sent when the first state was reduced, -1 before. */
  let knownThen = -1;

  /** The process that a step is a step of, -1 for time and what strikes processes. */
  function ownerOf(steps: StepBuffer, step: number): number {
    const which = wordAt(steps.which, step);
    switch (steps.kinds[step]) {
      case StepKind.timer:
      case StepKind.settle:
        return which;
      case StepKind.deliver:
      case StepKind.drop:
      case StepKind.duplicate:
        return itemAt(links, which).to;
      case StepKind.stimulus:
        return itemAt(stimuli, which).process;
      default:
        return -1;
    }
  }

  const isLeft = (around: number, change: (typeof Change)[keyof typeof Change], which: number) =>
    surroundings.change(around, change, which) !== -1;

  /** Whether time waits for this process to do one of its steps. */
  function holdsTimeUp(state: Int32Array, process: number): boolean {
    if (surroundings.slack(wordAt(state, last), process) !== 0) return false;
    return (
      processes.isHeldUp(wordAt(state, process)) ||
      itemAt(linksTo, process).some(({ link }) => {
        const content = wordAt(state, processCount + link);
        return content !== 0 && itemAt(queues, link).isUrgent(content);
      })
    );
  }

  /** Whether a fault may strike this process. That duplicates join the end of a link depends on who sends first. */
  function mayBeStruck(around: number, process: number): boolean {
    return (
      isLeft(around, Change.crash, process) ||
      isLeft(around, Change.late, process) ||
      itemAt(cutsOf, process).some((cut) => isLeft(around, Change.cut, cut) || isLeft(around, Change.heal, cut)) ||
      (faults.duplicate.copy === 'end' && isLeft(around, Change.duplicate, 0))
    );
  }

  const isWaiting = (around: number, stimulus: number) =>
    itemAt(stimuli, stimulus).max === Infinity || isLeft(around, Change.stimulus, stimulus);

  /** Finds out who may do something, and so send, before `process` does: who can now, and whom these send to. */
  function findActive(state: Int32Array, process: number, steps: StepBuffer, first: number): void {
    const around = wordAt(state, last);
    for (let other = 0; other < processCount; other += 1) {
      // A guard may come to hold by what others do.
      const isGuarded = itemAt(stimuliOf, other).some((k) => checks.guards[k] !== -1 && isWaiting(around, k));
      isActive[other] = wordAt(own, other) > 0 || isGuarded || faults.cut.max > 0 ? 1 : 0;
    }
    for (let step = first; step < steps.count; step += 1) {
      if (steps.kinds[step] === StepKind.restart) isActive[wordAt(steps.which, step)] = 1;
    }
    isActive[process] = 0;
    for (let hasChanged = true; hasChanged;) {
      hasChanged = false;
      links.forEach(({ from, to }, link) => {
        if (to === process || isActive[from] === 0 || isActive[to] === 1) return;
        if (successors.used.links[link] === 0) return;
        isActive[to] = 1;
        hasChanged = true;
      });
    }
  }

  /** Whether the messages that this process may get next stay the same until it gets one. */
  function areMessagesSettled(state: Int32Array, process: number): boolean {
    return itemAt(linksTo, process).every(({ link, from, order }) => {
      const content = wordAt(state, processCount + link);
      const maySend = isActive[from] === 1 && successors.used.links[link] === 1;
      if (content === 0) return !maySend;
      return !maySend || order === 'connection';
    });
  }

  function areGuardsOwn(around: number, process: number): boolean {
    return itemAt(stimuliOf, process).every((stimulus) => {
      const guard = itemAt(checks.guards, stimulus);
      return guard === -1 || !isWaiting(around, stimulus) || table.readsOnly(guard, process);
    });
  }

  const isAlikeIn = (process: number, one: Int32Array, other: Int32Array) =>
    table.classOf(process, wordAt(one, process)) === table.classOf(process, wordAt(other, process));

  /** Whether no predicate sees a step of this process to the state `after`, however ids are exchanged. */
  function isUnseen(state: Int32Array, process: number): boolean {
    if (!isAlikeIn(process, state, after)) return false;
    if (wordAt(after, last) !== wordAt(state, last) && table.readsSurroundings()) return false;
    for (let permutation = 1; permutation < permutations; permutation += 1) {
      symmetry?.permute(state, permutation, exchanged);
      symmetry?.permute(after, permutation, exchangedAfter);
      if (!system.processes.every((_, other) => isAlikeIn(other, exchanged, exchangedAfter))) return false;
    }
    return true;
  }

  /** Whether the state `after` was not expanded yet. */
  function leadsOn(index: number): boolean {
    quotient?.representative(after, 0);
    const known = states.find(after, 0);
    return known === -1 || known > index;
  }

  function isEnough(state: Int32Array, index: number, process: number, steps: StepBuffer, first: number): boolean {
    const around = wordAt(state, last);
    if (!processes.isAlive(wordAt(state, process)) || !holdsTimeUp(state, process)) return false;
    if (mayBeStruck(around, process) || !areGuardsOwn(around, process)) return false;
    findActive(state, process, steps, first);
    if (!areMessagesSettled(state, process)) return false;
    for (let step = first; step < steps.count; step += 1) {
      if (ownerOf(steps, step) !== process) continue;
      for (let word = 0; word < width; word += 1) after[word] = wordAt(steps.words, step * width + word);
      if (!isUnseen(state, process) || !leadsOn(index)) return false;
    }
    return true;
  }

  const known = () => successors.used.links.reduce((sum, isUsed) => sum + isUsed, table.readings());

  return {
    isOutdated: () => knownThen !== -1 && known() !== knownThen,
    reduce(state, index, steps, first) {
      // What breaks is told by its number among all steps.
      if (steps.isBroken) return;
      own.fill(0);
      for (let step = first; step < steps.count; step += 1) {
        const owner = ownerOf(steps, step);
        if (owner !== -1) own[owner] = wordAt(own, owner) + 1;
      }
      let fewest = steps.count - first;
      let chosen = -1;
      for (let process = 0; process < processCount; process += 1) {
        const count = wordAt(own, process);
        if (count === 0 || count >= fewest || !isEnough(state, index, process, steps, first)) continue;
        fewest = count;
        chosen = process;
      }
      if (chosen === -1) return;
      if (knownThen === -1) knownThen = known();
      steps.keep(first, (step) => ownerOf(steps, step) === chosen);
    },
  };
}
