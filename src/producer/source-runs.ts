import { messageOf, StreamError } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { Codec } from '../values/codec.js';
import type { RunningStream } from './running-stream.js';
import { runSource, type Records } from './source.js';

/** Runs the sources of a client's streams, and knows which have not finished. */
export class SourceRuns {
  readonly codec: Codec | undefined;
  readonly #host: ClientHost;
  readonly #running = new Set<Promise<void>>();

  /** @param codec By which the bodies of requests are read. */
  constructor(host: ClientHost, codec: Codec | undefined) {
    this.#host = host;
    this.codec = codec;
  }

  /** The sources that have not finished, each as a promise that resolves when it has. */
  get running(): ReadonlySet<Promise<void>> {
    return this.#running;
  }

  /** Starts the source of a stream, when what runs now is over: user code never runs in the middle of an actor's step. */
  start(stream: RunningStream, records: () => Records): void {
    const run: Promise<void> = Promise.resolve()
      .then(() => this.#run(stream, records))
      .then(() => void this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(stream: RunningStream, records: () => Records): Promise<void> {
    const warn = (message: string, error: unknown): void => {
      this.#host.warn({ code: 'sourceFailed', message, subject: stream.addresses.subject, error });
    };
    try {
      await runSource(records, stream.writer, stream.stop, warn);
    } catch (error) {
      // The stream was over in the very moment in which its source finished: nothing is left to be told.
      if (error instanceof StreamError && error.code === 'writerClosed') return;
      warn('a source failed', error);
      stream.fail(messageOf(error));
    }
  }
}
