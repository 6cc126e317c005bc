import { clientActorId, streamOf, type CommandParams, type ListedStream } from '../../machines/index.js';
import type { ClientHost } from '../host/client-host.js';
import { Fifo } from '../host/fifo.js';
import { groupBySubject, listStreams } from '../host/listed-streams.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import { nextTask } from '../transport/next-task.js';
import {
  decodeHeartbeatRequest,
  encodeHeartbeatResponse,
  isAnswerSubject,
  malformed,
  splitHeartbeat,
} from '../wire/index.js';
import type { OpenStreams } from './open-stream.js';
import type { SecondProducers } from './second-producers.js';

/** A request that is no longer is taken as it comes: it lists a few thousand streams at most. Bytes. */
const takenAtOnceBytesMax = 16 * 1024;

/** So many streams of a longer one are looked at in one turn of the event loop. */
const listedInOneTurnMax = 1024;

/** So much of longer ones waits for its turn; what comes beyond it is dropped, and its producer asks again. Bytes. */
const waitingBytesMax = 64 * 1024 * 1024;

/** A heartbeat request that can be answered. */
interface AnswerableRequest {
  readonly reply: string;
  readonly listed: readonly ListedStream[];
}

/**
 * Takes the heartbeat requests of producers and publishes the answers, of which the machine says what they report.
 *
 * Long requests are taken one after the other and in parts, between which the event loop turns: who asks for very many
 * streams delays neither the records of others nor their heartbeats.
 */
export class HeartbeatAnswers {
  readonly #host: ClientHost;
  readonly #streams: OpenStreams;
  readonly #seconds: SecondProducers;
  readonly #inboxPrefix: string;
  /** Long requests, without the one that is being taken. */
  readonly #waiting = new Fifo<NatsMessage>();
  #waitingBytes = 0;
  #isTaking = false;
  /** What the first parts of a long request report. */
  #begun: { readonly reply: string; readonly reported: ListedStream[] } | undefined;

  /** @param inboxPrefix Below which producers take what this client says: nobody can aim it at another subject. */
  constructor(host: ClientHost, streams: OpenStreams, seconds: SecondProducers, inboxPrefix: string) {
    this.#host = host;
    this.#streams = streams;
    this.#seconds = seconds;
    this.#inboxPrefix = inboxPrefix;
  }

  onRequest(message: NatsMessage): void {
    const { data, subject } = message;
    if (data.length <= takenAtOnceBytesMax) {
      const request = this.#read(message);
      if (request !== undefined) this.#take(request.reply, request.listed);
      return;
    }
    if (this.#waitingBytes + data.length > waitingBytesMax) {
      const text = `${this.#waitingBytes} bytes of long heartbeat requests wait: one more of ${data.length} was dropped`;
      this.#host.warn({ code: 'heartbeatDropped', message: text, subject });
      return;
    }
    this.#waiting.push(message);
    this.#waitingBytes += data.length;
    if (!this.#isTaking) void this.#takeWaiting();
  }

  answer({ reply, reported, more }: CommandParams['wire.answer']): void {
    const begun = this.#begun?.reply === reply ? this.#begun : undefined;
    const all = begun?.reported ?? [];
    for (const stream of reported) all.push(stream);
    if (more) {
      this.#begun = { reply, reported: all };
      return;
    }
    if (begun !== undefined) this.#begun = undefined;
    const streams = groupBySubject(all);
    const whole = encodeHeartbeatResponse(streams);
    const { payloadBytesMax } = this.#host.publisher;
    // A part of the reports that fits is a legal answer: a stream that is left out is reported at the next heartbeat.
    const fits = whole.length <= payloadBytesMax;
    this.#host.publish(
      reply,
      fits ? whole : encodeHeartbeatResponse(splitHeartbeat(streams, payloadBytesMax)[0] ?? []),
    );
  }

  /** What the message asks; nothing where it is no request, or none that can be answered, of which it warns. */
  #read({ data, reply, subject }: NatsMessage): AnswerableRequest | undefined {
    const request = decodeHeartbeatRequest(data);
    if (request.type !== 'malformed' && isAnswerSubject(reply, this.#inboxPrefix)) {
      return { reply, listed: listStreams(request.streams, request.closes) };
    }
    const { expected, came } =
      request.type === 'malformed'
        ? request
        : malformed(`a heartbeat request with a reply subject below ${this.#inboxPrefix}`, reply);
    this.#host.warn({ code: 'malformedFrame', message: `expected ${expected}, came ${came}`, subject });
    return undefined;
  }

  async #takeWaiting(): Promise<void> {
    this.#isTaking = true;
    for (let message = this.#waiting.shift(); message !== undefined; message = this.#waiting.shift()) {
      await nextTask();
      this.#waitingBytes -= message.data.length;
      // A client that is over answers nothing, so nothing is read for it either.
      const request = this.#host.isReleased ? undefined : this.#read(message);
      if (request !== undefined) await this.#takeInParts(request);
    }
    this.#isTaking = false;
  }

  async #takeInParts({ reply, listed }: AnswerableRequest): Promise<void> {
    for (let end = listedInOneTurnMax; ; end += listedInOneTurnMax) {
      const hasMore = end < listed.length;
      this.#take(reply, listed.slice(end - listedInOneTurnMax, end), hasMore);
      if (!hasMore) return;
      await nextTask();
      if (this.#host.isReleased) return;
    }
  }

  /** @param more Whether further parts of the same request follow. */
  #take(reply: string, listed: readonly ListedStream[], more = false): void {
    const inbox = reply.slice(0, reply.lastIndexOf('.'));
    for (const { streamId, close } of listed) {
      const id = streamOf(streamId);
      const stream = this.#streams.get(id);
      if (stream?.streamId !== streamId) continue;
      this.#seconds.noteHeartbeat(stream, inbox);
      stream.answeredTo = reply;
      // It is told first, so that the answer reports the stream.
      if (close !== undefined) this.#host.dispatch(id, { type: 'frame.close', ...close });
    }
    this.#host.dispatch(clientActorId, {
      type: 'heartbeat.requested',
      reply,
      streams: listed,
      ...(more ? { more } : {}),
    });
  }
}
