import type { ListedStream } from '../../machines/index.js';
import { groupBySubject } from '../host/listed-streams.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import type { Publisher } from '../transport/publisher.js';
import {
  decodeHeartbeatResponse,
  encodeHeartbeatRequest,
  heartbeatSubject,
  newSecretToken,
  splitHeartbeat,
  streamIdOfInbox,
  type HeartbeatClose,
  type SubjectStreams,
} from '../wire/index.js';
import type { Warning } from '../host/warnings.js';

export interface HeartbeatListener {
  /** Every part of the request was answered. */
  answered(consumerId: string, reported: readonly string[]): void;
  /** Nobody subscribes to the consumer's heartbeat subject. */
  unanswerable(consumerId: string): void;
  warn(warning: Warning): void;
}

/** A request under way, in one or more parts of at most `max_payload` bytes, each with a reply subject of its own. */
interface Exchange {
  readonly consumerId: string;
  readonly unanswered: Set<string>;
  readonly reported: string[];
}

/**
 * Sends the heartbeat requests of a producer client and puts their answers together. A request that is asked anew
 * forgets the one before, so an answer that comes too late is not taken for another one's.
 */
export class HeartbeatExchange {
  readonly #publisher: Publisher;
  readonly #inbox: string;
  readonly #randomBytes: ((length: number) => Uint8Array) | undefined;
  readonly #listener: HeartbeatListener;
  readonly #byConsumer = new Map<string, Exchange>();
  readonly #byToken = new Map<string, Exchange>();

  /** @param inbox The subject before the token of an answer, without its last dot. */
  constructor(
    publisher: Publisher,
    inbox: string,
    randomBytes: ((length: number) => Uint8Array) | undefined,
    listener: HeartbeatListener,
  ) {
    this.#publisher = publisher;
    this.#inbox = inbox;
    this.#randomBytes = randomBytes;
    this.#listener = listener;
  }

  /** How many parts wait for an answer. */
  get size(): number {
    return this.#byToken.size;
  }

  ask(consumerId: string, streams: readonly ListedStream[]): void {
    this.forget(consumerId);
    this.#publisher.settleDoubts();
    const subject = heartbeatSubject(consumerId);
    const parts = splitHeartbeat(groupBySubject(streams), this.#publisher.payloadBytesMax);
    const closes = new Map(streams.flatMap(({ streamId, close }) => (close === undefined ? [] : [[streamId, close]])));
    const tokens = parts.map(() => newSecretToken(this.#randomBytes));
    const exchange: Exchange = { consumerId, unanswered: new Set(tokens), reported: [] };
    this.#byConsumer.set(consumerId, exchange);
    for (const token of tokens) this.#byToken.set(token, exchange);
    try {
      parts.forEach((part, index) => {
        this.#publisher.publish(
          subject,
          encodeWithCloses(part, closes, this.#publisher.payloadBytesMax),
          `${this.#inbox}.${tokens[index] ?? ''}`,
        );
      });
    } catch (error) {
      // What was not asked is not answered, and the request timeout counts it as a miss.
      this.#listener.warn({ code: 'publishFailed', message: 'could not publish a heartbeat request', subject, error });
    }
  }

  /** The consumer has no streams any more, or is asked anew. */
  forget(consumerId: string): void {
    const exchange = this.#byConsumer.get(consumerId);
    if (exchange === undefined) return;
    this.#byConsumer.delete(consumerId);
    for (const token of exchange.unanswered) this.#byToken.delete(token);
  }

  onAnswer(message: NatsMessage): void {
    const token = streamIdOfInbox(message.subject);
    const exchange = this.#byToken.get(token);
    if (exchange === undefined) return;
    const { consumerId, unanswered, reported } = exchange;
    if (message.data.length === 0 && message.headers?.code === 503) {
      this.forget(consumerId);
      this.#listener.unanswerable(consumerId);
      return;
    }
    const response = decodeHeartbeatResponse(message.data);
    if (response.type === 'malformed') {
      this.#listener.warn({
        code: 'malformedFrame',
        message: `expected ${response.expected}, came ${response.came}`,
        subject: message.subject,
      });
      return;
    }
    for (const { streamIds } of response.streams) {
      for (const id of streamIds) reported.push(id);
    }
    this.#byToken.delete(token);
    unanswered.delete(token);
    if (unanswered.size > 0) return;
    this.#byConsumer.delete(consumerId);
    this.#listener.answered(consumerId, reported);
  }
}

/** Where not all of it fits the closes lose their texts; where that does not do, the reader is told by silence. */
function encodeWithCloses(
  part: SubjectStreams,
  closes: ReadonlyMap<string, HeartbeatClose>,
  bytesMax: number,
): Uint8Array {
  if (closes.size === 0) return encodeHeartbeatRequest(part);
  const own = part.flatMap(({ streamIds }) =>
    streamIds.flatMap((id) => {
      const close = closes.get(id);
      return close === undefined ? [] : [[id, close] as const];
    }),
  );
  const withTexts = encodeHeartbeatRequest(part, new Map(own));
  if (withTexts.length <= bytesMax) return withTexts;
  const without = encodeHeartbeatRequest(part, new Map(own.map(([id, { code }]) => [id, { code, text: '' }])));
  return without.length <= bytesMax ? without : encodeHeartbeatRequest(part);
}
