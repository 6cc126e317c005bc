import type { ActorRefFrom } from 'xstate';
import { CloseCode, type producerStreamMachine } from '../../machines/index.js';
import type { Codec } from '../values/codec.js';
import { CloseError, messageOf, StreamError } from '../errors.js';
import type { StreamOutcome } from '../host/trace-port.js';
import type { Publisher } from '../transport/publisher.js';
import { encodePlainFrame } from '../writer/plain-frame.js';
import { encodeCloseFrame, plainRecordBytesMax, type WireRecord } from '../wire/index.js';
import type { Sender } from '../delivery/sender.js';
import { Writer } from '../writer/writer.js';
import { Stop, type StopSignal } from './stop-signal.js';

/** A registered stream: its addresses and its progress. */
export interface StreamInfo {
  /** The id of the consumer: `_SINBOX.`, its token, and a dot. */
  readonly consumerId: string;
  /** The id of the stream, unique within its consumer. */
  readonly streamId: string;
  /** The subject on which the stream was requested. */
  readonly subject: string;
  /** The stream's inbox subject: consumer id and stream id. */
  readonly inbox: string;
  /** When the stream was registered. */
  readonly createdAt: Date;
  /** How many records were published. */
  readonly records: number;
  /** How many bytes of data were published. */
  readonly bytes: number;
}

/** A registered stream, for applications that write to it themselves. */
export interface ProducerStream {
  /** The stream's addresses and progress, as they are at the moment of the call. */
  readonly info: StreamInfo;
  /** Writes the stream's records and its close. */
  readonly writer: Writer;
  /** Aborts when the reader is gone or the client is closed. */
  readonly signal: AbortSignal;
  /** The running actor of this stream. */
  readonly actor: ActorRefFrom<typeof producerStreamMachine>;
}

export interface ProducerStreamParameters {
  readonly consumerId: string;
  readonly streamId: string;
  readonly subject: string;
  readonly inbox: string;
  /** Where the frames go. */
  readonly framesTo: string;
  readonly readsSuperjson: boolean;
  readonly publisher: Publisher;
  /** Sends the stream's records, where its consumer knows the extension. */
  readonly delivery: Sender | undefined;
  readonly codec: Codec | undefined;
  readonly actor: () => ActorRefFrom<typeof producerStreamMachine>;
  readonly dispatch: (
    event:
      | { readonly type: 'source.record' }
      | { readonly type: 'source.ended'; readonly text: string }
      | { readonly type: 'source.failed'; readonly code: number; readonly text: string },
  ) => void;
  readonly warn: (message: string, error: unknown) => void;
}

/** How the producer client performs the commands of a stream's actor. */
export interface ProducerStreamOutlet {
  readonly stream: ProducerStream;
  /** Whether the stream's signal has aborted, for those who need no signal of the platform's. */
  readonly stop: StopSignal;
  readonly delivery: Sender | undefined;
  /** The largest record that the stream takes now. */
  readonly recordBytesMax: () => number;
  /** Publishes the record that was handed to the actor; later ones are published without asking. */
  publishRecord(): void;
  /** Ends the stream here and now. */
  publishClose(code: number, text: string): void;
  /** Aborts the stream's signal; nothing is written any more. */
  cancel(text: string): void;
  /** Ends the stream from outside its source, which is aborted: after what it wrote, where its consumer knows the extension. */
  end(code: number, text: string): void;
  /** Ends it with 5000. */
  fail(text: string): void;
  /** Whether the stream was closed, or its source cancelled. */
  isOver(): boolean;
  /** How it ended here; undefined as long as it has not. */
  readonly outcome: () => StreamOutcome | undefined;
}

