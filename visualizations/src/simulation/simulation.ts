import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { createRandom } from '../../../src/testing/doubles/random.js';
import { createTestClock } from '../../../src/testing/doubles/test-clock.js';
import { createGoConsumer } from './go/go-consumer.js';
import { createGoProducer } from './go/go-producer.js';
import { createNetwork, type Network } from './network.js';
import { createOurConsumer, createOurProducer } from './our-peers.js';
import { defaultTiming, type ConsumerPeer, type Peer, type ProducerPeer } from './peer.js';
import { createTraceLog, type TraceLog } from './trace-log.js';
import { withDeed, type Deed, type PeerOrder, type Plan, type TimedDeed } from './script.js';
import { defaultWorkload } from './workload.js';

/** The subjects that every simulated producer serves. */
const served = ['log.>'] as const;
const defaultSubject = 'log.web';

/** How a peer is, for who may do something to it. */
export interface PeerState {
  readonly name: string;
  readonly role: 'consumer' | 'producer';
  readonly state: 'running' | 'paused' | 'crashed';
}

/** A stream that the script has named, and the inbox by which the records know it. */
export interface NamedStream {
  readonly name: string;
  readonly inbox: string;
}

/** A run of clients on a simulated network and clock, all of it determined by its plan. */
export interface Simulation {
  /** What makes this run again, with all that was done to it by hand. */
  readonly plan: Plan;
  readonly peers: readonly PeerState[];
  /** The streams that were opened so far, by their names. */
  readonly streams: readonly NamedStream[];
  /** Milliseconds since the start. */
  readonly nowMs: number;
  /** Lets time go on to this moment. Only one call at a time. */
  runTo(ms: number): Promise<void>;
  /** Does something now, and gives back what makes it happen again: a deed with its moment. */
  act(deed: Deed): Promise<TimedDeed>;
  /** The records since the last call, oldest first. */
  take(): TraceEvent[];
}

interface World {
  readonly plan: Plan;
  readonly network: Network;
  readonly log: TraceLog;
  readonly peers: ReadonlyMap<string, Peer>;
  /** The consumer of each stream that was opened, by the name of the stream. */
  readonly consumerOf: Map<string, ConsumerPeer>;
}

export function createSimulation(given: Plan): Simulation {
  let plan = given;
  const clock = createTestClock();
  const origin = clock.now();
  const now = () => clock.now() - origin;
  const log = createTraceLog(plan.label, plan.seed, clock);
  const network = createNetwork(clock, plan.seed, { delayMs: 20, ...plan.network }, log);
  const random = createRandom(plan.seed + 1);
  const timing = { ...defaultTiming, ...plan.timing };
  const randomBytes = (length: number) => random.bytes(length);

  const join = ({ name, role, implementation }: PeerOrder): Peer => {
    const isGo = implementation === 'go';
    // Go's client sends what was published while the connection was lost, when it is back.
    const process = network.connect(name, isGo ? 'kept' : 'lost');
    if (role === 'consumer') return (isGo ? createGoConsumer : createOurConsumer)(process, randomBytes, timing, log);
    return (isGo ? createGoProducer : createOurProducer)(process, served, randomBytes, timing, log);
  };
  const peers = new Map(plan.peers.map((order) => [order.name, join(order)]));
  const world: World = { plan, network, log, peers, consumerOf: new Map() };
  let done = 0;

  const runTo = async (ms: number): Promise<void> => {
    for (let next = plan.script[done]; next !== undefined && next.at <= ms; next = plan.script[done]) {
      await clock.advance(Math.max(0, next.at - now()));
      done += 1;
      perform(next, world);
    }
    await clock.advance(Math.max(0, ms - now()));
  };

  return {
    get plan() {
      return plan;
    },
    get nowMs() {
      return now();
    },
    runTo,
    get peers() {
      return Array.from(peers.values(), ({ process: { name, state }, role }) => ({ name, role, state }));
    },
    get streams() {
      return Array.from(world.consumerOf, ([name, consumer]) => ({ name, inbox: consumer.inboxOf(name) ?? '' }));
    },
    act: async (deed) => {
      const timed = { at: now(), ...deed };
      plan = withDeed(plan, timed);
      // It comes after all that was done in this moment, so nothing else is due.
      await runTo(now());
      return timed;
    },
    take: () => log.take(),
  };
}

/** Does one thing to the world. What is asked of a stream or a peer that is not there does nothing. */
function perform(deed: Deed, { network, log, peers, consumerOf }: World): void {
  const fault = (text: string, system?: string) =>
    log.write({ type: 'mark', kind: 'fault', text, ...(system === undefined ? {} : { system }) });
  switch (deed.do) {
    case 'say':
      log.write({ type: 'mark', kind: 'note', text: deed.text });
      return;
    case 'open': {
      const consumer = peers.get(deed.consumer);
      if (consumer?.role !== 'consumer' || consumer.process.state === 'crashed') return;
      const { stream: name, subject = defaultSubject, readEveryMs = 0, records } = deed;
      const { everyMs = defaultWorkload.everyMs, bytes = defaultWorkload.bytes } = deed;
      const workload = { everyMs, bytes, ...(records === undefined ? {} : { records }) };
      consumerOf.set(name, consumer);
      consumer.open({ name, subject, workload, readEveryMs });
      return;
    }
    case 'cancel':
      consumerOf.get(deed.stream)?.cancel(deed.stream);
      return;
    case 'finish': {
      const inbox = consumerOf.get(deed.stream)?.inboxOf(deed.stream);
      const producers = [...peers.values()].filter((peer): peer is ProducerPeer => peer.role === 'producer');
      for (const producer of producers) if (inbox !== undefined) producer.finish(inbox);
      return;
    }
    case 'partition':
      fault(`${deed.peer} is cut off from ${deed.from ?? 'all others'}: nobody notices`, deed.peer);
      network.partition(deed.peer, deed.from);
      return;
    case 'heal':
      fault('the network is whole again');
      network.heal();
      return;
    case 'network': {
      // The broker refuses what is no fault of its own, as the name and the time of a deed of the story.
      const { do: _, at: __, ...faults } = deed as typeof deed & { readonly at?: number };
      network.setFaults(faults);
      return;
    }
    case 'drop':
    case 'duplicate':
    case 'delay':
      network.befallNext(deed.do, deed.kind, deed.count ?? 1, deed.delayMs ?? 0);
      return;
    default: {
      const peer = peers.get(deed.peer);
      if (peer === undefined || peer.process.state === 'crashed') return;
      befall(deed.do, peer, network, log, fault);
    }
  }
}

function befall(
  what: 'crash' | 'pause' | 'resume' | 'disconnect' | 'reconnect' | 'close',
  peer: Peer,
  network: Network,
  log: TraceLog,
  fault: (text: string, system: string) => void,
): void {
  const { process, role } = peer;
  const { name } = process;
  switch (what) {
    case 'crash':
      process.crash();
      log.write({ type: 'system', system: name, role, op: 'crash' });
      return;
    case 'pause':
      fault(`${name} stalls: neither its timers nor its messages are looked at`, name);
      process.pause();
      return;
    case 'resume':
      fault(`${name} goes on`, name);
      process.resume();
      return;
    case 'disconnect':
      fault(`the connection of ${name} breaks`, name);
      network.disconnect(name);
      return;
    case 'reconnect':
      fault(`the connection of ${name} is mended`, name);
      network.reconnect(name);
      return;
    case 'close':
      peer.close();
  }
}
