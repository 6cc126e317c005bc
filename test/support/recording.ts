import { readFileSync } from 'node:fs';

/** A NATS message between two Go peers, as it was recorded. `ms` counts from the start of the recording. */
export interface RecordedMessage {
  readonly ms: number;
  readonly subject: string;
  readonly reply?: string;
  readonly data: string;
}

export interface Recording {
  readonly messages: readonly RecordedMessage[];
  /** The one consumer of the recording. */
  readonly consumerId: string;
  /** The subject on which the streams were requested. */
  readonly subject: string;
  /** The ids of the streams, in the order of their requests. */
  readonly streamIds: readonly string[];
  /** Whether a message is an open request, a frame of a stream, a heartbeat request or a heartbeat answer. */
  kindOf(message: RecordedMessage): 'request' | 'frame' | 'heartbeat' | 'answer';
  /** The frames of a stream, as they stand on the wire. */
  framesOf(streamId: string): readonly string[];
}

export function loadRecording(name: string): Recording {
  const text = readFileSync(new URL(`../conformance/data/${name}.jsonl`, import.meta.url), 'utf8');
  const messages = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedMessage);
  const requests = messages.filter(({ data }) => data.startsWith('{"consumerId"'));
  const [first] = requests;
  if (first === undefined) throw new Error(`expected an open request in the recording ${name}, found none`);
  const parsed = requests.map(({ data }) => JSON.parse(data) as { consumerId: string; streamId: string });
  const consumerId = parsed[0]?.consumerId ?? '';
  return {
    messages,
    consumerId,
    subject: first.subject,
    streamIds: parsed.map(({ streamId }) => streamId),
    kindOf: ({ subject }) => {
      if (subject === first.subject) return 'request';
      if (subject.startsWith(consumerId)) return 'frame';
      return subject.startsWith('_HEARTBEAT.') ? 'heartbeat' : 'answer';
    },
    framesOf: (streamId) => messages.filter(({ subject }) => subject === consumerId + streamId).map(({ data }) => data),
  };
}

/** The records in data frames, as text. */
export function recordsIn(frames: readonly string[]): readonly string[] {
  return frames
    .map((frame) => JSON.parse(frame) as { type: number; data?: string })
    .filter(({ type }) => type === 1)
    .map(({ data }) => Buffer.from(data ?? '', 'base64').toString());
}
