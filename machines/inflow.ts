import { isHalfOf, type Grant, type Window } from './window.js';

/**
 * The sequence and the credit of one stream at its consumer. Pure arithmetic: who calls it keeps the records.
 * Source: PROTOCOL.md, Delivery.
 */
export interface Inflow {
  readonly window: Window;
  /** The number of the first item that has not come, counted from 0. */
  readonly next: number;
  readonly receivedBytes: number;
  /** Something is missing: it was asked for, and has not come. */
  readonly isRecovering: boolean;
  /** The close came, after everything before it. */
  readonly isClosed: boolean;
  readonly consumed: number;
  readonly consumedBytes: number;
  /** What the producer was last told of `consumed` and `consumedBytes`. */
  readonly granted: number;
  readonly grantedBytes: number;
  /** The producer has said that it waits for credit. */
  readonly isWanted: boolean;
}

/** What becomes of items that came. */
export interface Arrival {
  readonly inflow: Inflow;
  /** How many of them came before, and are dropped. */
  readonly skipped: number;
  /** How many are taken. None where something before them is missing. */
  readonly taken: number;
  /** What is new: something is missing, or what was missing has come. */
  readonly edge: 'gap' | 'recovered' | undefined;
}

/** The inflow of a stream that has just opened: nothing was received, and the whole window may come. */
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

/** Items came, `count` of them from number `first` on. Those after a hole are dropped: they are sent again with it. */
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

/** The producer says that it has sent everything before `end`, and whether it waits for credit. */
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

/** The link was away: whether something is missing will be seen from what comes now. */
export function forgetGap(inflow: Inflow): Inflow {
  return { ...inflow, isRecovering: false };
}

/** Written out for speed, as `sendRecord` is. */
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

/** Whether more waits for the reader than was ever granted, which an honest producer does not bring about. */
export function isOverrun({ window, next, isClosed, receivedBytes, consumed, consumedBytes }: Inflow): boolean {
  const waiting = next - consumed - (isClosed ? 1 : 0);
  return waiting > window.records || (waiting > 1 && receivedBytes - consumedBytes > window.bytes);
}

/** The close frame was received, so that no record follows. */
export function closeInflow(inflow: Inflow): Inflow {
  return { ...inflow, isClosed: true };
}

/** The reader has consumed a record. Written out for speed, as `sendRecord` is. */
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
 * Whether the producer is to be told what was consumed: where that is half a window, or where the producer waits for
 * it and the reader has nothing left to consume. Half a window would not do alone, since the next record may need more.
 */
export function isGrantDue(inflow: Inflow): boolean {
  const { window, next, isClosed, consumed, consumedBytes, granted, grantedBytes, isWanted } = inflow;
  if (isClosed || consumed === granted) return false;
  if (isHalfOf(window, consumed - granted, consumedBytes - grantedBytes)) return true;
  return isWanted && consumed === next;
}

/** What is to be told to the producer now. */
export function grantOf({ next, consumed, consumedBytes }: Inflow): Grant {
  return { next, consumed, consumedBytes };
}

/** A grant was sent for all that was consumed so far. */
export function noteGranted(inflow: Inflow): Inflow {
  return { ...inflow, granted: inflow.consumed, grantedBytes: inflow.consumedBytes };
}
