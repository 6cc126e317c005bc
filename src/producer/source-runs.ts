import { messageOf, StreamError } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { Codec } from '../values/codec.js';
import type { Writer } from '../writer/writer.js';
import type { RunningStream } from './running-stream.js';
import { SourceRun, type Records, type SourceOwner } from './source.js';
import type { StopSignal } from './stop-signal.js';

/** Runs the sources of a client's streams, and knows which have not finished. */
export class SourceRuns {
  readonly codec: Codec | undefined;
  readonly host: ClientHost;
  readonly #running = new Set<SourceOwner>();
  readonly #awaiting: (() => void)[] = [];

  /** @param codec By which the bodies of requests are read. */
  constructor(host: ClientHost, codec: Codec | undefined) {
    this.host = host;
    this.codec = codec;
  }

  /** How many sources have not finished. */
  get size(): number {
    return this.#running.size;
  }

  /** Resolves when all sources have finished. */
  whenFinished(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#awaiting.push(resolve));
  }

  /** Starts the source of a stream, when what runs now is over: user code never runs in the middle of an actor's step. */
  start(stream: RunningStream, records: () => Records): void {
    const owned = new OwnedSource(this, stream);
    this.#running.add(owned);
    void Promise.resolve(records).then((start) => new SourceRun(owned).run(start));
  }

  finished(source: SourceOwner): void {
    this.#running.delete(source);
    if (this.#running.size === 0) for (const resolve of this.#awaiting.splice(0)) resolve();
  }
}

/** The source of a stream, as its run sees it. */
class OwnedSource implements SourceOwner {
  readonly #runs: SourceRuns;
  readonly #stream: RunningStream;

  constructor(runs: SourceRuns, stream: RunningStream) {
    this.#runs = runs;
    this.#stream = stream;
  }

  get writer(): Writer {
    return this.#stream.writer;
  }

  get signal(): StopSignal {
    return this.#stream.stop;
  }

  warn(message: string, error: unknown): void {
    this.#runs.host.warn({ code: 'sourceFailed', message, subject: this.#stream.addresses.subject, error });
  }

  onDone(failure: { readonly error: unknown } | undefined): void {
    this.#runs.finished(this);
    if (failure === undefined) return;
    const { error } = failure;
    // The stream was over in the very moment in which its source finished: nothing is left to be told.
    if (error instanceof StreamError && error.code === 'writerClosed') return;
    this.warn('a source failed', error);
    this.#stream.fail(messageOf(error));
  }
}
