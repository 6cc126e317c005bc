/** What is said over NATS between those who publish trace events and those who collect them: JSON, a message each. */
import { messageOf } from '../errors.js';
import { checkedEvent } from './checked-event.js';
import { jsonOf } from './event-text.js';
import type { TraceEvent } from '../trace-events/trace-event.js';

/** Who publishes. */
export interface PublisherIdentity {
  /** What it is called, for people. */
  readonly process: string;
  /** Another for each start of a process, and for each tracer. */
  readonly instance: string;
}

/** How far a process has told one collector. */
export interface Telling {
  /** Each time that it begins to tell, the header first, has a greater number. */
  readonly session: number;
  /** The number of the last trace event before this message, so that one that was lost is missed though none follows. */
  readonly seq: number;
}

export interface TraceBatch extends PublisherIdentity, Partial<Telling> {
  /** The process says goodbye: nothing follows. */
  readonly isOver: boolean;
  /** The trace events. The name is that of the field on the wire. */
  readonly records: readonly TraceEvent[];
}

export interface Ask {
  readonly token: string;
  readonly isOver: boolean;
  /** Instances of whom something was missed: they are to tell from the start again. */
  readonly anew?: readonly string[];
}

/** Between two asks of a collector. */
export const askIntervalMs = 2_000;
/** A collector that has not asked for so long is gone, and so is a process that has not answered. */
export const collectorTimeoutMs = 3 * askIntervalMs;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function askSubject(subject: string): string {
  return `${subject}.ask`;
}

/** Where a process says that it has come. */
export function greetingSubject(subject: string): string {
  return `${subject}.here`;
}

/** Where the batches for one collector go. */
export function replySubject(subject: string, token: string): string {
  return `${subject}.to.${token}`;
}

/** What a process subscribes to for as long as it has a connection, so that the broker says when it has none. */
export function presenceSubject(subject: string, instance: string): string {
  return `${subject}.of.${instance}`;
}

export function encodeAsk(ask: Ask): Uint8Array {
  return encoder.encode(JSON.stringify(ask));
}

/** Undefined for what is none: an ask comes from anybody, and its token becomes part of a subject. */
export function decodeAsk(bytes: Uint8Array): Ask | undefined {
  const { token, isOver = false, anew } = parse(bytes);
  if (typeof token !== 'string' || !/^[A-Za-z0-9-]{1,64}$/.test(token) || typeof isOver !== 'boolean') return undefined;
  return Array.isArray(anew)
    ? { token, isOver, anew: anew.filter((item): item is string => typeof item === 'string') }
    : { token, isOver };
}

export function encodeFarewell(identity: PublisherIdentity): Uint8Array {
  return encoder.encode(JSON.stringify({ ...identity, isOver: true, records: [] }));
}

/**
 * Splits trace events into messages of at most `bytesMax` bytes; one at least. One that does not fit by itself becomes a
 * gap.
 */
export function* encodeBatches(
  identity: PublisherIdentity & Partial<Telling>,
  records: readonly TraceEvent[],
  bytesMax: number,
): Generator<Uint8Array> {
  const start = `${JSON.stringify({ ...identity, isOver: false }).slice(0, -1)},"records":[`;
  const room = bytesMax - encoder.encode(start).length - 2;
  let texts: string[] = [];
  let bytes = 0;
  const batch = () => encoder.encode(`${start}${texts.join(',')}]}`);
  for (const record of records) {
    let text = jsonOf(record);
    let size = sizeOf(text, room) + 1;
    if (size > room && record.type !== 'run') {
      text = JSON.stringify({ type: 'gap', seq: record.seq, at: record.at, dropped: 1 } satisfies TraceEvent);
      size = text.length + 1;
    }
    if (bytes + size > room && texts.length > 0) {
      yield batch();
      texts = [];
      bytes = 0;
    }
    texts.push(text);
    bytes += size;
  }
  yield batch();
}

/** A batch as it came: anybody can publish here. */
export interface ReceivedBatch extends TraceBatch {
  /** What is wrong with the first of the trace events that were none, and are not among `records`. */
  readonly problem: string | undefined;
}

/** Undefined for what is none. */
export function decodeBatch(data: Uint8Array): ReceivedBatch | undefined {
  const { process, instance, isOver, session, seq, records: values } = parse(data);
  if (typeof process !== 'string' || typeof instance !== 'string' || typeof isOver !== 'boolean') return undefined;
  if (!Array.isArray(values)) return undefined;
  const records: TraceEvent[] = [];
  let problem: string | undefined;
  for (const value of values as readonly unknown[]) {
    try {
      records.push(checkedEvent(value));
    } catch (error) {
      problem ??= messageOf(error);
    }
  }
  const isNumbered = Number.isSafeInteger(session) && (session as number) >= 0 && Number.isSafeInteger(seq);
  const telling = isNumbered ? { session: session as number, seq: seq as number } : {};
  return { process, instance, isOver, ...telling, records, problem };
}

/** At most so many bytes; exactly where that matters, since a UTF-16 unit takes three at the most and mostly one. */
function sizeOf(text: string, room: number): number {
  return text.length * 3 < room ? text.length * 3 : encoder.encode(text).length;
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
