import type { ActorRefFrom } from 'xstate';
import { CloseCode, type consumerStreamMachine, type StreamEnd } from '../../machines/index.js';
import { decodeValue, type Codec } from '../values/codec.js';
import { CloseError, messageOf, StreamError } from '../errors.js';
import type { LivenessClock } from '../host/liveness-clock.js';
import { hearRejection } from '../host/shielded.js';
import { asyncIterator } from './async-iterator.js';
import { createReadable, type OwnBytes } from './readable.js';
import { Settled } from './settled.js';
import { RecordQueue, type QueuedRecord } from './record-queue.js';

/** How a stream ended, and how much of it was received. */
export interface ConsumerStreamEnd extends StreamEnd {
  /** How many records were received, including those that were never read. */
  readonly records: number;
  /** How many bytes of data were received. */
  readonly bytes: number;
  /** If the reason is `recordsLost`: the number of the first missing record, counted from 0. */
  readonly firstMissing?: number;
  /** Undefined if the stream is complete. Reading throws it, unless the reader itself cancelled. */
  readonly error: CloseError | undefined;
}

/** How an open request was answered. */
export type StreamOpening =
  /** A producer serves the stream, or has already served it to its end. */
  | { readonly started: true }
  /** The stream ended before a producer answered; `end` says how. */
  | { readonly started: false; readonly end: ConsumerStreamEnd };

/**
 * The reader's handle on a stream: an async iterable of its records, in order, each delivered once.
 *
 * Iteration finishes normally if the stream is complete or the reader itself cancelled it; any other end throws a
 * {@link CloseError}, after the records that arrived before it. Leaving the loop cancels the stream.
 */
export interface ConsumerStream extends AsyncIterable<Uint8Array> {
  /** The stream id, eight base-62 characters. */
  readonly id: string;
  /** The request subject. */
  readonly subject: string;
  /** The running actor of this stream. */
  readonly actor: ActorRefFrom<typeof consumerStreamMachine>;
  /**
   * Resolves once a producer is known to serve the stream, or the stream has ended without one; never rejects. A
   * producer of this package announces itself at once; a plain one is known by its first record or heartbeat. Whatever
   * the handler does afterwards, throwing included, shows in `closed`.
   */
  readonly opened: Promise<StreamOpening>;
  /** Resolves with how the stream ended, once it has ended for its reader; never rejects. */
  readonly closed: Promise<ConsumerStreamEnd>;
  /** How many records are waiting to be read. */
  readonly buffered: number;
  /**
   * Cancels the stream at once. Unread records are dropped, even if the stream has already ended.
   *
   * @param text The `text` of the end; `the reader left` if omitted.
   */
  cancel(text?: string): void;
  /**
   * The records, each decoded with the client's codec. A record that cannot be decoded cancels the stream, and iterating
   * throws a {@link StreamError} `notDecodable`.
   */
  objects<Value = unknown>(): AsyncIterableIterator<Value>;
  /** The records as text, each decoded from UTF-8. */
  text(): AsyncIterableIterator<string>;
  /**
   * The records as a web stream, each a chunk: for `new Response(stream.readable())`, `pipeThrough`, `pipeTo`. A record
   * is taken when a chunk is read, so that the producer keeps to the pace of the slowest part. Cancelling it cancels the
   * stream, with the reason as text; an end that reading would throw is its error, after the records before it. For
   * Node, `Readable.from(stream)` does the same.
   */
  readable(): ReadableStream<OwnBytes>;
  /** The same as {@link cancel}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a stream is made of. */
export interface ConsumerStreamParameters {
  readonly id: string;
  readonly subject: string;
  readonly clock: LivenessClock;
  readonly codec: Codec | undefined;
  readonly bufferedRecordsMax: number;
  readonly bufferedBytesMax: number;
  /** Takes each record as it comes, instead of the iterator. */
  readonly reader: ((record: QueuedRecord) => unknown) | undefined;
  /** Hears once that the queue is three quarters full, and again when it was half empty in between. */
  readonly onSlow: ((waiting: { readonly records: number; readonly bytes: number }) => void) | undefined;
}

const decoder = new TextDecoder();

/**
 * How the consumer client hands a stream its records and its end.
 *
 * A client may have very many streams that wait for something, so what one needs only now and then is made then: its
 * queue, its promises, the lists of what waits.
 */
export abstract class ConsumerStreamInlet {
  readonly stream: ConsumerStream;
  readonly id: string;
  readonly subject: string;
  readonly clock: LivenessClock;
  readonly codec: Codec | undefined;
  /**
   * Whether records go straight to the reader (`attached`), are dropped (`detached`), or have to be asked about
   * (`asking`). The machine decides.
   */
  gate: 'asking' | 'attached' | 'detached' = 'asking';
  readonly #reader: ConsumerStreamParameters['reader'];
  readonly #onSlow: ConsumerStreamParameters['onSlow'];
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  #queue: RecordQueue | undefined;
  #held: QueuedRecord[] | undefined;
  #delivered: QueuedRecord[] | undefined;
  /** Calls of `next` that wait for a record. */
  #waiting: ((result: QueuedRecord | undefined) => void)[] | undefined;
  #ended: ConsumerStreamEnd | undefined;
  #records = 0;
  #bytes = 0;
  #closed: Settled<ConsumerStreamEnd> | undefined;
  #opened: Settled<StreamOpening> | undefined;
  #opening: StreamOpening | undefined;

