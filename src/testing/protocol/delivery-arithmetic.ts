import * as machines from '../../../machines/index.js';

/** The arithmetic of sequence and credit as it runs in production, for the model; tests substitute mutants of it. */
export const deliveryArithmetic = {
  beginOutflow: machines.beginOutflow,
  endOf: machines.endOf,
  creditOf: machines.creditOf,
  maySend: machines.maySend,
  sendRecord: machines.sendRecord,
  sendClose: machines.sendClose,
  isGrantComing: machines.isGrantComing,
  isGrantPossible: machines.isGrantPossible,
  takeGrant: machines.takeGrant,
  isSettled: machines.isSettled,
  notePrompted: machines.notePrompted,
  isUnreachable: machines.isUnreachable,
  beginInflow: machines.beginInflow,
  receiveItems: machines.receiveItems,
  receiveAnnouncement: machines.receiveAnnouncement,
  forgetGap: machines.forgetGap,
  receiveBytes: machines.receiveBytes,
  isOverrun: machines.isOverrun,
  closeInflow: machines.closeInflow,
  consume: machines.consume,
  isGrantDue: machines.isGrantDue,
  grantOf: machines.grantOf,
  noteGranted: machines.noteGranted,
};

/** The functions of inflow and outflow of the delivery extension, each of which a test may substitute. */
export type DeliveryArithmetic = typeof deliveryArithmetic;

/** The parameters of {@link deliveryAdapter}. */
export interface DeliveryTerms {
  /** The window that the consumer offers. */
  readonly window: machines.Window;
  /** The window to which the producer limits it. */
  readonly producerWindow: machines.Window;
  /** The size of the record with this number, in bytes. */
  readonly bytesOf: (number: number) => number;
  /** The number of fragments of the record with this number; 1 for a record that is not fragmented. */
  readonly partsOf: (number: number) => number;
  /** K, how many heartbeats in a row may be missed. */
  readonly missedHeartbeatsMax: number;
  /** Whether the frames of one turn share a message. */
  readonly isJoined: boolean;
  /** The functions to compute with, usually {@link deliveryArithmetic}. */
  readonly arithmetic: DeliveryArithmetic;
}
