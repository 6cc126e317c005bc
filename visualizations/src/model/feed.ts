import { batch, signal, type ReadonlySignal } from '@preact/signals';
import { checkedEvent, isSequenced, MalformedTraceEventError } from './checked-event.js';
import { Run, type RunOptions } from './run.js';
import type { LinkState, SequencedEvent, Sink, Source, TraceRun } from './types.js';

/** What a feed has to say about itself. */
export interface FeedHealth {
  readonly state: LinkState;
  readonly text: string;
  /** How much of the whole has come, from 0 to 1, where that is known and it has not come yet. */
  readonly part: number | undefined;
  /** Events that came of the run, its header included. */
  readonly received: number;
  /** Events that could not be read, since the source was opened. */
  readonly malformed: number;
  /** Why the last of them could not be read. */
  readonly lastProblem: string;
}

/** Takes events from one source at a time and makes runs of them. */
export interface Feed {
  readonly source: ReadonlySignal<Source | undefined>;
  /** The run shown; undefined until a header has come. */
  readonly run: ReadonlySignal<Run | undefined>;
  /** Changes at most once per frame while events come, and with each change of the state. */
  readonly health: ReadonlySignal<FeedHealth>;
  /** Ends the source before, and opens this one. */
  open(source: Source): void;
}

const counted = { received: 0, malformed: 0, lastProblem: '' };
const atFirst: FeedHealth = { state: 'connecting', text: '', part: undefined, ...counted };

/** Two runs do not begin in the same millisecond under one name. */
function isSameRun(one: TraceRun, other: TraceRun): boolean {
  return one.startedAt !== undefined && one.startedAt === other.startedAt && one.label === other.label;
}

export function createFeed(options: RunOptions = {}): Feed {
  const source = signal<Source | undefined>(undefined);
  const run = signal<Run | undefined>(undefined);
  const health = signal<FeedHealth>({ ...atFirst, state: 'ended' });
  const onFrame = options.onFrame ?? ((callback: () => void) => requestAnimationFrame(callback));
  let close: () => void = () => undefined;
  /** Counts of now; `health` follows once a frame. */
  let counts = { ...counted };
  let framePending = false;
  let isReading = false;

  const show = (): void => {
    if (framePending) return;
    framePending = true;
    onFrame(() => {
      framePending = false;
      health.value = { ...health.value, ...counts };
    });
  };

  const accept = (values: readonly unknown[]): void => {
    let pending: SequencedEvent[] = [];
    const flush = (): void => {
      if (pending.length > 0) run.value?.append(pending);
      pending = [];
    };
    for (const value of values) {
      counts.received += 1;
      try {
        const event = checkedEvent(value);
        if (isSequenced(event)) {
          if (run.value === undefined) throw new MalformedTraceEventError('expected the header of a run first');
          pending.push(event);
        } else {
          flush();
          // A page that was away too long is told again what lives: of the run that it shows, which goes on.
          if (run.value !== undefined && isSameRun(run.value.header, event)) continue;
          const begun = new Run(event, options);
          begun.isReading.value = isReading;
          run.value = begun;
          // What is told of a run is not of those before it.
          counts.received = 1;
        }
      } catch (error) {
        if (!(error instanceof MalformedTraceEventError)) throw error;
        counts = { ...counts, malformed: counts.malformed + 1, lastProblem: error.message };
      }
    }
    flush();
    show();
  };

  return {
    source,
    run,
    health,
    open: (opened) => {
      close();
      if (run.value !== undefined) run.value.growing.value = false;
      let isOpen = true;
      counts = { ...counted };
      batch(() => {
        source.value = opened;
        run.value = undefined;
        health.value = atFirst;
      });
      // A source that was closed may still have something on the way.
      const sink: Sink = {
        accept: (values) => {
          if (isOpen) accept(values);
        },
        time: (at) => {
          if (isOpen) run.value?.goOn(at);
        },
        state: (state, text = '', part) => {
          if (!isOpen) return;
          isReading = state === 'connecting' && part !== undefined;
          if (run.value !== undefined) run.value.isReading.value = isReading;
          if (state === 'ended' && run.value !== undefined) run.value.growing.value = false;
          // Who hears that a source has ended hears at once what came of it, and not a frame later.
          health.value = { ...health.value, ...counts, state, text, part };
        },
      };
      const stop = opened.start(sink);
      close = () => {
        isOpen = false;
        stop();
      };
    },
  };
}
