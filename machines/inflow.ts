import { isHalfOf, type Grant, type Window } from './window.js';

/**
 * Sequence and credit of a stream at its consumer. Pure arithmetic: the caller keeps the records.
 * Source: PROTOCOL.md, Delivery.
 */
export interface Inflow {
  readonly window: Window;
  /** The number of the next item expected, counted from 0. */
  readonly next: number;
  readonly receivedBytes: number;
  /** Whether items are missing that were requested again and have not arrived. */
  readonly isRecovering: boolean;
  /** Whether the close has arrived, after everything before it. */
  readonly isClosed: boolean;
  readonly consumed: number;
  readonly consumedBytes: number;
  /** What the producer was last told of `consumed` and `consumedBytes`. */
  readonly granted: number;
  readonly grantedBytes: number;
  /** Whether the producer has said that it is waiting for credit. */
  readonly isWanted: boolean;
}

/** The result of receiving items. */
export interface Arrival {
  readonly inflow: Inflow;
  /** How many of them are duplicates, to be dropped. */
  readonly skipped: number;
  /** How many are accepted; none if something before them is missing. */
  readonly taken: number;
  /** What has changed: a gap was found, or a gap was filled. */
  readonly edge: 'gap' | 'recovered' | undefined;
}

/** The inflow of a stream that has just opened: nothing received, and the whole window granted. */
export function beginInflow(window: Window): Inflow {
  return {
    window,
    next: 0,
    receivedBytes: 0,
    isRecovering: false,
    isClosed: false,
    consumed: 0,
    consumedBytes: 0,
    granted: 0,
    grantedBytes: 0,
    isWanted: false,
  };
}

/** Receives `count` items, the first of them number `first`. Items after a gap are dropped: they are sent again with it. */
export function receiveItems(inflow: Inflow, first: number, count: number): Arrival {
  const { next, isRecovering } = inflow;
  if (first > next) {
    return {
      inflow: { ...inflow, isRecovering: true },
      skipped: 0,
      taken: 0,
      edge: isRecovering ? undefined : 'gap',
    };
  }
  const taken = Math.max(0, first + count - next);
  if (taken === 0) return { inflow, skipped: count, taken, edge: undefined };
  return {
    // Written out for speed, as `sendRecord` is: every frame passes here.
    inflow: {
      window: inflow.window,
      next: next + taken,
      receivedBytes: inflow.receivedBytes,
      isRecovering: false,
      isClosed: inflow.isClosed,
      consumed: inflow.consumed,
      consumedBytes: inflow.consumedBytes,
      granted: inflow.granted,
      grantedBytes: inflow.grantedBytes,
      isWanted: false,
    },
    skipped: count - taken,
    taken,
    edge: isRecovering ? 'recovered' : undefined,
  };
}

/** Receives the producer's announcement that it has sent everything before `end`, and whether it waits for credit. */
export function receiveAnnouncement(inflow: Inflow, end: number, isWanting: boolean): Arrival {
  const isMissing = end > inflow.next;
  return {
    inflow: { ...inflow, isRecovering: isMissing, isWanted: isWanting },
    skipped: 0,
    taken: 0,
    // What is still missing is asked for again: the question before, or its answer, may be lost.
    edge: isMissing ? 'gap' : inflow.isRecovering ? 'recovered' : undefined,
  };
}

/** Forgets a gap after a reconnect: what arrives from now on will show whether something is missing. */
export function forgetGap(inflow: Inflow): Inflow {
  return { ...inflow, isRecovering: false };
}

/** Counts received bytes of records. Written out for speed, as `sendRecord` is. */
export function receiveBytes(inflow: Inflow, bytes: number): Inflow {
  return {
    window: inflow.window,
    next: inflow.next,
    receivedBytes: inflow.receivedBytes + bytes,
    isRecovering: inflow.isRecovering,
    isClosed: inflow.isClosed,
    consumed: inflow.consumed,
    consumedBytes: inflow.consumedBytes,
    granted: inflow.granted,
    grantedBytes: inflow.grantedBytes,
    isWanted: inflow.isWanted,
  };
}

/** Whether more is waiting for the reader than was granted, which a conforming producer never causes. */
export function isOverrun({ window, next, isClosed, receivedBytes, consumed, consumedBytes }: Inflow): boolean {
  const waiting = next - consumed - (isClosed ? 1 : 0);
  return waiting > window.records || (waiting > 1 && receivedBytes - consumedBytes > window.bytes);
}

/** Receives the close frame, after which no record follows. */
export function closeInflow(inflow: Inflow): Inflow {
  return { ...inflow, isClosed: true };
}

/** Counts a record that the reader has consumed. Written out for speed, as `sendRecord` is. */
export function consume(inflow: Inflow, bytes: number): Inflow {
  return {
    window: inflow.window,
    next: inflow.next,
    receivedBytes: inflow.receivedBytes,
    isRecovering: inflow.isRecovering,
    isClosed: inflow.isClosed,
    consumed: inflow.consumed + 1,
    consumedBytes: inflow.consumedBytes + bytes,
    granted: inflow.granted,
    grantedBytes: inflow.grantedBytes,
    isWanted: inflow.isWanted,
  };
}

/**
 * Whether to send a grant: half a window has been consumed since the last one, or the producer waits for credit and the
 * reader has nothing left to consume. Half a window alone would not do, since the next record may need more.
 */
export function isGrantDue(inflow: Inflow): boolean {
  const { window, next, isClosed, consumed, consumedBytes, granted, grantedBytes, isWanted } = inflow;
  if (isClosed || consumed === granted) return false;
  if (isHalfOf(window, consumed - granted, consumedBytes - grantedBytes)) return true;
  return isWanted && consumed === next;
}

/** The grant to send to the producer now. */
export function grantOf({ next, consumed, consumedBytes }: Inflow): Grant {
  return { next, consumed, consumedBytes };
}

/** Notes that a grant was sent for everything consumed so far. */
export function noteGranted(inflow: Inflow): Inflow {
  return { ...inflow, granted: inflow.consumed, grantedBytes: inflow.consumedBytes };
}
