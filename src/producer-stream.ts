import type { ActorRefFrom } from 'xstate';
import { CloseCode, type producerStreamMachine } from '../machines/index.js';
import type { Codec } from './codec.js';
import { CloseError, messageOf, StreamError } from './errors.js';
import type { Outbound } from './outbound.js';
import { encodeCloseFrame } from './wire/index.js';
import { Writer } from './writer.js';

/** What is known of a registered stream. */
export interface StreamInfo {
  readonly consumerId: string;
  readonly streamId: string;
  /** The subject on which the stream was requested. */
  readonly subject: string;
  /** Where its frames go: consumer id and stream id. */
  readonly inbox: string;
  readonly createdAt: Date;
  /** How many records, and bytes of data, were published. */
  readonly records: number;
  readonly bytes: number;
}

/** A registered stream, for those who feed it themselves. */
export interface ProducerStream {
  readonly info: StreamInfo;
  /** Writes the stream's records and its close. */
  readonly writer: Writer;
  /** Aborts when the reader is gone, or the client is closed. */
  readonly signal: AbortSignal;
  /** The live actor of this stream. */
  readonly actor: ActorRefFrom<typeof producerStreamMachine>;
}

export interface ProducerStreamParameters {
  readonly consumerId: string;
  readonly streamId: string;
  readonly subject: string;
  readonly inbox: string;
  readonly readsSuperjson: boolean;
  readonly outbound: Outbound;
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
  /** Publishes the record that was handed to the actor; later ones are published without asking. */
  publishRecord(): void;
  publishClose(code: number, text: string): void;
  /** Aborts the stream's signal; nothing is written any more. */
  cancel(text: string): void;
  /** Ends the stream with 5000 from outside its source, which is aborted. */
  fail(text: string): void;
  /** Whether the stream was closed, or its source cancelled. */
  readonly isOver: boolean;
}

export function createProducerStream(parameters: ProducerStreamParameters): ProducerStreamOutlet {
  const { consumerId, streamId, subject, inbox, outbound, dispatch, warn } = parameters;
  const controller = new AbortController();
  const createdAt = new Date();
  const asked: { readonly frame: Uint8Array; readonly dataBytes: number }[] = [];
  let attached = false;
  let over: string | undefined;
  let records = 0;
  let bytes = 0;

  const publish = (frame: Uint8Array, dataBytes: number): void => {
    try {
      outbound.publishRecord(inbox, frame);
    } catch (error) {
      throw new StreamError('writerClosed', `could not publish: ${messageOf(error)}`, { cause: error });
    }
    records += 1;
    bytes += dataBytes;
  };

  const writer = new Writer(
    {
      record: (frame, dataBytes) => {
        if (over !== undefined) throw new StreamError('writerClosed', `the stream is over: ${over}`);
        if (attached) {
          publish(frame, dataBytes);
        } else {
          asked.push({ frame, dataBytes });
          dispatch({ type: 'source.record' });
        }
      },
      close: (code, text) => {
        if (over !== undefined) throw new StreamError('writerClosed', `the stream is over: ${over}`);
        over = 'it was closed';
        if (code === CloseCode.Normal) dispatch({ type: 'source.ended', text });
        else dispatch({ type: 'source.failed', code, text });
      },
      ready: () => outbound.ready(),
      get payloadBytesMax() {
        return outbound.payloadBytesMax;
      },
      readsSuperjson: parameters.readsSuperjson,
    },
    parameters.codec,
  );

  const cancel = (text: string): void => {
    over ??= text;
    controller.abort(new CloseError(CloseCode.GoingAway, text, 'cancelled'));
  };

  const fail = (text: string): void => {
    if (over !== undefined) return;
    over = text;
    dispatch({ type: 'source.failed', code: CloseCode.InternalServerError, text });
    cancel(text);
  };

  return {
    stream: {
      writer,
      signal: controller.signal,
      get actor() {
        return parameters.actor();
      },
      get info() {
        return { consumerId, streamId, subject, inbox, createdAt, records, bytes };
      },
    },
    publishRecord: () => {
      const record = asked.shift();
      attached = true;
      if (record === undefined) return;
      try {
        publish(record.frame, record.dataBytes);
      } catch (error) {
        warn('a record could not be published', error);
        fail(`a record could not be published: ${messageOf(error)}`);
      }
    },
    publishClose: (code, text) => {
      try {
        outbound.publish(inbox, encodeCloseFrame(code, text));
      } catch (error) {
        warn('a close frame could not be published', error);
      }
    },
    cancel,
    fail,
    get isOver() {
      return over !== undefined;
    },
  };
}
