import { signal, type ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Moment, RunReader, SequencedEvent } from '../../model/types.js';

/** What is built from the events of a run, one after the other. */
export interface RunModel {
  add(event: SequencedEvent): void;
}

type ModelClass<M extends RunModel> = new (unit: 'ms' | 'tick') => M;

interface Reading<M extends RunModel> {
  readonly model: M;
  /** Grows when it has taken more. */
  readonly version: ReadonlySignal<number>;
}

/** How many events are read before the page may draw again. */
const eventsPerFrame = 20_000;

class Reader<M extends RunModel> implements Reading<M> {
  readonly version = signal(0);
  readonly #run: RunReader;
  #seen: Moment = 0;

  constructor(
    run: RunReader,
    readonly model: M,
  ) {
    this.#run = run;
  }

  /** Takes some of what has come. Whether that was all. */
  read(): boolean {
    let left = eventsPerFrame;
    this.#run.forEach(this.#seen + 1, Infinity, (event) => {
      this.model.add(event);
      this.#seen = event.seq;
      left -= 1;
      return left > 0;
    });
    if (left < eventsPerFrame) this.version.value += 1;
    return left > 0;
  }
}

const readers = new WeakMap<RunReader, Map<unknown, Reader<RunModel>>>();

/**
 * The model of a run, which takes what comes while a pane shows it, of a long run some at a time. It belongs to the run: a
 * pane that is shown again finds what it had.
 */
export function useRunModel<M extends RunModel>(run: RunReader, Model: ModelClass<M>): Reading<M> {
  const ofRun = readers.get(run) ?? new Map<unknown, Reader<RunModel>>();
  if (!readers.has(run)) readers.set(run, ofRun);
  const reader = (ofRun.get(Model) as Reader<M> | undefined) ?? new Reader(run, new Model(run.header.unit));
  ofRun.set(Model, reader);
  useEffect(() => {
    let frame = 0;
    const read = (): void => {
      frame = reader.read() ? 0 : requestAnimationFrame(read);
    };
    const stop = run.version.subscribe(() => {
      if (frame === 0) read();
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [run, reader]);
  return reader;
}
