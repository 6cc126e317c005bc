import type { System } from '../explorer/description/system.js';
import type { StartActors } from '../explorer/description/system-config.js';
import type { SystemView } from '../explorer/description/system-view.js';

/** The durations of the protocol in ticks, by the letters of PROTOCOL.md, Timing. */
export interface ProtocolTicks {
  /** I, the heartbeat interval. */
  readonly interval: number;
  /** T, the heartbeat request timeout. */
  readonly requestTimeout: number;
  /** S, the silence timeout. */
  readonly silence: number;
  /** O, the open timeout. */
  readonly open: number;
  /** R, after which a request that nobody took as the link came back is asked again. */
  readonly retry: number;
  /** Bp, the producer's cancellation buffer towards a plain consumer. */
  readonly producerBuffer: number;
  /** Bc, the consumer's cancellation buffer, which clients never let be shorter than I + T. */
  readonly consumerBuffer: number;
}

/** The smallest durations that keep every timing rule with a delay of one tick and one loss. */
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

/** A system of the protocol, with processes by name, whichever its options ask for. */
export type ProtocolSystem = System<Processes>;

/** What the predicates of such a system see. */
export type ProtocolView = SystemView<Processes>;
