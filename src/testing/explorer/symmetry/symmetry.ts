import { itemAt, wordAt } from '../structures/checked-reads.js';
import type { CompiledSystem } from '../description/compile-system.js';
import { permutations, rotations } from './exchange-group.js';
import { createRenaming, isSame, type Renaming } from './renaming.js';
import type { CompiledReaction } from '../processes/process-table.js';
import type { Successors } from '../state-space/successors.js';

/** All ways to exchange the interchangeable ids for one another, applied to states. Number 0 changes nothing. */
export interface Symmetry {
  readonly count: number;
  /** Writes the state with its ids exchanged. */
  permute(state: Int32Array, permutation: number, into: Int32Array): void;
  /** One word of the state with its ids exchanged. */
  wordUnder(state: Int32Array, permutation: number, word: number): number;
  /** The permutation that is `second` after `first`. */
  compose(second: number, first: number): number;
  /** The permutation that undoes this one. */
  inverse(permutation: number): number;
  /** How many of the first ids there have to be for a permutation to exchange no others: 1 where it exchanges none. */
  idsMoved(permutation: number): number;
  /** The stimulus that takes the place of this one. */
  stimulus(permutation: number, stimulus: number): number;
}

/** Where each part of the system goes under a renaming. */
interface Places {
  readonly processes: readonly number[];
  readonly links: readonly number[];
  readonly stimuli: readonly number[];
  readonly cuts: readonly number[];
}

function placesUnder(system: CompiledSystem, { name, input }: Renaming): Places {
  const { processes, links, stimuli, faults } = system;
  const find = <T>(what: string, label: string, items: readonly T[], matches: (item: T) => boolean): number => {
    const index = items.findIndex(matches);
    if (index === -1) throw new Error(`ids: ${what} '${label}' has no counterpart when ids are exchanged`);
    return index;
  };
  const process = processes.map((own) => find('the process', own, processes, (other) => other === name(own)));
  return {
    processes: process,
    links: links.map((link) =>
      find(
        'the link',
        link.name,
        links,
        ({ from, to, delay, order }) =>
          from === process[link.from] && to === process[link.to] && delay === link.delay && order === link.order,
      ),
    ),
    stimuli: stimuli.map((own) =>
      find('the stimulus', own.name, stimuli, (other) => {
        const isAlike = other.process === process[own.process] && other.max === own.max;
        return isAlike && isSame(other.input, input(own.input));
      }),
    ),
    cuts: faults.cut.of.map((own) =>
      find('the cut', own.name, faults.cut.of, (other) => other.name === name(own.name)),
    ),
  };
}

/** Where everything goes that goes from its place to `first`, and from there to `second`. */
function placesAfter(second: Places, first: Places): Places {
  const after = (part: keyof Places) => first[part].map((place) => itemAt(second[part], place));
  return { processes: after('processes'), links: after('links'), stimuli: after('stimuli'), cuts: after('cuts') };
}

function moved<T>(items: readonly T[], places: readonly number[]): readonly T[] {
  const result = [...items];
  items.forEach((item, index) => (result[itemAt(places, index)] = item));
  return result;
}

/**
 * Makes the symmetry of a system's ids, and watches that its machines keep it: each reaction is computed with neighbours
 * exchanged, and must be the same but for the ids. What holds of each exchange of neighbours, in every state that comes of
 * them, holds of all exchanges.
 *
 * @param exchanged how many of the ids are exchanged, the first ones; all of those in a ring are.
 * @throws Error, also later from the watched reactions, that says how the ids are told apart.
 */