export function createProducerStream(parameters: ProducerStreamParameters): ProducerStreamOutlet {
  const { consumerId, streamId, subject, inbox, framesTo, publisher, dispatch, warn } = parameters;
  const stop = new Stop();
  const createdAt = new Date();
  const asked: (() => void)[] = [];
  const { delivery } = parameters;
  let attached = false;
  let over: string | undefined;
  /** The close of the stream; undefined where its source was cancelled. */
  let closed: { readonly code: number; readonly text: string } | undefined;
  let records = 0;
  let bytes = 0;

  const refuseIfOver = (): void => {
    if (over !== undefined) throw new StreamError('writerClosed', `the stream is over: ${over}`);
  };
  /** A record that is lost may not be followed by others, nor by a normal end. */
  const onLost = (error: unknown): void => {
    warn('a record could not be published', error);
    const text = `a record could not be published: ${messageOf(error)}`;
    if (over === undefined) fail(text);
    else publishClose(CloseCode.InternalServerError, text);
  };
  const publishPlain = (record: WireRecord): Promise<void> | undefined => {
    const frame = encodePlainFrame(record, publisher.payloadBytesMax);
    try {
      publisher.publishRecord(framesTo, frame, onLost);
    } catch (error) {
      throw new StreamError('writerClosed', `could not publish: ${messageOf(error)}`, { cause: error });
    }
    records += 1;
    bytes += record.data.length;
    return publisher.ready();
  };
  const publish = (record: WireRecord, signal: AbortSignal | undefined): Promise<void> | undefined =>
    delivery === undefined ? publishPlain(record) : (delivery.write(record, signal) ?? publisher.ready());

  const writer = new Writer(
    {
      write: (record, signal) => {
        refuseIfOver();
        if (attached && asked.length === 0) return publish(record, signal);
        // What is wrong with the record itself is the writer's to hear, and no reason to end the stream.
        let outcome: { readonly written: Promise<void> | undefined } | { readonly error: unknown } | undefined;
        asked.push(() => {
          try {
            outcome = { written: publish(record, signal) };
          } catch (error) {
            outcome = { error };
            if (!(error instanceof StreamError) || error.code !== 'writerClosed') return;
            warn('a record could not be published', error);
            fail(`a record could not be published: ${messageOf(error)}`);
          }
        });
        dispatch({ type: 'source.record' });
        if (outcome === undefined) return publisher.ready();
        if ('error' in outcome) throw outcome.error;
        return outcome.written;
      },
      close: (code, text) => {
        refuseIfOver();
        over = 'it was closed';
        closed = { code, text };
        if (code === CloseCode.Normal) dispatch({ type: 'source.ended', text });
        else dispatch({ type: 'source.failed', code, text });
      },
      ready: () => (over === undefined ? (delivery?.ready() ?? publisher.ready()) : undefined),
      desiredSize: () => {
        if (over !== undefined) return 0;
        return delivery === undefined ? publisher.desiredSize : delivery.desiredSize;
      },
      readsSuperjson: parameters.readsSuperjson,
      stop,
    },
    parameters.codec,
  );

  const cancel = (text: string): void => {
    over ??= text;
    if (!stop.aborted) stop.abort(new CloseError(CloseCode.GoingAway, text, 'cancelled'));
  };

  const end = (code: number, text: string): void => {
    if (over !== undefined) return;
    over = text;
    closed = { code, text };
    dispatch({ type: 'source.failed', code, text });
    cancel(text);
  };
  const fail = (text: string): void => {
    end(CloseCode.InternalServerError, text);
  };

  const publishClose = (code: number, text: string): void => {
    if (delivery !== undefined) {
      delivery.stop(code, text);
      return;
    }
    try {
      publisher.publish(framesTo, (bytesMax) => encodeCloseFrame(code, text, bytesMax));
    } catch (error) {
      warn('a close frame could not be published', error);
    }
  };

  return {
    stream: {
      writer,
      get signal() {
        return stop.signal;
      },
      get actor() {
        return parameters.actor();
      },
      get info() {
        return { consumerId, streamId, subject, inbox, createdAt, ...(delivery?.sent ?? { records, bytes }) };
      },
    },
    stop,
    delivery,
    recordBytesMax: () => delivery?.recordBytesMax ?? plainRecordBytesMax(publisher.payloadBytesMax),
    publishRecord: () => {
      attached = true;
      asked.shift()?.();
    },
    publishClose,
    cancel,
    end,
    fail,
    isOver: () => over !== undefined,
    outcome: () => {
      if (over === undefined) return undefined;
      if (closed === undefined) return { reason: 'cancelled', code: CloseCode.GoingAway, text: over };
      return { reason: closed.code === CloseCode.Normal ? 'completed' : 'closed', ...closed };
    },
  };
}
