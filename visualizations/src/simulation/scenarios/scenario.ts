import type { TestBrokerFaults } from '../../../../src/testing/doubles/test-broker.js';
import type { Timing } from '../peer.js';
import type { Implementation, PeerOrder, Plan, TimedDeed } from '../script.js';

/** Which implementation plays each role. */
export interface Cast {
  readonly consumer: Implementation;
  readonly producer: Implementation;
}

/** A story that the simulation plays. */
export interface Scenario {
  /** What the address of the page calls it. */
  readonly id: string;
  readonly group: 'tour' | 'defects of the reference' | 'traps of the protocol' | 'limits with plain peers';
  readonly title: string;
  /** What there is to be seen, in a sentence or two. */
  readonly summary: string;
  /** Who plays it unless somebody else is asked for. */
  readonly cast: Cast;
  /** How long the story takes, in milliseconds. */
  readonly lengthMs: number;
  readonly consumers?: readonly string[];
  readonly timing?: Partial<Timing>;
  readonly network?: TestBrokerFaults;
  /** What is done. What is said depends on who plays. */
  readonly script: (cast: Cast) => readonly TimedDeed[];
}

export const allGo: Cast = { consumer: 'go', producer: 'go' };
export const allOurs: Cast = { consumer: 'ours', producer: 'ours' };

export function say(at: number, text: string): TimedDeed {
  return { at, do: 'say', text };
}

/** The run of a scenario: the same scenario, seed and cast give the same records. */
export function planOf(scenario: Scenario, seed: number, cast: Cast = scenario.cast): Plan {
  const { title, consumers = ['consumer'], timing, network } = scenario;
  const peers: readonly PeerOrder[] = [
    ...consumers.map((name) => ({ name, role: 'consumer', implementation: cast.consumer }) as const),
    { name: 'producer', role: 'producer', implementation: cast.producer },
  ];
  const script = [...scenario.script(cast)].sort((a, b) => a.at - b.at);
  return {
    label: `${title} (consumer: ${nameOf(cast.consumer)}, producer: ${nameOf(cast.producer)})`,
    seed,
    peers,
    script,
    ...(timing === undefined ? {} : { timing }),
    ...(network === undefined ? {} : { network }),
  };
}

function nameOf(implementation: Implementation): string {
  return implementation === 'go' ? 'Go' : 'ours';
}