export function createSymmetry(system: CompiledSystem, successors: Successors, exchanged: number): Symmetry {
  const { ids } = system;
  const { processes: table, queues, surroundings, width } = successors;
  if (system.faults.crash.midStep) {
    // What a step sends to one of them and to another has an order, which an exchange would turn around.
    throw new Error('ids: expected no crashes with midStep, which tell apart who is sent to first');
  }
  const group = system.isRing ? rotations(ids.length) : permutations(ids.length, exchanged);
  const { exchanges, generators } = group;
  const orders = exchanges.map(({ images }) => images.map((image) => itemAt(ids, image)));
  /** Of what is made of nothing else: of no exchange, and of the generators. */
  const renamings = [0, ...generators].map((permutation) => createRenaming(ids, itemAt(orders, permutation)));
  const places: Places[] = renamings.map((renaming) => placesUnder(system, renaming));
  for (const { last, before } of exchanges.slice(places.length)) {
    places.push(placesAfter(itemAt(places, last), itemAt(places, before)));
  }
  const processCount = system.processes.length;
  const last = width - 1;
  const memory = exchanges.map(() => ({
    states: [] as (number | undefined)[],
    messages: [] as (number | undefined)[],
    queues: system.links.map(() => [] as (number | undefined)[]),
    surroundings: [] as (number | undefined)[],
  }));
  const chances = [system.faults.crash.of, system.faults.late.of];
  for (const { processes } of places) {
    if (chances.some((of) => !of.every((process) => of.includes(itemAt(processes, process))))) {
      throw new Error('ids: a fault strikes one of the processes that are exchanged, and not the other');
    }
  }

  /** What an exchange makes of something: what its last part makes of what the others do, which is mostly known. */
  function madeOf(permutation: number, id: number, under: typeof stateUnder, rename: (renaming: Renaming) => number) {
    const { last, before } = itemAt(exchanges, permutation);
    return before === 0 ? rename(itemAt(renamings, permutation)) : under(last, under(before, id));
  }

  function stateUnder(permutation: number, state: number): number {
    return (itemAt(memory, permutation).states[state] ??= madeOf(permutation, state, stateUnder, (renaming) =>
      table.stateId(renaming.state(itemAt(table.states, state))),
    ));
  }

  function messageUnder(permutation: number, message: number): number {
    return (itemAt(memory, permutation).messages[message] ??= madeOf(permutation, message, messageUnder, (renaming) =>
      table.messageId(renaming.message(itemAt(table.messages, message))),
    ));
  }

  function queueUnder(permutation: number, link: number, queue: number): number {
    if (queue === 0) return queue;
    const to = itemAt(queues, itemAt(itemAt(places, permutation).links, link));
    return (itemAt(itemAt(memory, permutation).queues, link)[queue] ??= to.idOf(
      itemAt(itemAt(queues, link).contents, queue).map((item) => ({
        ...item,
        message: messageUnder(permutation, item.message),
      })),
    ));
  }

  function surroundingsUnder(permutation: number, around: number): number {
    const { stimuli, cuts, processes } = itemAt(places, permutation);
    const own = itemAt(surroundings.states, around);
    return (itemAt(memory, permutation).surroundings[around] ??= surroundings.idOf({
      ...own,
      stimuli: moved(own.stimuli, stimuli),
      isCut: moved(own.isCut, cuts),
      slack: moved(own.slack, processes),
    }));
  }

  function isReactionUnder(permutation: number, one: CompiledReaction, other: CompiledReaction): boolean {
    if ((one.fault === undefined) !== (other.fault === undefined)) return false;
    if (one.fault !== undefined) return true;
    if (other.next !== stateUnder(permutation, one.next) || one.sent.length !== other.sent.length) return false;
    const expected = Array.from(one.sent, (word, index) =>
      index % 2 === 0 ? itemAt(itemAt(places, permutation).links, word) : messageUnder(permutation, word),
    );
    // Each link has its own order; which of two links is written to first makes no difference.
    return queues.every((queue, link) => {
      const after = (words: ArrayLike<number>) => {
        const messages = Array.from(words).filter((_, index) => index % 2 === 1 && words[index - 1] === link);
        return messages.reduce((content, message, index) => queue.push(content, message, index > 0), 0);
      };
      return after(expected) === after(other.sent);
    });
  }

  table.watch((state, input, reaction) => {
    for (const permutation of generators) {
      const given = itemAt(table.inputs, input);
      const renamed = itemAt(renamings, permutation).input(given);
      const other = table.react(stateUnder(permutation, state), table.inputId(renamed), true);
      if (isReactionUnder(permutation, reaction, other)) continue;
      throw new Error(
        `ids: ${ids.join(', ')} are not interchangeable: with ${itemAt(orders, permutation).join(', ')} in their ` +
          `place, ${itemAt(table.states, state).process} reacts differently to ${JSON.stringify(given)}`,
      );
    }
  });

  /** By permutation and word: the word that takes its place. */
  const sources = places.map(({ processes, links }) => {
    const from = new Array<number>(width).fill(last);
    processes.forEach((place, process) => (from[place] = process));
    links.forEach((place, link) => (from[processCount + place] = processCount + link));
    return from;
  });

  return {
    count: exchanges.length,
    permute(state, permutation, into) {
      const { processes, links } = itemAt(places, permutation);
      for (let process = 0; process < processCount; process += 1) {
        into[itemAt(processes, process)] = stateUnder(permutation, wordAt(state, process));
      }
      for (let link = 0; link < system.links.length; link += 1) {
        const to = processCount + itemAt(links, link);
        into[to] = queueUnder(permutation, link, wordAt(state, processCount + link));
      }
      into[last] = surroundingsUnder(permutation, wordAt(state, last));
    },
    wordUnder(state, permutation, word) {
      const source = itemAt(itemAt(sources, permutation), word);
      if (word < processCount) return stateUnder(permutation, wordAt(state, source));
      if (word === last) return surroundingsUnder(permutation, wordAt(state, last));
      return queueUnder(permutation, source - processCount, wordAt(state, source));
    },
    compose: (second, first) => group.compose(second, first),
    inverse: (permutation) => group.inverse(permutation),
    idsMoved: (permutation) =>
      itemAt(exchanges, permutation).images.findLastIndex((image, id) => image !== id) + 1 || 1,
    stimulus: (permutation, stimulus) => itemAt(itemAt(places, permutation).stimuli, stimulus),
  };
}
