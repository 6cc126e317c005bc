import { itemAt } from '../structures/checked-reads.js';
import { createInterning } from '../structures/interning.js';
import type { Link } from '../description/links.js';
import { createIntPairMap } from '../structures/int-pair-map.js';

/** A message that is under way, and the ticks in which it must arrive. */
export interface InFlight {
  readonly message: number;
  readonly left: number;
  /** Sent in one step with the one before it, so that either may come first. */
  readonly isJoined: boolean;
}

/** A message that may arrive next, and the queue after it. */
export interface Head {
  readonly message: number;
  readonly rest: number;
  /** The queue where it was lost. Of a set it is not when it arrives. */
  readonly lost: number;
  /** Its place in the content. */
  readonly index: number;
  /** What its arrival is to the receiver. */
  readonly input: number;
}

/** What may be under way on one link, each content as an integer; 0 is the empty link. */
export interface LinkQueue {
  readonly contents: readonly (readonly InFlight[])[];
  bytes(): number;
  idOf(content: readonly InFlight[]): number;
  /** The messages that may arrive now, without repetition. */
  heads(queue: number): readonly Head[];
  /** Whether some message must arrive before time goes on. */
  isUrgent(queue: number): boolean;
  /** The queue one tick later; what must arrive still must. */
  tick(queue: number): number;
  /**
   * The queue with one more message, which has the link's whole delay.
   *
   * @param isJoined whether its order among those that were sent in the same step just before it is left open, where
   *   they are of other subjects.
   */
  push(queue: number, message: number, isJoined: boolean): number;
  /** The queue with a copy right behind one of its messages, which has the link's whole delay. */
  double(queue: number, index: number): number;
}

/**
 * Makes the empty queue of a link.
 *
 * @param subjectOf the subject of a message, for the order `subject`.
 * @param inputOf what the arrival of a message is to the receiver.
 */
export function createLinkQueue(
  link: Link,
  subjectOf: (message: number) => string,
  inputOf: (message: number) => number,
): LinkQueue {
  const queues = createInterning<readonly InFlight[]>();
  const heads: (readonly Head[] | undefined)[] = [];
  const urgent: (boolean | undefined)[] = [];
  const ticked: number[] = [];
  const pushed = createIntPairMap();

  /** Brings the messages that one step sent together into one form. The first one of them is joined to none. */
  function withBatchesSorted(content: readonly InFlight[]): readonly InFlight[] {
    const batches: InFlight[][] = [];
    for (const item of content) {
      const batch = batches[batches.length - 1];
      if (item.isJoined && batch !== undefined) batch.push(item);
      else batches.push([item]);
    }
    return batches.flatMap((batch) =>
      batch
        .sort((a, b) => (subjectOf(a.message) < subjectOf(b.message) ? -1 : 1))
        .map((item, index) => ({ ...item, isJoined: index > 0 })),
    );
  }

  /** Brings contents that differ only in an order without meaning into one form. */
  function normalised(content: readonly InFlight[]): readonly InFlight[] {
    if (link.order === 'connection')
      return content.some(({ isJoined }) => isJoined) ? withBatchesSorted(content) : content;
    if (link.order === 'set') {
      const messages = [...new Set(content.map(({ message }) => message))].sort((a, b) => a - b);
      return messages.map((message) => ({ message, left: 0, isJoined: false }));
    }
    if (link.order === 'none') return [...content].sort((a, b) => a.message - b.message || a.left - b.left);
    const subjects = [...new Set(content.map(({ message }) => subjectOf(message)))].sort();
    return subjects.flatMap((subject) => content.filter(({ message }) => subjectOf(message) === subject));
  }

  function idOf(content: readonly InFlight[]): number {
    const normal = normalised(content);
    return queues.idOf(
      normal.map(({ message, left, isJoined }) => `${message}:${left}${isJoined ? '+' : ''}`).join(),
      () => normal,
    );
  }

  function isDeliverable(content: readonly InFlight[], index: number): boolean {
    const earlier = content.slice(0, index);
    const item = itemAt(content, index);
    const isFirstOfSubject = () => earlier.every(({ message }) => subjectOf(message) !== subjectOf(item.message));
    switch (link.order) {
      case 'connection':
        return index === 0 || (content.slice(1, index + 1).every(({ isJoined }) => isJoined) && isFirstOfSubject());
      case 'subject':
        return isFirstOfSubject();
      case 'set':
        return true;
      case 'none':
        return earlier.every(({ message, left }) => message !== item.message || left !== item.left);
    }
  }

  function headsOf(queue: number): readonly Head[] {
    const content = itemAt(queues.values, queue);
    return content.flatMap(({ message }, index) => {
      if (!isDeliverable(content, index)) return [];
      const lost = idOf(content.filter((_, other) => other !== index));
      return [{ message, index, lost, rest: link.order === 'set' ? queue : lost, input: inputOf(message) }];
    });
  }

  idOf([]);
  return {
    contents: queues.values,
    bytes() {
      return pushed.bytes();
    },
    idOf,
    heads: (queue) => (heads[queue] ??= headsOf(queue)),
    isUrgent: (queue) =>
      (urgent[queue] ??= link.order !== 'set' && itemAt(queues.values, queue).some(({ left }) => left === 0)),
    tick(queue) {
      return (ticked[queue] ??= idOf(
        itemAt(queues.values, queue).map((item) => ({ ...item, left: Math.max(0, item.left - 1) })),
      ));
    },
    double(queue, index) {
      const content = itemAt(queues.values, queue);
      const { message, isJoined } = itemAt(content, index);
      // Among messages that were sent together the copy may come wherever its original may, and after it.
      const isAmongJoined = isJoined || content[index + 1]?.isJoined === true;
      const copy = { message, left: link.delay, isJoined: isAmongJoined };
      return idOf([...content.slice(0, index + 1), copy, ...content.slice(index + 1)]);
    },
    push(queue, message, isJoined) {
      const key = message * 2 + (isJoined ? 1 : 0);
      const known = pushed.get(queue, key);
      if (known !== -1) return known;
      const joined = isJoined && link.order === 'connection';
      const after = idOf([...itemAt(queues.values, queue), { message, left: link.delay, isJoined: joined }]);
      pushed.set(queue, key, after);
      return after;
    },
  };
}
