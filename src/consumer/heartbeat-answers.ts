import { clientActorId, streamOf, type ListedStream } from '../../machines/index.js';
import type { ClientHost } from '../host/client-host.js';
import { groupBySubject, listStreams } from '../host/listed-streams.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import {
  decodeHeartbeatRequest,
  encodeHeartbeatResponse,
  isAnswerSubject,
  malformed,
  splitHeartbeat,
} from '../wire/index.js';
import type { OpenStreams } from './open-stream.js';
import type { SecondProducers } from './second-producers.js';

/** Takes the heartbeat requests of producers and publishes the answers, of which the machine says what they report. */
export class HeartbeatAnswers {
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

  onRequest({ data, reply, subject }: NatsMessage): void {
    const request = decodeHeartbeatRequest(data);
    if (request.type === 'malformed') {
      const text = `expected ${request.expected}, came ${request.came}`;
      this.#host.warn({ code: 'malformedFrame', message: text, subject });
      return;
    }
    if (!isAnswerSubject(reply, this.#inboxPrefix)) {
      const { expected, came } = malformed(
        `a heartbeat request with a reply subject below ${this.#inboxPrefix}`,
        reply,
      );
      this.#host.warn({ code: 'malformedFrame', message: `expected ${expected}, came ${came}`, subject });
      return;
    }
    const listed = listStreams(request.streams, request.closes);
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
    this.#host.dispatch(clientActorId, { type: 'heartbeat.requested', reply, streams: listed });
  }

  answer(reply: string, reported: readonly ListedStream[]): void {
    // A part of the reports that fits is a legal answer: a stream that is left out is reported at the next heartbeat.
    const [fitting = []] = splitHeartbeat(groupBySubject(reported), this.#host.publisher.payloadBytesMax);
    this.#host.publish(reply, encodeHeartbeatResponse(fitting));
  }
}
