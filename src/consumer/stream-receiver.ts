import { assembliesOf } from '../delivery/assembly-budget.js';
import { Receiver, type ReceiverHost } from '../delivery/receiver.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import type { ClientHost } from '../host/client-host.js';
import { timerMsMax } from '../validation/argument-checks.js';
import { inboxSubject, type AnnouncedTerms } from '../wire/index.js';
import type { OpenStreams } from './open-stream.js';
import { takeRecord } from './take-record.js';

/** Makes the receiver of an extended stream: what it brings about becomes events of the stream's actor. */
export function createStreamReceiver(
  host: ClientHost,
  streams: OpenStreams,
  given: {
    readonly consumerId: string;
    readonly id: string;
    readonly windowRecords: number;
    readonly windowBytes: number;
    readonly recordBytesMax: number;
    readonly clientWindowBytes: number;
    readonly connection: NatsConnection;
    /** Whether the application said for how long a stream may be silent: it may then be longer, and never shorter. */
    readonly isSilenceGiven: boolean;
  },
): Receiver {
  const { consumerId, id, windowRecords, windowBytes, recordBytesMax, clientWindowBytes, connection } = given;
  const { isSilenceGiven } = given;
  const told: ReceiverHost = {
    announced: (terms) => {
      if (terms !== undefined) adoptSilence(host, streams, id, terms, isSilenceGiven);
      host.dispatch(id, { type: 'frame.announced' });
    },
    gap: () => host.dispatch(id, { type: 'frame.gap' }),
    recovered: () => host.dispatch(id, { type: 'frame.recovered' }),
    records: (records) => {
      const stream = streams.get(id);
      if (stream === undefined) return;
      for (const record of records) takeRecord(host, id, stream, record);
    },
    closed: (code, text) => host.dispatch(id, { type: 'frame.close', code, text }),
    lost: (code, text) => host.dispatch(id, { type: 'frame.lost', code, text }),
    broken: (text) => {
      host.warn({ code: 'malformedFrame', message: text, subject: inboxSubject(consumerId, id) });
      host.dispatch(id, { type: 'frame.malformed', text });
    },
    publish: (subject, control) => host.publish(subject, control),
  };
  const window = { records: windowRecords, bytes: windowBytes };
  return new Receiver(window, recordBytesMax, told, assembliesOf(connection), clientWindowBytes);
}

/**
 * A producer is taken for dead as its announcement says, and one that is heard less often than the application expects
 * is not before. Source: PROTOCOL.md, Timing.
 */
function adoptSilence(
  host: ClientHost,
  streams: OpenStreams,
  id: string,
  terms: AnnouncedTerms,
  isSilenceGiven: boolean,
): void {
  const stream = streams.get(id);
  const neededMs = terms.missedHeartbeatsMax * terms.heartbeatIntervalMs + terms.heartbeatRequestTimeoutMs;
  if (stream === undefined || neededMs > timerMsMax) return;
  if (neededMs <= stream.silenceTimeoutMs) {
    if (!isSilenceGiven) stream.silenceTimeoutMs = neededMs;
    return;
  }
  host.debug({
    code: 'silenceTimeoutRaised',
    message:
      `the silence timeout of ${stream.silenceTimeoutMs} ms is raised to ${neededMs} ms: the producer announced ` +
      `K = ${terms.missedHeartbeatsMax}, I = ${terms.heartbeatIntervalMs} ms, T = ${terms.heartbeatRequestTimeoutMs} ms`,
    subject: stream.stream.subject,
  });
  stream.silenceTimeoutMs = neededMs;
}
