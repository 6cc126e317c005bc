import type { System } from '../explorer/description/system.js';
import type { StartActors } from '../explorer/description/system-config.js';
import type { SystemView } from '../explorer/description/system-view.js';

/** The durations of the protocol, in ticks. Source: PROTOCOL.md, Timing. */
export interface ProtocolTicks {
  /** I, the heartbeat interval. */
  readonly interval: number;
  /** T, the heartbeat request timeout. */
  readonly requestTimeout: number;
  /** S, the silence timeout. */
  readonly silence: number;
  /** O, the open timeout. */
  readonly open: number;
  /** R, the delay before an open request that had no responders right after a reconnect is repeated. */
  readonly retry: number;
  /** Bp, the producer's cancellation buffer towards a plain consumer. */
  readonly producerBuffer: number;
  /** Bc, the consumer's cancellation buffer; clients raise it to at least I + T. */
  readonly consumerBuffer: number;
}

/** The smallest durations that satisfy every timing rule with a delay of one tick and one lost message. */
export const protocolTicks: ProtocolTicks = {
  interval: 4,
  requestTimeout: 3,
  silence: 11,
  open: 11,
  retry: 2,
  producerBuffer: 9,
  consumerBuffer: 7,
};

type Processes = Readonly<Record<string, StartActors>>;

/** A system of the protocol. The names of its processes depend on the options. */
export type ProtocolSystem = System<Processes>;

/** A state of a {@link ProtocolSystem}, as predicates see it. */
export type ProtocolView = SystemView<Processes>;
