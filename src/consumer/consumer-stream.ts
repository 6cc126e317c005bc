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

/** How the consumer client hands a stream its records and its end. */
export interface ConsumerStreamInlet {
  readonly stream: ConsumerStream;
  readonly clock: LivenessClock;
  /**
   * Whether records go straight to the reader (`attached`), are dropped (`detached`), or have to be asked about
   * (`asking`). The machine decides.
   */
  readonly gate: 'asking' | 'attached' | 'detached';
  /** Something of the stream was heard: records go to the reader from now on. */
  attach(): void;
  /** Nobody reads any more. */
  detach(): void;
  hasRoomFor(bytes: number): boolean;
  /** A record that came while the machine has to be asked, kept until it answers `reader.deliver`. */
  hold(record: QueuedRecord): void;
  /** Hands over the oldest record held; to a callback only at {@link handOver}. */
  deliverHeld(): void;
  /** Calls the callback with what was delivered. It may open streams, so it never runs amid the runner's own work. */
  handOver(): void;
  deliver(record: QueuedRecord): void;
  end(end: StreamEnd & { readonly firstMissing?: number }): void;
  hasEnded(): boolean;
  /** How much has come, and how many records of it wait to be read. */
  counts(): { readonly records: number; readonly bytes: number; readonly waiting: number };
  /** What waits, in words, for the error of a reader that is too slow. */
  describeBuffer(): string;
}

export interface ConsumerStreamParameters {
  readonly id: string;
  readonly subject: string;
  readonly clock: LivenessClock;
  readonly codec: Codec | undefined;
  readonly bufferedRecordsMax: number;
  readonly bufferedBytesMax: number;
  /** Takes each record as it comes, instead of the iterator. */
  readonly reader: ((record: QueuedRecord) => unknown) | undefined;
  readonly actor: () => ActorRefFrom<typeof consumerStreamMachine>;
  readonly cancel: (text: string) => void;
  /** Hears of each record that the reader has taken. */
  readonly onConsumed: (bytes: number, annotationBytes: number) => void;
  /** Hears once that the queue is three quarters full, and again when it was half empty in between. */
  readonly onSlow: ((waiting: { readonly records: number; readonly bytes: number }) => void) | undefined;
}

const decoder = new TextDecoder();

export function createConsumerStream(parameters: ConsumerStreamParameters): ConsumerStreamInlet {
  const { id, subject, reader, onSlow } = parameters;
  const queue = new RecordQueue(parameters.bufferedRecordsMax, parameters.bufferedBytesMax);
  const held: QueuedRecord[] = [];
  const delivered: QueuedRecord[] = [];
  const waiting: ((result: QueuedRecord | undefined) => void)[] = [];
  let ended: ConsumerStreamEnd | undefined;
  let records = 0;
  let bytes = 0;
  const closed = new Settled<ConsumerStreamEnd>();
  const opened = new Settled<StreamOpening>();

  const cancel = (text = 'the reader left'): void => {
    if (ended === undefined) parameters.cancel(text);
    else queue.clear();
  };

  /** The next record that waits; undefined where none does. */
  const take = (): QueuedRecord | undefined => {
    const record = queue.shift();
    if (record !== undefined) parameters.onConsumed(record.data.length, record.annotations?.length ?? 0);
    return record;
  };

  /** The next record, when it comes; undefined where the stream has ended quietly. */
  const next = async (): Promise<QueuedRecord | undefined> => {
    if (ended === undefined) {
      const came = await new Promise<QueuedRecord | undefined>((resolve) => waiting.push(resolve));
      if (came !== undefined) return came;
    }
    const record = take();
    if (record === undefined && ended?.error !== undefined && ended.reason !== 'cancelled') throw ended.error;
    return record;
  };

  const iterate = <Item>(read: (record: QueuedRecord) => Item): AsyncIterableIterator<Item> => {
    if (reader !== undefined) {
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
        cancel(messageOf(error));
        throw error;
      }
    };
    const nextResult = async (): Promise<IteratorResult<Item>> => {
      try {
        return resultOf(await next());
      } catch (error) {
        left = true;
        throw error;
      }
    };
    return asyncIterator({
      // A record that waits costs one promise, which is resolved already.
      next: () => {
        if (left) return Promise.resolve(over);
        const record = take();
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
        cancel();
        return Promise.resolve(over);
      },
    });
  };

  const stream: ConsumerStream = {
    id,
    subject,
    get opened() {
      return opened.promise;
    },
    get closed() {
      return closed.promise;
    },
    cancel,
    get actor() {
      return parameters.actor();
    },
    get buffered() {
      return queue.length;
    },
    objects: <Value>() => iterate((record) => decodeValue(record, parameters.codec) as Value),
    text: () => iterate((record) => decoder.decode(record.data)),
    readable: () => createReadable(stream, stream[Symbol.asyncIterator]()),
    [Symbol.asyncIterator]: () => iterate((record) => record.data),
    [Symbol.asyncDispose]: () => {
      cancel();
      return Promise.resolve();
    },
  };

  const onReaderError = (error: unknown): void => {
    cancel(`the reader's callback threw: ${messageOf(error)}`);
  };

  const deliver = (record: QueuedRecord): void => {
    records += 1;
    bytes += record.data.length;
    if (reader !== undefined) {
      try {
        hearRejection(reader(record), onReaderError);
      } catch (error) {
        onReaderError(error);
      }
      parameters.onConsumed(record.data.length, record.annotations?.length ?? 0);
      return;
    }
    const resolve = waiting.shift();
    if (resolve === undefined) {
      queue.push(record);
      if (onSlow !== undefined && queue.isSlow()) onSlow({ records: queue.length, bytes: queue.bytes });
    } else {
      resolve(record);
      parameters.onConsumed(record.data.length, record.annotations?.length ?? 0);
    }
  };

  // What is asked for each record is a property, and no getter: see WriterSink.
  const inlet: ConsumerStreamInlet & { gate: ConsumerStreamInlet['gate'] } = {
    stream,
    clock: parameters.clock,
    gate: 'asking',
    attach: () => {
      inlet.gate = 'attached';
      opened.settle({ started: true });
    },
    detach: () => {
      inlet.gate = 'detached';
    },
    deliver,
    hasRoomFor: (size) => reader !== undefined || waiting.length > 0 || queue.hasRoomFor(size),
    hold: (record) => held.push(record),
    deliverHeld: () => {
      const record = held.shift();
      if (record === undefined) return;
      if (reader === undefined) deliver(record);
      else delivered.push(record);
    },
    handOver: () => {
      for (const record of delivered.splice(0)) deliver(record);
    },
    end: (end) => {
      const error =
        end.code === CloseCode.Normal ? undefined : new CloseError(end.code, end.text, end.reason, end.firstMissing);
      ended = { ...end, records, bytes, error };
      held.length = 0;
      // Who left, or had no more time, gets nothing more; every other end comes after the records before it.
      if (end.reason === 'cancelled' || end.reason === 'timedOut') queue.clear();
      // An empty stream of a plain producer is complete before anything else of it is heard.
      opened.settle(ended.reason === 'completed' ? { started: true } : { started: false, end: ended });
      closed.settle(ended);
      for (const resolve of waiting.splice(0)) resolve(undefined);
    },
    hasEnded: () => ended !== undefined,
    counts: () => ({ records, bytes, waiting: queue.length }),
    describeBuffer: () => `${queue.length} records of ${queue.bytes} bytes`,
  };
  return inlet;
}
