import { isHalfOf, type Grant, type Window } from './window.js';

/**
 * Sequence and credit of a stream at its producer. Records are numbered from 0; the close has the number after the last
 * record. Pure arithmetic: the caller keeps the frames. Source: PROTOCOL.md, Delivery.
 */
export interface Outflow {
  readonly window: Window;
  /** The consumer's own window, by halves of which it grants. The other one is smaller where the producer wants it so. */
  readonly offered: Window;
  /** How many records were sent, which is the number of the next item. */
  readonly sent: number;
  readonly sentBytes: number;
  /** Whether the close was sent. */
  readonly isClosed: boolean;
  /** Whether the consumer has said anything of this stream. */
  readonly hasHeardFromConsumer: boolean;
  /** The number of the first item that the consumer has not received, as far as it has said. */
  readonly acknowledged: number;
  readonly consumed: number;
  readonly consumedBytes: number;
  /** How far the announcements said that the stream has come which a confirmed heartbeat brought about, unanswered ones only. */
  readonly prompts: readonly number[];
}

/**
 * The outflow of a stream that has just opened: nothing sent.
 *
 * @param offered the window that the consumer offers, where it differs from the one in use.
 */
export function beginOutflow(window: Window, offered = window): Outflow {
  return {
    window,
    offered,
    sent: 0,
    sentBytes: 0,
    isClosed: false,
    hasHeardFromConsumer: false,
    acknowledged: 0,
    consumed: 0,
    consumedBytes: 0,
    prompts: [],
  };
}

/** The number of the next item to be sent, and so what the consumer must have said to have received everything. */
export function endOf({ sent, isClosed }: Outflow): number {
  return isClosed ? sent + 1 : sent;
}

/** The credit: how many records, and bytes of records, may be sent now. Never negative. */
export function creditOf({ window, sent, sentBytes, consumed, consumedBytes }: Outflow): Window {
  return {
    records: Math.max(0, window.records - (sent - consumed)),
    bytes: Math.max(0, window.bytes - (sentBytes - consumedBytes)),
  };
}

/** Whether a record of this size may be sent now. One larger than the window waits until nothing else is in flight. */
export function maySend(outflow: Outflow, bytes: number): boolean {
  const credit = creditOf(outflow);
  return credit.records > 0 && (credit.bytes >= bytes || outflow.sent === outflow.consumed);
}

/** Counts a record as sent. Written out: every record passes here, and a spread costs fifty times as much. */
export function sendRecord(outflow: Outflow, bytes: number): Outflow {
  return {
    window: outflow.window,
    offered: outflow.offered,
    sent: outflow.sent + 1,
    sentBytes: outflow.sentBytes + bytes,
    isClosed: outflow.isClosed,
    hasHeardFromConsumer: outflow.hasHeardFromConsumer,
    acknowledged: outflow.acknowledged,
    consumed: outflow.consumed,
    consumedBytes: outflow.consumedBytes,
    prompts: outflow.prompts,
  };
}

/** Notes that the close frame was sent, after which no record follows. */
export function sendClose(outflow: Outflow): Outflow {
  return { ...outflow, isClosed: true };
}

/** Whether a grant is valid: it acknowledges nothing that was not sent. */
export function isGrantPossible(outflow: Outflow, { next, consumed, consumedBytes }: Grant): boolean {
  return next <= endOf(outflow) && consumed <= Math.min(next, outflow.sent) && consumedBytes <= outflow.sentBytes;
}

/**
 * Applies a valid grant. One that a later grant has overtaken changes nothing. Not every grant proves that frames still
 * arrive, since a reader also consumes what arrived before: one that covers an announcement does, and so does a resume.
 */
export function takeGrant(outflow: Outflow, grant: Grant & { readonly type?: string }): Outflow {
  return {
    ...outflow,
    hasHeardFromConsumer: true,
    acknowledged: Math.max(outflow.acknowledged, grant.next),
    consumed: Math.max(outflow.consumed, grant.consumed),
    consumedBytes: Math.max(outflow.consumedBytes, grant.consumedBytes),
    prompts: grant.type === 'resume' ? [] : outflow.prompts.filter((end) => end > grant.next),
  };
}

/**
 * Whether another grant will come unprompted as the reader reads on: it will if half of the consumer's window is in
 * flight.
 */
export function isGrantComing({ offered, sent, sentBytes, consumed, consumedBytes }: Outflow): boolean {
  return isHalfOf(offered, sent - consumed, sentBytes - consumedBytes);
}

/** Whether the consumer has acknowledged everything that was sent. Otherwise something may be lost. */
export function isSettled(outflow: Outflow): boolean {
  return outflow.hasHeardFromConsumer && outflow.acknowledged === endOf(outflow);
}

/** A confirmed heartbeat makes the producer announce that it has come to `end`. */
export function notePrompted(outflow: Outflow, end: number): Outflow {
  return { ...outflow, prompts: [...outflow.prompts, end] };
}

/**
 * Whether frames are assumed not to reach a consumer, although it confirms its stream: as many announcements as
 * heartbeats may be missed, and one more that may still be in flight, were not answered.
 */
export function isUnreachable({ prompts }: Outflow, missedHeartbeatsMax: number): boolean {
  return prompts.length > missedHeartbeatsMax;
}
