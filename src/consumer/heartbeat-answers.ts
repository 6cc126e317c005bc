import { clientActorId, streamOf, type ListedStream } from '../../machines/index.js';
import type { ClientHost } from '../host/client-host.js';
import { groupBySubject, listStreams } from '../host/listed-streams.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import { decodeHeartbeatRequest, encodeHeartbeatResponse, isPublishSubject, splitHeartbeat } from '../wire/index.js';
import type { OpenStreams } from './open-stream.js';
import type { SecondProducers } from './second-producers.js';

/** Takes the heartbeat requests of producers and publishes the answers, of which the machine says what they report. */
export class HeartbeatAnswers {
  readonly #host: ClientHost;
  readonly #streams: OpenStreams;
  readonly #seconds: SecondProducers;

  constructor(host: ClientHost, streams: OpenStreams, seconds: SecondProducers) {
    this.#host = host;
    this.#streams = streams;
    this.#seconds = seconds;
  }

  onRequest({ data, reply, subject }: NatsMessage): void {
    const request = decodeHeartbeatRequest(data);
    if (request.type === 'malformed') {
      const text = `expected ${request.expected}, came ${request.came}`;
      this.#host.warn({ code: 'malformedFrame', message: text, subject });
      return;
    }
    if (reply === undefined || !isPublishSubject(reply)) {
      this.#host.warn({ code: 'malformedFrame', message: 'a heartbeat request without a reply subject', subject });
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
    const [fitting = []] = splitHeartbeat(groupBySubject(reported), this.#host.outbound.payloadBytesMax);
    this.#host.publish(reply, encodeHeartbeatResponse(fitting));
  }
}
