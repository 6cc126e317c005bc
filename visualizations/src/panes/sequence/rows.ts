import type { TraceMark, TraceMessage } from '../../../../src/trace-events/trace-event.js';
import type { Moment } from '../../model/types.js';

/** What became of a message so far. */
export type Outcome = 'underWay' | 'delivered' | 'dropped' | 'dead' | 'duplicate';

/** A message, or messages that are folded into one, drawn from the row where it was sent to the row where it ended. */
export interface Arrow {
  /** The id of the message; of a fold, of its first. */
  readonly message: string;
  readonly kind: string;
  /** Whether it is an event that one actor sends another, rather than a message on the wire. */
  readonly isEvent: boolean;
  /** The lifelines at its ends; `undefined` is the wire, where that end was not watched. */
  from: string | undefined;
  to: string | undefined;
  /** Absent where it is of none; of a fold of several streams, the first one. */
  readonly stream: string | undefined;
  /** A fold holds records of more streams than one. */
  isMixed: boolean;
  readonly subject: string;
  readonly text: string | undefined;
  outcome: Outcome;
  /** It came when its receiver had left, or had ended, the stream. */
  isLate: boolean;
  /** The rows at which it was sent and at which it ended. The same where nothing came between. */
  startRow: number;
  endRow: number;
  startAt: number;
  endAt: number;
  /** How many messages it stands for, how many of them came, and their bytes. */
  count: number;
  delivered: number;
  bytes: number;
}

export type RowKind = 'message' | 'heartbeats' | 'state' | 'life' | 'end' | 'link' | 'gap' | 'mark';

/** A line of the diagram: one moment. */
export interface Row {
  readonly kind: RowKind;
  /** The first record that it tells of, and the last. */
  readonly seq: Moment;
  lastSeq: Moment;
  readonly at: number;
  lastAt: number;
  /** The system that it concerns; absent for what concerns all. */
  readonly system: string | undefined;
  /** The lifeline of the actor that it concerns; absent where its system has but one. */
  readonly lane?: string;
  readonly actor?: string;
  readonly stream?: string | undefined;
  /** What it says; a message says it on its arrow. */
  text: string;
  /** The state after it, where it is a change of state. */
  readonly state?: string;
  readonly tone?: TraceMark['kind'];
  /** Whether a message starts or ends in this row. */
  readonly message?: string;
  /** Rounds of a fold of heartbeats. */
  rounds?: number;
  answered?: number;
  /** How long the last round of a fold took. */
  roundTrip?: number;
}

export interface Lane {
  /** The name of a system, or the key of an actor that has a lifeline of its own. */
  readonly key: string;
  readonly name: string;
  readonly system: string;
  readonly role: 'consumer' | 'producer' | 'other' | 'actor';
}

/** What a lifeline is from a row on. */
export interface LaneChange {
  readonly row: number;
  readonly state?: string;
  /** The connection is down. */
  readonly isDown: boolean;
  readonly isOver: boolean;
}

export interface SequenceOptions {
  /** Only what concerns these streams, and heartbeats, links and marks; all streams where undefined. */
  readonly streams: ReadonlySet<string> | undefined;
  /** Heartbeats and their answers become one line for each run of them. Those that are lost are always shown. */
  readonly foldHeartbeats: boolean;
  /** Records that follow each other from the same end become one arrow. */
  readonly foldRecords: boolean;
}

/** Whether a message asks, as a heartbeat, which streams are read. The model of the protocol calls it `ask`. */
export function isBeat({ kind }: TraceMessage): boolean {
  return kind === 'heartbeat' || kind === 'ask';
}

/** Whether a message keeps connections alive rather than streams going. */
export function isHeartbeat(event: TraceMessage): boolean {
  return isBeat(event) || event.kind === 'answer';
}