  constructor({
    id,
    subject,
    clock,
    codec,
    reader,
    onSlow,
    bufferedRecordsMax,
    bufferedBytesMax,
  }: ConsumerStreamParameters) {
    this.id = id;
    this.subject = subject;
    this.clock = clock;
    this.codec = codec;
    this.#reader = reader;
    this.#onSlow = onSlow;
    this.#recordsMax = bufferedRecordsMax;
    this.#bytesMax = bufferedBytesMax;
    this.stream = new StreamHandle(this);
  }

  /** The running actor of the stream. */
  abstract get actor(): ConsumerStream['actor'];

  /** The reader leaves a stream that has not ended. */
  protected abstract leave(text: string): void;

  /** Hears of each record that the reader has taken. */
  protected abstract onConsumed(bytes: number, annotationBytes: number): void;

  get opened(): Promise<StreamOpening> {
    this.#opened ??= new Settled(this.#opening);
    return this.#opened.promise;
  }

  get closed(): Promise<ConsumerStreamEnd> {
    this.#closed ??= new Settled(this.#ended);
    return this.#closed.promise;
  }

  /** How many records wait to be read. */
  get buffered(): number {
    return this.#queue?.length ?? 0;
  }

  cancel(text = 'the reader left'): void {
    if (this.#ended === undefined) this.leave(text);
    else this.#queue = undefined;
  }

  /** Something of the stream was heard: records go to the reader from now on. */
  attach(): void {
    this.gate = 'attached';
    this.#settleOpened({ started: true });
  }

  /** Nobody reads any more. */
  detach(): void {
    this.gate = 'detached';
  }

  hasRoomFor(bytes: number): boolean {
    if (this.#reader !== undefined || (this.#waiting?.length ?? 0) > 0) return true;
    return this.#ownQueue.hasRoomFor(bytes);
  }

  /** A record that came while the machine has to be asked, kept until it answers `reader.deliver`. */
  hold(record: QueuedRecord): void {
    (this.#held ??= []).push(record);
  }

  /** Hands over the oldest record held; to a callback only at {@link handOver}. */
  deliverHeld(): void {
    const record = this.#held?.shift();
    if (record === undefined) return;
    if (this.#reader === undefined) this.deliver(record);
    else (this.#delivered ??= []).push(record);
  }

  /** Calls the callback with what was delivered. It may open streams, so it never runs amid the runner's own work. */
  handOver(): void {
    const delivered = this.#delivered;
    this.#delivered = undefined;
    this.#held = this.#held?.length === 0 ? undefined : this.#held;
    if (delivered !== undefined) for (const record of delivered) this.deliver(record);
  }

  deliver(record: QueuedRecord): void {
    const { data, annotations } = record;
    this.#records += 1;
    this.#bytes += data.length;
    if (this.#reader !== undefined) {
      try {
        const given = this.#reader(record);
        if (given !== undefined) hearRejection(given, (error) => this.#onReaderError(error));
      } catch (error) {
        this.#onReaderError(error);
      }
      this.onConsumed(data.length, annotations?.length ?? 0);
      return;
    }
    const resolve = this.#waiting?.shift();
    if (resolve === undefined) {
      const queue = this.#ownQueue;
      queue.push(record);
      if (this.#onSlow !== undefined && queue.isSlow()) this.#onSlow({ records: queue.length, bytes: queue.bytes });
    } else {
      resolve(record);
      this.onConsumed(data.length, annotations?.length ?? 0);
    }
  }

  end(end: StreamEnd & { readonly firstMissing?: number }): void {
    const { reason, code, text, firstMissing } = end;
    const error = code === CloseCode.Normal ? undefined : new CloseError(code, text, reason, firstMissing);
    // Written out: what a spread leaves behind costs more than all else that the end of a stream does here.
    const ended: ConsumerStreamEnd =
      firstMissing === undefined
        ? { reason, code, text, records: this.#records, bytes: this.#bytes, error }
        : { reason, code, text, firstMissing, records: this.#records, bytes: this.#bytes, error };
    this.#ended = ended;
    this.#held = undefined;
    // Who left, or had no more time, gets nothing more; every other end comes after the records before it.
    if (reason === 'cancelled' || reason === 'timedOut') this.#queue = undefined;
    // An empty stream of a plain producer is complete before anything else of it is heard.
    this.#settleOpened(reason === 'completed' ? { started: true } : { started: false, end: ended });
    this.#closed?.settle(ended);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) for (const resolve of waiting) resolve(undefined);
  }

  hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** How much has come, and how many records of it wait to be read. */
  counts(): { readonly records: number; readonly bytes: number; readonly waiting: number } {
    return { records: this.#records, bytes: this.#bytes, waiting: this.buffered };
  }

  /** What waits, in words, for the error of a reader that is too slow. */
  describeBuffer(): string {
    return `${this.buffered} records of ${this.#queue?.bytes ?? 0} bytes`;
  }

  /** Its records, each read in this way. */
  iterate<Item>(read: (record: QueuedRecord) => Item): AsyncIterableIterator<Item> {
    if (this.#reader !== undefined) {
      throw new StreamError('badArgument', 'the stream hands its records to a callback, so it cannot be iterated');
    }
    let left = false;
    const over: IteratorResult<Item, undefined> = { done: true, value: undefined };
    const resultOf = (record: QueuedRecord | undefined): IteratorResult<Item> => {
      if (left || record === undefined) return over;
      try {
        return { done: false, value: read(record) };
      } catch (error) {
        left = true;
        this.cancel(messageOf(error));
        throw error;
      }
    };
    const nextResult = async (): Promise<IteratorResult<Item>> => {
      try {
        return resultOf(await this.#next());
      } catch (error) {
        left = true;
        throw error;
      }
    };
    return asyncIterator({
      // A record that waits costs one promise, which is resolved already.
      next: () => {
        if (left) return Promise.resolve(over);
        const record = this.#take();
        if (record === undefined) return nextResult();
        try {
          return Promise.resolve(resultOf(record));
        } catch (error) {
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a codec may throw anything
          return Promise.reject(error);
        }
      },
      return: () => {
        left = true;
        this.cancel();
        return Promise.resolve(over);
      },
    });
  }

  get #ownQueue(): RecordQueue {
    return (this.#queue ??= new RecordQueue(this.#recordsMax, this.#bytesMax));
  }

  #settleOpened(opening: StreamOpening): void {
    this.#opening ??= opening;
    this.#opened?.settle(opening);
  }

  #onReaderError(error: unknown): void {
    this.cancel(`the reader's callback threw: ${messageOf(error)}`);
  }

  /** The next record that waits; undefined where none does. */
  #take(): QueuedRecord | undefined {
    const record = this.#queue?.shift();
    if (record !== undefined) this.onConsumed(record.data.length, record.annotations?.length ?? 0);
    return record;
  }

  /** The next record, when it comes; undefined where the stream has ended quietly. */
  async #next(): Promise<QueuedRecord | undefined> {
    if (this.#ended === undefined) {
      const came = await new Promise<QueuedRecord | undefined>((resolve) => (this.#waiting ??= []).push(resolve));
      if (came !== undefined) return came;
    }
    const record = this.#take();
    const ended = this.#ended;
    if (record === undefined && ended?.error !== undefined && ended.reason !== 'cancelled') throw ended.error;
    return record;
  }
}

/** What the application sees of a stream. */
class StreamHandle implements ConsumerStream {
  readonly #inlet: ConsumerStreamInlet;

  constructor(inlet: ConsumerStreamInlet) {
    this.#inlet = inlet;
  }

  get id(): string {
    return this.#inlet.id;
  }

  get subject(): string {
    return this.#inlet.subject;
  }

  get actor(): ConsumerStream['actor'] {
    return this.#inlet.actor;
  }

  get opened(): Promise<StreamOpening> {
    return this.#inlet.opened;
  }

  get closed(): Promise<ConsumerStreamEnd> {
    return this.#inlet.closed;
  }

  get buffered(): number {
    return this.#inlet.buffered;
  }

  cancel(text?: string): void {
    this.#inlet.cancel(text);
  }

  objects<Value = unknown>(): AsyncIterableIterator<Value> {
    const { codec } = this.#inlet;
    return this.#inlet.iterate((record) => decodeValue(record, codec) as Value);
  }

  text(): AsyncIterableIterator<string> {
    return this.#inlet.iterate((record) => decoder.decode(record.data));
  }

  readable(): ReadableStream<OwnBytes> {
    return createReadable(this, this[Symbol.asyncIterator]());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this.#inlet.iterate((record) => record.data);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#inlet.cancel();
    return Promise.resolve();
  }
}
