import type { NatsConnection, NatsMessage } from '../../src/transport/nats-connection.js';

/**
 * Plain peers as the Go package has them, made by hand: they speak raw frames of JSON on a connection and know nothing
 * of the code under test. Nothing here has a timer; a test says when a heartbeat is sent or answered.
 */

/** The map of a heartbeat message: stream ids by request subject. */
export type StreamsBySubject = Readonly<Record<string, readonly string[] | null>>;

/** A frame as it stands in JSON. */
export interface GoFrame {
  readonly type: number;
  readonly data?: string;
  readonly closeError?: { readonly Code: number; readonly Text: string };
}

const parse = (message: NatsMessage): unknown => JSON.parse(new TextDecoder().decode(message.data));
const publishJson = (connection: NatsConnection, subject: string, value: unknown, reply?: string): void => {
  connection.publish(subject, JSON.stringify(value), reply === undefined ? undefined : { reply });
};
const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

export interface HeartbeatSeen {
  readonly reply: string;
  readonly streams: StreamsBySubject;
}

export interface GoConsumer {
  readonly consumerId: string;
  readonly heartBeatRequestSub: string;
  /** Frames by stream id, oldest first. */
  readonly frames: Map<string, GoFrame[]>;
  /** The heartbeat requests that came, oldest first. */
  readonly heartbeats: HeartbeatSeen[];
  /** What each heartbeat is answered with; undefined leaves it unanswered. Nothing is reported unless told. */
  answerWith: (request: HeartbeatSeen) => unknown;
  open(subject: string, streamId: string, body?: string): void;
  /** The records of a stream so far, as text. */
  records(streamId: string): string[];
  /** The code of the close frame of a stream, if one came. */
  closeCode(streamId: string): number | undefined;
  /** Leaves the broker: its subscriptions are gone, as after a crash. */
  vanish(): void;
}

export function createGoConsumer(connection: NatsConnection, token = '3cIFx2Ul804koefsXxXj5b'): GoConsumer {
  const consumerId = `_SINBOX.${token}.`;
  const heartBeatRequestSub = `_HEARTBEAT._SINBOX.${token}`;
  const inbox = connection.subscribe(`${consumerId}*`, {
    callback: (_, message) => {
      const streamId = message.subject.slice(consumerId.length);
      const frames = peer.frames.get(streamId) ?? [];
      if (message.data.length > 0) frames.push(parse(message) as GoFrame);
      peer.frames.set(streamId, frames);
    },
  });
  const heartbeat = connection.subscribe(heartBeatRequestSub, {
    callback: (_, message) => {
      const { ActiveStreamIds: streams } = parse(message) as { ActiveStreamIds: StreamsBySubject };
      const seen = { reply: message.reply ?? '', streams };
      peer.heartbeats.push(seen);
      const answer = peer.answerWith(seen);
      if (answer !== undefined) publishJson(connection, seen.reply, answer);
    },
  });
  const peer: GoConsumer = {
    consumerId,
    heartBeatRequestSub,
    frames: new Map(),
    heartbeats: [],
    answerWith: () => ({ NonActiveStreamIds: {} }),
    open: (subject, streamId, body) => {
      const request = { consumerId, streamId, heartBeatRequestSub, body: body === undefined ? null : toBase64(body) };
      publishJson(connection, subject, request, consumerId + streamId);
    },
    records: (streamId) =>
      (peer.frames.get(streamId) ?? [])
        .filter((frame) => frame.type === 1)
        .map((frame) => Buffer.from(frame.data ?? '', 'base64').toString()),
    closeCode: (streamId) => peer.frames.get(streamId)?.find((frame) => frame.type === 2)?.closeError?.Code,
    vanish: () => {
      inbox.unsubscribe();
      heartbeat.unsubscribe();
    },
  };
  return peer;
}

/**
 * How the Go package's consumer answers: by the ages of the streams that it ever opened, and by nothing else. A stream of
 * a subject is reported where it is older than the buffer while another one there is younger; a subject that it never
 * opened is reported whole.
 *
 * @param opened when each stream was opened, by subject and stream id.
 * @param now the time, in the same milliseconds.
 */
export function answerByAge(
  opened: Readonly<Record<string, Readonly<Record<string, number>>>>,
  bufferMs: number,
  now: number,
): (request: HeartbeatSeen) => { readonly NonActiveStreamIds: StreamsBySubject } {
  return ({ streams }) => {
    const reported: Record<string, readonly string[]> = {};
    for (const [subject, listed] of Object.entries(streams)) {
      const known = opened[subject];
      const young = Object.entries(known ?? {}).filter(([, at]) => now - at < bufferMs);
      if (known !== undefined && young.length === 0) continue;
      reported[subject] = (listed ?? []).filter((id) => !young.some(([youngId]) => youngId === id));
    }
    return { NonActiveStreamIds: reported };
  };
}

/** An open request as a Go producer reads it: fields that it does not know are ignored. */
export interface GoRequest {
  readonly consumerId: string;
  readonly streamId: string;
  readonly heartBeatRequestSub: string;
  readonly body: string | null;
}

export interface GoProducer {
  /** The open requests that came, oldest first. */
  readonly requests: GoRequest[];
  /** The heartbeat answers that came, oldest first. */
  readonly answers: StreamsBySubject[];
  data(request: GoRequest, text: string): void;
  dataBytes(request: GoRequest, data: Uint8Array): void;
  close(request: GoRequest, code: number, text?: string): void;
  heartbeat(heartBeatRequestSub: string, streams: StreamsBySubject): void;
  vanish(): void;
}

export function createGoProducer(connection: NatsConnection, subject: string): GoProducer {
  const answerInbox = '_INBOX.gf0UzQdhcyNkU5kr86kBSy';
  const requests: GoRequest[] = [];
  const answers: StreamsBySubject[] = [];
  const intake = connection.subscribe(subject, {
    callback: (_, message) => void requests.push(parse(message) as GoRequest),
  });
  connection.subscribe(`${answerInbox}.*`, {
    callback: (_, message) => {
      if (message.data.length === 0) return;
      answers.push((parse(message) as { NonActiveStreamIds: StreamsBySubject }).NonActiveStreamIds);
    },
  });
  let asked = 0;
  const peer: GoProducer = {
    requests,
    answers,
    data: (request, text) => peer.dataBytes(request, Buffer.from(text)),
    dataBytes: ({ consumerId, streamId }, data) =>
      publishJson(connection, consumerId + streamId, {
        type: 1,
        ...(data.length === 0 ? {} : { data: Buffer.from(data).toString('base64') }),
      }),
    close: ({ consumerId, streamId }, code, text = '') =>
      publishJson(connection, consumerId + streamId, { type: 2, closeError: { Code: code, Text: text } }),
    heartbeat: (heartBeatRequestSub, streams) => {
      asked += 1;
      publishJson(connection, heartBeatRequestSub, { ActiveStreamIds: streams }, `${answerInbox}.ask${asked}`);
    },
    vanish: () => intake.unsubscribe(),
  };
  return peer;
}
