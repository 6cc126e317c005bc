import type { TestBrokerFaults } from '../../../src/testing/doubles/test-broker.js';
import type { MessageKind } from './network.js';
import type { Timing } from './peer.js';

/** Which implementation plays a role: this package, or the Go package as it is. */
export type Implementation = 'ours' | 'go';

/** Who takes part, from the start. */
export interface PeerOrder {
  readonly name: string;
  readonly role: 'consumer' | 'producer';
  readonly implementation: Implementation;
}

/** One thing that is done to the simulated world. */
export type Deed =
  | {
      readonly do: 'open';
      readonly consumer: string;
      readonly stream: string;
      readonly subject?: string;
      readonly everyMs?: number;
      readonly records?: number;
      readonly bytes?: number;
      /**
       * How long the reader takes for a record, in milliseconds.
       *
       * @default 0: it is always ready
       */
      readonly readEveryMs?: number;
    }
  | { readonly do: 'cancel' | 'finish'; readonly stream: string }
  | {
      readonly do: 'crash' | 'pause' | 'resume' | 'disconnect' | 'reconnect' | 'close';
      readonly peer: string;
    }
  | { readonly do: 'partition'; readonly peer: string; readonly from?: string }
  | { readonly do: 'heal' }
  | ({ readonly do: 'network' } & TestBrokerFaults)
  | {
      readonly do: 'drop' | 'duplicate' | 'delay';
      /** The kind of the next message, or messages, that it befalls. */
      readonly kind: MessageKind;
      readonly count?: number;
      readonly delayMs?: number;
    }
  /** Says something to who looks on. */
  | { readonly do: 'say'; readonly text: string };

/** Every deed there is. */
export const deedNames = [
  'open',
  'cancel',
  'finish',
  'crash',
  'pause',
  'resume',
  'disconnect',
  'reconnect',
  'close',
  'partition',
  'heal',
  'network',
  'drop',
  'duplicate',
  'delay',
  'say',
] as const satisfies readonly Deed['do'][];

/** A deed and its moment, in milliseconds since the start. */
export type TimedDeed = { readonly at: number } & Deed;

/** All that determines a run: the same plan gives the same records. */
export interface Plan {
  readonly label: string;
  readonly seed: number;
  readonly peers: readonly PeerOrder[];
  readonly timing?: Partial<Timing>;
  readonly network?: TestBrokerFaults;
  /** What is done, and when; in the order of time. Of one moment, in the order of the list. */
  readonly script: readonly TimedDeed[];
}

/** The plan with one more deed, after all others of its moment. */
export function withDeed(plan: Plan, deed: TimedDeed): Plan {
  const index = plan.script.findIndex(({ at }) => at > deed.at);
  const script = [...plan.script];
  script.splice(index === -1 ? script.length : index, 0, deed);
  return { ...plan, script };
}

/** The plan as it was known at a moment: what was to be done later is not done. For runs that diverge from there. */
export function upTo(plan: Plan, at: number): Plan {
  return { ...plan, script: plan.script.filter((deed) => deed.at <= at) };
}
