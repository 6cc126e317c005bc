import { streamOf } from '../../machines/index.js';
import type { Receiver } from '../delivery/receiver.js';
import type { ClientHost } from '../host/client-host.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import {
  decodeDeliveryFrame,
  decodeStreamFrame,
  isAnswerSubject,
  isDeliveryFrame,
  malformed,
  streamIdOfInbox,
  type DeliveryFrame,
} from '../wire/index.js';
import type { OpenStream, OpenStreams } from './open-stream.js';
import type { QueuedRecord } from './record-queue.js';
import type { SecondProducers } from './second-producers.js';
import { takeRecord } from './take-record.js';

/** Brings each message of the inbox to its stream: frames of both kinds, and the server's word that nobody listens. */
export class FrameRouter {
  readonly #host: ClientHost;
  readonly #streams: OpenStreams;
  readonly #seconds: SecondProducers;
  readonly #inboxPrefix: string;

  /** @param inboxPrefix Below which producers take what this client says: nobody can aim it at another subject. */
  constructor(host: ClientHost, streams: OpenStreams, seconds: SecondProducers, inboxPrefix: string) {
    this.#host = host;
    this.#streams = streams;
    this.#seconds = seconds;
    this.#inboxPrefix = inboxPrefix;
  }

  onFrame(message: NatsMessage): void {
    const streamId = streamIdOfInbox(message.subject);
    const id = streamOf(streamId);
    const stream = this.#streams.get(id);
    // A frame of a stream that is over, or that answers an earlier request: its producer learns from the next heartbeat
    // that nobody listens.
    if (stream?.streamId !== streamId) {
      if (stream === undefined) this.#seconds.noteLate(id, message);
      return;
    }
    if (message.data.length === 0 && message.headers?.code === 503) {
      this.#host.dispatch(id, { type: 'frame.noResponders' });
      return;
    }
    if (isDeliveryFrame(message.data) && stream.delivery !== undefined) {
      this.#onDeliveryFrame(id, stream, stream.delivery, message);
      return;
    }
    if (stream.delivery?.isExtended === true) {
      this.#seconds.note(stream, 'the frames of the plain one are dropped');
      return;
    }
    this.#onPlainFrame(id, stream, message);
  }

  #onPlainFrame(id: string, stream: OpenStream, { data, subject }: NatsMessage): void {
    const frame = decodeStreamFrame(data);
    switch (frame.type) {
      case 'data':
        stream.delivery?.keepPlain();
        takeRecord(this.#host, id, stream, queuedOf(frame));
        return;
      case 'close':
        this.#host.dispatch(id, { type: 'frame.close', code: frame.code, text: frame.text });
        return;
      case 'malformed':
        this.#onMalformed(id, subject, `expected ${frame.expected}, came ${frame.came}`);
        return;
      case 'unknown':
        // The Go package drops what it does not know, so that extensions do not break plain peers; so does this.
        this.#host.warn({ code: 'unknownFrame', message: `unknown frame type ${frame.wireType}`, subject });
    }
  }

  #onDeliveryFrame(id: string, stream: OpenStream, delivery: Receiver, message: NatsMessage): void {
    const { data, reply, subject } = message;
    const frame = decodeDeliveryFrame(data);
    if (frame === undefined) {
      // A later version may say more than this one knows.
      this.#host.debug({
        code: 'unknownKind',
        message: `an extended frame of the unknown kind ${data[0] ?? 0}`,
        subject,
      });
      return;
    }
    // The subject that was good for the first frame is good for all.
    const isAnswerable =
      reply !== undefined && (reply === delivery.control || isAnswerSubject(reply, this.#inboxPrefix));
    if (frame.type === 'malformed' || !isAnswerable) {
      const wrong =
        frame.type === 'malformed'
          ? frame
          : malformed(`an extended frame with a reply subject below ${this.#inboxPrefix}`, reply);
      this.#onMalformed(id, subject, `expected ${wrong.expected}, came ${wrong.came}`);
      return;
    }
    const [first] = frame.type === 'joined' ? frame.frames : [frame];
    if (first === undefined) return;
    if (!delivery.accepts(first, reply)) {
      this.#seconds.note(stream, 'the later one was told to stop');
      return;
    }
    stream.clock.touch();
    if (frame.type !== 'joined') {
      this.#takeFrame(id, stream, delivery, frame);
      return;
    }
    delivery.beginJoined();
    for (const each of frame.frames) {
      // One may be the end of the stream.
      if (this.#streams.get(id) === stream) this.#takeFrame(id, stream, delivery, each);
    }
    delivery.endJoined();
  }

  #takeFrame(id: string, stream: OpenStream, delivery: Receiver, frame: DeliveryFrame): void {
    if (stream.gate !== 'detached') {
      delivery.onFrame(frame);
    } else if (frame.type === 'announcement') {
      // It was told that nobody reads, and does not know it yet.
      delivery.cancel('the reader has left');
    } else if (frame.type === 'deliveryClose') {
      // Nothing comes any more, so there is nothing to be absorbed.
      this.#host.dispatch(id, { type: 'frame.close', code: frame.code, text: frame.text });
    }
  }

  #onMalformed(id: string, subject: string, text: string): void {
    this.#host.warn({ code: 'malformedFrame', message: text, subject });
    this.#host.dispatch(id, { type: 'frame.malformed', text });
  }
}

const encoder = new TextEncoder();

/** Annotations are kept as text until the reader asks for the value: what is read from them takes a multiple of it. */
function queuedOf({ data, superjson }: { readonly data: Uint8Array; readonly superjson?: unknown }): QueuedRecord {
  return superjson === undefined ? { data } : { data, annotations: encoder.encode(textOf(superjson)) };
}

/**
 * JSON is read at any depth, and written only as deep as the stack is. What is deeper is nothing that anybody writes, so
 * that it stays as unreadable as it is: the reader that asks for the value is told so.
 */
function textOf(superjson: unknown): string {
  try {
    return JSON.stringify(superjson);
  } catch {
    return 'null';
  }
}
