import { decodeControl, decodeDeliveryFrame, isDeliveryFrame, type DeliveryFrame } from './delivery/delivery-frames.js';
import { decodeStreamFrame } from './plain/streaming-message.js';
import { VarintReader } from './varint.js';

/** What a message of the protocol is, told from its subjects and its bytes alone. */
export interface MessageDescription {
  readonly kind:
    | 'open'
    | 'data'
    | 'close'
    | 'announcement'
    | 'joined'
    | 'grant'
    | 'resume'
    | 'cancel'
    | 'heartbeat'
    | 'answer'
    | 'noResponders'
    | 'other';
  /** The inbox of the stream that it is of, where it is of one. */
  readonly stream?: string;
  /** The same at both ends, and where a message is sent again; absent for plain records, which have no number. */
  readonly id?: string;
  /** What of it is worth a line. */
  readonly text?: string;
  /** Of a message of several frames, the kinds of these. */
  readonly frames?: readonly MessageDescription['kind'][];
}

/** The parts of a message that say what it is. */
export interface DescribedMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string | undefined;
  readonly headers?: { readonly code: number } | undefined;
}

const encoder = new TextEncoder();
const plainStart = encoder.encode('{"type":1,');
/** The first bytes of extended frames that are told by their number alone. */
const kinds = { records: 2, fragment: 3 } as const;
const answerStart = encoder.encode('{"NonActiveStreamIds":');

/** Whether there may be as many messages of this kind as there are records: records, and what is said of their receipt. */
export function isFrequent(data: Uint8Array): boolean {
  return isDeliveryFrame(data) || startsWith(data, plainStart);
}

/** Says what a message is. Reads no more of it than that takes: of a record, its first bytes. */
export function describeMessage({ subject, data, reply, headers }: DescribedMessage): MessageDescription {
  if (data.length === 0 && headers?.code === 503) {
    return { kind: 'noResponders', id: `${subject} 503`, ...(isInbox(subject) ? { stream: subject } : {}) };
  }
  if (subject.startsWith('_HEARTBEAT.')) return { kind: 'heartbeat', ...(reply === undefined ? {} : { id: reply }) };
  if (isInbox(subject)) return isDeliveryFrame(data) ? describeDelivery(subject, data) : describePlain(subject, data);
  if (reply !== undefined && isInbox(reply)) return { kind: 'open', stream: reply, id: `${reply} open` };
  if (isDeliveryFrame(data)) return describeControl(subject, data);
  return startsWith(data, answerStart) ? { kind: 'answer', id: `${subject} answer` } : { kind: 'other' };
}

function isInbox(subject: string): boolean {
  return subject.startsWith('_SINBOX.');
}

function describePlain(stream: string, data: Uint8Array): MessageDescription {
  if (startsWith(data, plainStart)) return { kind: 'data', stream };
  const frame = decodeStreamFrame(data);
  if (frame.type === 'data') return { kind: 'data', stream };
  if (frame.type !== 'close') return { kind: 'other', stream };
  return { kind: 'close', stream, id: `${stream} close`, text: closeText(frame) };
}

function describeDelivery(stream: string, data: Uint8Array): MessageDescription {
  const frame = isRecords(data) ? undefined : decodeDeliveryFrame(data);
  if (frame === undefined || frame.type === 'malformed') {
    const id = recordsId(stream, data);
    return { kind: 'data', stream, ...(id === undefined ? {} : { id }) };
  }
  if (frame.type !== 'joined') return describeFrame(stream, frame);
  const parts = frame.frames.map((each) => describeFrame(stream, each));
  return {
    kind: 'joined',
    stream,
    id: `${stream} joined ${parts.map(({ id = '' }) => id.slice(stream.length + 1)).join(', ')}`,
    text: parts.map(({ kind, text }) => (text === undefined ? kind : `${kind} ${text}`)).join(', '),
    frames: parts.map(({ kind }) => kind),
  };
}

function describeFrame(stream: string, frame: DeliveryFrame): MessageDescription {
  switch (frame.type) {
    case 'announcement':
      return {
        kind: 'announcement',
        stream,
        id: `${stream} announcement ${frame.end}${frame.isWanting ? ' wanting' : ''}`,
        text: `to ${frame.end}${frame.isWanting ? ', waits for credit' : ''}`,
      };
    case 'deliveryClose':
      return { kind: 'close', stream, id: `${stream} close ${frame.number}`, text: closeText(frame) };
    case 'records':
      return { kind: 'data', stream, id: `${stream} #${frame.first}` };
    case 'fragment':
      return { kind: 'data', stream, id: `${stream} #${frame.number} from ${frame.offset}` };
  }
}

function isRecords(data: Uint8Array): boolean {
  return data[0] === kinds.records || data[0] === kinds.fragment;
}

/** The number of the first record, and of a fragment its offset too. */
function recordsId(stream: string, data: Uint8Array): string | undefined {
  const reader = new VarintReader(data, 1);
  const number = reader.read();
  if (number === undefined) return undefined;
  if (data[0] !== kinds.fragment) return `${stream} #${number}`;
  reader.read();
  return `${stream} #${number} from ${reader.read() ?? 0}`;
}

function describeControl(subject: string, data: Uint8Array): MessageDescription {
  const control = decodeControl(data);
  if (control?.type === 'grant' || control?.type === 'resume') {
    const { type, next, consumed } = control;
    return { kind: type, id: `${subject} ${type} ${next} ${consumed}`, text: `${consumed} read, from ${next}` };
  }
  return control?.type === 'cancel'
    ? { kind: 'cancel', id: `${subject} cancel`, text: control.text }
    : { kind: 'other' };
}

function closeText({ code, text }: { readonly code: number; readonly text: string }): string {
  return text === '' ? `${code}` : `${code} ${text.slice(0, 200)}`;
}

function startsWith(data: Uint8Array, start: Uint8Array): boolean {
  for (let index = 0; index < start.length; index += 1) if (data[index] !== start[index]) return false;
  return true;
}
