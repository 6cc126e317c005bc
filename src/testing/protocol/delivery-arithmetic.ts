import * as machines from '../../../machines/index.js';

/** The arithmetic of sequence and credit, the same as in production, so that a mistake in it can be put in its place. */
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

/**
 * The functions of in- and outflow that the delivery extension computes with; a test may replace one by a wrong one.
 */
export type DeliveryArithmetic = typeof deliveryArithmetic;

/** What the model of the delivery is made with. */
export interface DeliveryTerms {
  /** What the consumer offers. */
  readonly window: machines.Window;
  /** What the producer makes of it. */
  readonly producerWindow: machines.Window;
  /** How many bytes the record of a number has. */
  readonly bytesOf: (number: number) => number;
  /** In how many fragments the record of a number travels; 1 where it shares frames with others. */
  readonly partsOf: (number: number) => number;
  /** K, how many heartbeats may be missed in a row. */
  readonly missedHeartbeatsMax: number;
  readonly arithmetic: DeliveryArithmetic;
}
