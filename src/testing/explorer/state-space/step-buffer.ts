import { outOfRange, wordAt } from '../structures/checked-reads.js';

/** What a step is. */
export const StepKind = {
  tick: 0,
  timer: 1,
  deliver: 2,
  stimulus: 3,
  drop: 4,
  duplicate: 5,
  crash: 6,
  restart: 7,
  cut: 8,
  heal: 9,
  late: 10,
  settle: 11,
} as const;

/** One step, as it is read for traces. */
export interface FoundStep {
  readonly kind: number;
  /** Whom it concerns: a process, a link, a stimulus or a cut target. */
  readonly which: number;
  /** The input of a timer, the message of a link's head. */
  readonly detail: number;
  /** What broke, if something did. */
  readonly fault: string | undefined;
  /** A copy of the state after it. */
  readonly after: Int32Array;
}

/**
 * The steps out of states, in flat arrays that are used again and again. The arrays are replaced when they grow, so read
 * them from here each time.
 */
export interface StepBuffer {
  count: number;
  /** The state after step `i`, at `i * width`. */
  words: Int32Array;
  kinds: Uint8Array;
  /** Whom step `i` concerns: a process, a link, a stimulus or a cut target. */
  which: Int32Array;
  /** The input of a timer, the message of a link's head. */
  details: Int32Array;
  /** What broke in step `i`, if something did: it then has no state after it. */
  readonly faults: (string | undefined)[];
  /** Whether something broke in any of these steps. */
  isBroken: boolean;
  /** Empties the buffer. */
  clear(): void;
  /** Forgets the steps from `first` on that `isKept` says no to. */
  keep(first: number, isKept: (step: number) => boolean): void;
  /** Says what broke in a step. */
  fail(step: number, fault: string): void;
  /** Reads a step. @throws RangeError for a number that none has. */
  read(step: number): FoundStep;
  /** Opens the next step as a copy of the state that it leaves. Returns where its words start. */
  open(from: Int32Array, kind: number, which: number, detail: number): number;
}

const initialCapacity = 64;

/** Makes an empty buffer for states of `width` integers. */
export function createStepBuffer(width: number): StepBuffer {
  let capacity = initialCapacity;

  function grow(): void {
    capacity *= 2;
    const { words, kinds, which, details } = buffer;
    buffer.words = new Int32Array(capacity * width);
    buffer.words.set(words);
    buffer.kinds = new Uint8Array(capacity);
    buffer.kinds.set(kinds);
    buffer.which = new Int32Array(capacity);
    buffer.which.set(which);
    buffer.details = new Int32Array(capacity);
    buffer.details.set(details);
  }

  const buffer: StepBuffer = {
    count: 0,
    words: new Int32Array(capacity * width),
    kinds: new Uint8Array(capacity),
    which: new Int32Array(capacity),
    details: new Int32Array(capacity),
    faults: [],
    isBroken: false,
    clear() {
      buffer.count = 0;
      buffer.isBroken = false;
    },
    keep(first, isKept) {
      const { words, kinds, which, details, faults } = buffer;
      let kept = first;
      for (let step = first; step < buffer.count; step += 1) {
        if (!isKept(step)) continue;
        words.copyWithin(kept * width, step * width, (step + 1) * width);
        kinds[kept] = kinds[step] ?? outOfRange(buffer.count, step);
        which[kept] = wordAt(which, step);
        details[kept] = wordAt(details, step);
        faults[kept] = faults[step];
        kept += 1;
      }
      buffer.count = kept;
    },
    fail(step, fault) {
      buffer.faults[step] = fault;
      buffer.isBroken = true;
    },
    read(step) {
      const { words, kinds, which, details, faults, count } = buffer;
      const kind = step < count ? kinds[step] : undefined;
      return {
        kind: kind ?? outOfRange(count, step),
        which: wordAt(which, step),
        detail: wordAt(details, step),
        fault: faults[step],
        after: words.slice(step * width, (step + 1) * width),
      };
    },
    open(from, kind, which, detail) {
      if (buffer.count === capacity) grow();
      const index = buffer.count;
      const at = index * width;
      const { words } = buffer;
      for (let k = 0; k < width; k += 1) words[at + k] = from[k] ?? outOfRange(from.length, k);
      buffer.kinds[index] = kind;
      buffer.which[index] = which;
      buffer.details[index] = detail;
      buffer.faults[index] = undefined;
      buffer.count = index + 1;
      return at;
    },
  };
  return buffer;
}
