import { CloseCode, resumptionMachine, type ResumptionContext, type ResumptionEvent } from '../../machines/index.js';
import { CloseError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import { runSolitary, type Solitary } from '../host/solitary.js';

/** How a reader goes on where it was, filled in. */
export interface Resuming {
  readonly triesMax: number;
  readonly delayMs: number;
  readonly delayMaxMs: number;
}

/** What the records that go on need of the stream that is read. */
export interface ResumingHost {
  readonly clock: Clock;
  /** Opens a stream from behind the last record. */
  readonly open: () => AsyncIterable<unknown>;
  /** Whether a producer was there: what never began is not gone on with. */
  readonly hasBegun: () => boolean;
  /** A stream is about to be opened in place of one that broke. */
  readonly onResume: (after: CloseError, tries: number) => void;
}

/** The ends by which a producer is gone, another of whom may go on. */
const gone = new Set<CloseError['reason']>(['producerSilent', 'recordsLost', 'noResponders', 'noAnswer']);

/** Whether another producer, or the same one when it is back, can go on after such an end. */
function isProducerGone(error: unknown): error is CloseError {
  if (!(error instanceof CloseError)) return false;
  return gone.has(error.reason) || (error.reason === 'closed' && error.code === CloseCode.GoingAway);
}

/**
 * The records of streams that follow each other: when the producer of one is gone, the next one is opened from behind
 * the last record of it. The machine says when, and when it is enough. Source: PROTOCOL.md, Resuming.
 */
export class ResumingRecords implements AsyncIterableIterator<unknown> {
  readonly #host: ResumingHost;
  readonly #machine: Solitary<ResumptionEvent>;
  #iterator: AsyncIterator<unknown>;
  #broken: CloseError | undefined;
  /** Whether no record came since the last stream broke. */
  #isTrying = false;
  /** Goes on once the machine has said whether there is another stream. */
  #decide: (isOpened: boolean) => void = () => undefined;

  constructor({ triesMax, delayMs, delayMaxMs }: Resuming, host: ResumingHost) {
    this.#host = host;
    this.#iterator = host.open()[Symbol.asyncIterator]();
    this.#machine = runSolitary(resumptionMachine, {
      input: { triesMax },
      clock: host.clock,
      delays: {
        resumeDelay: ({ tries }: ResumptionContext) => Math.min(delayMaxMs, delayMs * 2 ** (tries - 1)),
      },
      performers: {
        'stream.open': ({ tries }: { readonly tries: number }) => {
          if (this.#broken !== undefined) host.onResume(this.#broken, tries);
          this.#decide(true);
        },
        'reader.end': () => this.#decide(false),
      },
    });
  }

  async next(): Promise<IteratorResult<unknown>> {
    for (;;) {
      try {
        const step = await this.#iterator.next();
        if (step.done === true) this.#machine.send({ type: 'stream.over' });
        else if (this.#isTrying) {
          this.#isTrying = false;
          this.#machine.send({ type: 'record.handed' });
        }
        return step;
      } catch (error) {
        if (!(await this.#resume(error))) throw error;
        this.#iterator = this.#host.open()[Symbol.asyncIterator]();
      }
    }
  }

  /** The reader has left: there is no further stream. */
  async return(): Promise<IteratorResult<unknown>> {
    this.#machine.send({ type: 'app.cancel' });
    this.#decide(false);
    return (await this.#iterator.return?.()) ?? { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves with whether another stream is to be opened. */
  async #resume(error: unknown): Promise<boolean> {
    const isBroken = isProducerGone(error) && this.#host.hasBegun();
    if (isBroken) this.#broken = error;
    this.#isTrying = true;
    return new Promise<boolean>((resolve) => {
      this.#decide = resolve;
      this.#machine.send({ type: isBroken ? 'stream.broken' : 'stream.over' });
    });
  }
}
