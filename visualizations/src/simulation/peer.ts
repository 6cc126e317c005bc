import type { SimulatedProcess } from './process.js';
import type { Workload } from './workload.js';

/** The durations of all peers of a simulation, in milliseconds, by the letters of PROTOCOL.md, Timing. */
export interface Timing {
  /** I */
  readonly heartbeatIntervalMs: number;
  /** T */
  readonly heartbeatRequestTimeoutMs: number;
  /** K */
  readonly missedHeartbeatsMax: number;
  /** S and O */
  readonly silenceTimeoutMs: number;
  /** B */
  readonly cancellationBufferMs: number;
}

/** Short enough to be watched: a heartbeat every two seconds. */
export const defaultTiming: Timing = {
  heartbeatIntervalMs: 2_000,
  heartbeatRequestTimeoutMs: 1_000,
  missedHeartbeatsMax: 2,
  silenceTimeoutMs: 6_000,
  cancellationBufferMs: 2_000,
};

/** A stream to be opened. */
export interface OpenOrder {
  /** What the script calls the stream. */
  readonly name: string;
  readonly subject: string;
  readonly workload: Workload;
  /** How long the reader takes for a record, in milliseconds; 0 for one that is always ready. */
  readonly readEveryMs: number;
}

/** A simulated peer, whichever implementation it is. */
interface AnyPeer {
  readonly process: SimulatedProcess;
  /** Closes the client in good order, where it can be closed. */
  close(): void;
}

export interface ConsumerPeer extends AnyPeer {
  readonly role: 'consumer';
  open(order: OpenOrder): void;
  /** The reader of the stream of this name leaves. */
  cancel(name: string): void;
  /** The inbox of the stream of this name, by which its other end knows it. */
  readonly inboxOf: (name: string) => string | undefined;
}

export interface ProducerPeer extends AnyPeer {
  readonly role: 'producer';
  /** The source of the stream with this inbox comes to its own end. */
  finish(inbox: string): void;
}

export type Peer = ConsumerPeer | ProducerPeer;
