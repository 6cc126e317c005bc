import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import { fold } from './fold.js';
import { copyView, type Folded } from './folded.js';
import type { Run } from './run.js';
import type { Cursor, Moment, SequencedEvent, View } from './types.js';

/** Where playing, or following, has to stop. */
export type BreakTest = (event: SequencedEvent) => boolean;

export interface RunCursor extends Cursor {
  /** The view at the cursor: a new object whenever it has changed. */
  readonly view: ReadonlySignal<View>;
  /** Stops playing, or following, at the first event that the test names. Undefined takes it away. */
  readonly breakTest: { value: BreakTest | undefined };
  /** Goes to the next event at which to break, from the end to the first one. False where there is none. */
  findBreak(): boolean;
  /** Lets time pass while playing, by the milliseconds since the last frame. The app calls it once per frame. */
  frame(elapsedMs: number): void;
}

/** How many units of the run pass in a second of playing at speed 1. */
const unitsPerSecond = { ms: 1_000, tick: 1 };

/** The most events that one frame of playing may fold: a very high speed is slowed down rather than the page. */
const eventsPerFrameMax = 20_000;

export interface CursorOptions {
  /** Milliseconds that only grow. Default `performance.now`. */
  readonly clock?: () => number;
  /** Told of an event at which it breaks, when it is there. */
  readonly onBreak?: (event: SequencedEvent) => void;
}

export function createCursor(run: Run, options: CursorOptions = {}): RunCursor {
  const { clock = () => performance.now(), onBreak = () => undefined } = options;
  const live = signal(true);
  const playing = signal(false);
  const speed = signal(1);
  const breakTest = signal<BreakTest | undefined>(undefined);
  const brokeAt = signal<SequencedEvent | undefined>(undefined);
  /** The view of a cursor that is not live; it belongs to the cursor, which folds it on while playing. */
  let own: Folded | undefined;
  let ownAt = 0;
  const ownVersion = signal(0);

  /** When the newest event came, for time to go on after it. */
  let newest = { seq: 0, came: clock() };
  /** Up to where a live run has been looked through for the break. */
  let searched = 0;

  const view = computed<View>(() => {
    if (live.value) {
      // Reading the version is what brings the next view.
      return run.version.value >= 0 ? { ...run.head } : run.head;
    }
    return ownVersion.value > 0 && own !== undefined ? { ...own } : { ...run.head };
  });
  const seq = computed(() => view.value.seq);
  const broke = computed(() => (brokeAt.value?.seq === seq.value && !live.value ? brokeAt.value : undefined));

  const show = (moment: Folded, at = moment.at): void => {
    batch(() => {
      own = moment;
      ownAt = at;
      live.value = false;
      ownVersion.value += 1;
    });
  };

  const clamp = (target: Moment): Moment => Math.min(Math.max(target, run.firstSeq), run.lastSeq);

  const seek = (target: Moment): void => {
    const goal = clamp(target);
    // A short way forwards needs no keyframe.
    if (own !== undefined && !live.value && goal >= own.seq && goal - own.seq < 1_000 && isKept(own)) {
      foldOn(own, goal);
      show(own);
    } else {
      show(run.viewAt(goal));
    }
  };

  /** Whether the events after a view are all kept: a cursor that stands still may be overtaken by the oldest event. */
  const isKept = (moment: Folded): boolean => moment.seq >= run.firstSeq;

  const foldOn = (moment: Folded, toSeq: Moment): void => {
    run.forEach(moment.seq + 1, toSeq, (event) => {
      fold(moment, event);
      return undefined;
    });
  };

  const stop = (): void => {
    playing.value = false;
  };

  const playOn = (from: Folded, elapsedMs: number): void => {
    const moment = isKept(from) ? from : run.viewAt(run.firstSeq);
    if (moment !== from) ownAt = moment.at;
    const target = ownAt + (elapsedMs / 1_000) * unitsPerSecond[run.header.unit] * speed.value;
    const played: { records: number; reached: number; broke?: SequencedEvent } = { records: 0, reached: target };
    run.forEach(moment.seq + 1, Infinity, (event) => {
      if (event.at > target) return false;
      if (played.records === eventsPerFrameMax) {
        played.reached = event.at;
        return false;
      }
      fold(moment, event);
      played.records += 1;
      if (breakTest.value?.(event) !== true) return undefined;
      played.broke = event;
      return false;
    });
    const isAtEnd = moment.seq >= run.lastSeq;
    if (played.broke !== undefined || (isAtEnd && !run.growing.value)) {
      stop();
      show(moment);
      if (played.broke !== undefined) tellBreak(played.broke);
    } else if (isAtEnd) {
      cursor.follow();
    } else if (played.records > 0) {
      show(moment, played.reached);
    } else {
      ownAt = played.reached;
    }
  };

  /** While live: whether an event has come at which to stop. */
  const searchBreak = (test: BreakTest): void => {
    const found = firstFrom(searched + 1, test);
    searched = run.lastSeq;
    if (found === undefined) return;
    seek(found.seq);
    tellBreak(found);
  };

  const firstFrom = (from: Moment, test: BreakTest): SequencedEvent | undefined => {
    let found: SequencedEvent | undefined;
    run.forEach(from, Infinity, (event) => {
      if (!test(event)) return undefined;
      found = event;
      return false;
    });
    return found;
  };

  const tellBreak = (event: SequencedEvent): void => {
    brokeAt.value = event;
    onBreak(event);
  };

  const cursor: RunCursor = {
    live,
    seq,
    playing,
    speed,
    view,
    breakTest: {
      get value() {
        return breakTest.value;
      },
      set value(test) {
        searched = run.lastSeq;
        breakTest.value = test;
      },
    },
    now: () => {
      if (!live.value) return ownAt;
      // Time goes on between the events of what is live; what is simulated tells its time.
      if (!run.growing.value || run.header.source !== 'live' || run.header.unit !== 'ms') return run.now;
      if (newest.seq !== run.lastSeq) newest = { seq: run.lastSeq, came: clock() };
      return run.lastAt + (clock() - newest.came);
    },
    follow: () => {
      batch(() => {
        stop();
        own = undefined;
        searched = run.lastSeq;
        live.value = true;
      });
    },
    pause: () => {
      stop();
      if (live.value) show(copyView(run.head), cursor.now());
    },
    play: () => {
      // At the end of a run that is over, playing starts again.
      const over = !run.growing.value && view.value.seq >= run.lastSeq;
      if (over) show(run.viewAt(run.firstSeq));
      else if (live.value) return;
      playing.value = true;
    },
    seek: (target) => {
      stop();
      seek(target);
    },
    seekTime: (at) => {
      stop();
      seek(run.seqAtTime(at));
      ownAt = Math.max(ownAt, Math.min(at, run.lastAt));
    },
    step: (records) => {
      stop();
      const from = view.value.seq;
      if (records >= 0) {
        let left = records;
        let target = from;
        run.forEach(from + 1, Infinity, (event) => {
          if (left === 0) return false;
          left -= 1;
          target = event.seq;
          return undefined;
        });
        seek(target);
      } else {
        let target = from;
        for (let left = -records; left > 0; left -= 1) {
          const before = run.eventAtOrBefore(target - 1);
          if (before === undefined || before.seq >= target) break;
          target = before.seq;
        }
        seek(target);
      }
    },
    broke,
    findBreak: () => {
      const test = breakTest.value;
      if (test === undefined) return false;
      stop();
      // From the end it begins again.
      const found = firstFrom(seq.value + 1, test) ?? firstFrom(run.firstSeq, test);
      if (found === undefined) return false;
      seek(found.seq);
      tellBreak(found);
      return true;
    },
    frame: (elapsedMs) => {
      if (live.value) {
        if (breakTest.value !== undefined && run.lastSeq > searched) searchBreak(breakTest.value);
      } else if (playing.value && own !== undefined) {
        playOn(own, elapsedMs);
      }
    },
  };
  return cursor;
}
