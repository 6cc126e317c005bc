import type { AnyActorRef, InspectionEvent, StateValue } from 'xstate';
import { ConsumerClient } from '../../consumer-client.js';
import type { ConsumerStream } from '../../consumer-stream.js';
import { createMemoryBroker, type Delivery, type MemoryConnection } from '../../memory-broker/index.js';
import { ProducerClient } from '../../producer-client.js';
import type { StreamRequest } from '../../stream-request.js';
import { decodeStreamFrame } from '../../wire/index.js';
import type { ProcessState } from '../explorer/process-state.js';
import type { ReplayReport } from '../explorer/replay.js';
import type { Step, Trace } from '../explorer/trace.js';
import { settleMicrotasks } from '../settle.js';
import type { ProtocolMessage } from './adapter.js';
import { createHandClock, type HandClock } from './hand-clock.js';
import { producerProcess, streamsOf } from './model-stream.js';
import { protocolTicks, type ProtocolSystemOptions } from './system.js';

/** How long a tick is. The clients check their durations against each other, which ticks may break: any unit will do. */
const tickMs = 1_000;

/** What waits on one link, oldest first: the model's messages as the bytes that the clients sent. */
interface Link {
  readonly deliveries: (() => void)[];
  readonly kinds: string[];
}

/** One client of the trace, and all its actors by id. */
interface Peer {
  readonly connection: MemoryConnection;
  readonly clock: HandClock;
  readonly actors: Map<string, AnyActorRef>;
  isAlive: boolean;
}

/** What the source of a stream is told to do by the trace. */
interface SourceControl {
  next: (command: 'produce' | 'finish') => void;
}

/**
 * Drives the real clients, with their wire, their queues and their broker, along a trace of the shipped protocol, and
 * compares the state of every actor with the model's after each step: what the explorer proves of the machines then
 * holds of what applications run.
 *
 * @param options those with which the trace's system was made. One stream for each consumer, messages in the order of
 *   the connection, and no cuts or stalls: the clients keep for a lost connection what the model loses.
 * @throws Error for options that cannot be replayed.
 */
export async function replayOnClients(trace: Trace, options: ProtocolSystemOptions = {}): Promise<ReplayReport> {
  const { order = 'connection', streams = 1, exact = true, missedHeartbeatsMax = 2, faults = {} } = options;
  if (streams !== 1 || order !== 'connection' || faults.cut !== undefined || faults.late !== undefined) {
    throw new Error('expected one stream a consumer, the order of the connection, and neither cuts nor stalls');
  }
  const ticks = { ...protocolTicks, ...options.ticks };
  const durations = {
    heartbeatIntervalMs: ticks.interval * tickMs,
    heartbeatRequestTimeoutMs: ticks.requestTimeout * tickMs,
    silenceTimeoutMs: ticks.silence * tickMs,
    openTimeoutMs: ticks.open * tickMs,
    missedHeartbeatsMax,
  };

  const links = new Map<string, Link>();
  const linkOf = (from: string, to: string): Link => {
    const key = `${from}->${to}`;
    const link = links.get(key) ?? { deliveries: [], kinds: [] };
    links.set(key, link);
    return link;
  };
  const peers = new Map<string, Peer>();
  const broker = createMemoryBroker({
    route: (delivery, deliver) => {
      const { from, to } = delivery;
      // The model knows no server that says that nobody subscribes.
      if (from === to || peers.get(from.name)?.isAlive !== true || peers.get(to.name)?.isAlive !== true) return;
      const link = linkOf(from.name, to.name);
      link.deliveries.push(deliver);
      link.kinds.push(kindOf(delivery));
    },
  });
  const makePeer = (name: string): Peer & { readonly inspect: (event: InspectionEvent) => void } => {
    const actors = new Map<string, AnyActorRef>();
    const peer = {
      connection: broker.connect({ name }),
      clock: createHandClock(),
      actors,
      isAlive: true,
      inspect: (event: InspectionEvent) => {
        if (event.type === '@xstate.actor')
          actors.set((event.actorRef as AnyActorRef).id, event.actorRef as AnyActorRef);
      },
    };
    peers.set(name, peer);
    return peer;
  };

  const producerPeer = makePeer(producerProcess);
  const producer = new ProducerClient({
    ...durations,
    connection: producerPeer.connection,
    clock: producerPeer.clock,
    inspect: producerPeer.inspect,
    cancellationBufferMs: ticks.producerBuffer * tickMs,
  });
  const sources = new Map<string, SourceControl>();
  producer.handle('subject', (request) => controlledSource(request, sources));

  const consumers = new Map<string, ConsumerClient>();
  for (const { consumer } of streamsOf(options)) {
    const peer = makePeer(consumer);
    consumers.set(
      consumer,
      new ConsumerClient({
        ...durations,
        connection: peer.connection,
        clock: peer.clock,
        inspect: peer.inspect,
        cancellationBufferMs: ticks.consumerBuffer * tickMs,
        offerExtension: exact,
        // The model is that of the plain protocol.
        offerDelivery: false,
      }),
    );
  }
  await settleMicrotasks();

  const opened = new Map<string, ConsumerStream>();
  const streamOf = new Map(streamsOf(options).map((stream) => [stream.id, stream]));

  /** The id of a real actor by that of the model's. */
  const realId = (process: string, actor: string): string => {
    if (process !== producerProcess) return opened.get(actor)?.id ?? actor;
    const [consumer = '', stream] = actor.split('.');
    const consumerId = consumers.get(consumer)?.id;
    if (consumerId === undefined) return actor;
    return stream === undefined ? consumerId : consumerId + (opened.get(stream)?.id ?? '');
  };

  const stimulate = (name: string): void => {
    const [verb, id = ''] = name.split(' ');
    const stream = streamOf.get(id);
    if (stream === undefined) throw new Error(`the stimulus '${name}' is none of the protocol's`);
    if (verb === 'open') {
      const consumer = consumers.get(stream.consumer);
      if (consumer !== undefined)
        opened.set(id, consumer.openStream('subject', undefined, { onRecord: () => undefined }));
    } else if (verb === 'leave') {
      opened.get(id)?.cancel();
    } else {
      sources.get(realId(producerProcess, stream.inbox))?.next(verb === 'produce' ? 'produce' : 'finish');
    }
  };

  const fireTimer = ({ process = '', actor = '', name = '' }: Step): void => {
    const clock = peers.get(process)?.clock;
    if (process !== producerProcess) {
      // One stream has one timer; where signs of life have put it off, it takes another turn to notice.
      const before = JSON.stringify(valueOf(process, actor));
      while (clock?.fire() === true && JSON.stringify(valueOf(process, actor)) === before);
      return;
    }
    const delay = /^xstate\.after\.(\w+)\./.exec(name)?.[1] ?? '';
    const byName: Readonly<Record<string, number>> = {
      heartbeatInterval: ticks.interval,
      heartbeatRequestTimeout: ticks.requestTimeout,
      cancellationBuffer: Math.max(ticks.producerBuffer, 2 * ticks.interval + ticks.requestTimeout),
    };
    clock?.fire((byName[delay] ?? 0) * tickMs);
  };

  const valueOf = (process: string, actor: string): StateValue | undefined => {
    const ref = peers.get(process)?.actors.get(realId(process, actor));
    const snapshot = ref?.getSnapshot() as { readonly status: string; readonly value: StateValue } | undefined;
    return snapshot?.status === 'active' ? snapshot.value : undefined;
  };

  const differences: string[] = [];
  let comparisons = 0;
  const compare = (index: number, process: ProcessState): void => {
    if (peers.get(process.process)?.isAlive !== true) return;
    comparisons += 1;
    const model = new Map(process.actors.map((actor) => [actor.id, actor.value]));
    const known = process.process === producerProcess ? producerActors() : ['client', ...opened.keys()];
    for (const id of new Set([...model.keys(), ...known])) {
      if (id.startsWith('reader ') || id.startsWith('source ')) continue;
      const [expected, came] = [model.get(id), valueOf(process.process, id)].map((value) => canonical(value));
      if (expected !== came)
        differences.push(`step ${index}: ${process.process}/${id}: the model is in ${expected}, the client in ${came}`);
    }
  };
  const producerActors = (): readonly string[] => [
    'client',
    ...[...streamOf.values()].filter(({ id }) => opened.has(id)).flatMap(({ consumer, inbox }) => [consumer, inbox]),
  ];

  /** Takes the oldest message of the step's link. */
  const takeMessage = (
    index: number,
    { from = '', process = '', message }: Step,
    keep: boolean,
  ): (() => void) | undefined => {
    const link = linkOf(from, process);
    const expected = (message as ProtocolMessage | undefined)?.type;
    const [kind, deliver] = keep ? [link.kinds[0], link.deliveries[0]] : [link.kinds.shift(), link.deliveries.shift()];
    if (kind !== expected) {
      differences.push(
        `step ${index}: ${from} -> ${process}: the model sends ${expected ?? 'nothing'}, the client ${kind ?? 'nothing'}`,
      );
    }
    return deliver;
  };

  let model = new Map(trace.initial.map((process) => [process.process, process]));
  for (const [index, step] of trace.steps.entries()) {
    switch (step.kind) {
      case 'tick':
        for (const { clock } of peers.values()) clock.pass(tickMs);
        break;
      case 'timer':
        fireTimer(step);
        break;
      case 'stimulus':
        stimulate(step.name ?? '');
        break;
      case 'deliver':
        takeMessage(index, step, false)?.();
        break;
      case 'drop':
        takeMessage(index, step, false);
        break;
      case 'duplicate': {
        const copy = takeMessage(index, step, true);
        const link = linkOf(step.from ?? '', step.process ?? '');
        if (copy !== undefined) {
          link.deliveries.push(copy);
          link.kinds.push(link.kinds[0] ?? '');
        }
        break;
      }
      case 'crash': {
        const peer = peers.get(step.process ?? '');
        if (peer !== undefined) peer.isAlive = false;
        for (const [key, link] of links) {
          // What it sent before is still on its way.
          if (key.split('->')[1] !== step.process) continue;
          link.deliveries.length = 0;
          link.kinds.length = 0;
        }
        break;
      }
      default:
        throw new Error(`expected a step that can be replayed on clients, came ${step.kind}`);
    }
    await settleMicrotasks();
    model = new Map([...model, ...step.changed.map((process) => [process.process, process] as const)]);
    for (const process of model.values()) compare(index, process);
    if (differences.length > 0) break;
  }

  await Promise.all([producer.close(), ...Array.from(consumers.values(), (consumer) => consumer.close())]);
  for (const { connection } of peers.values()) await connection.close();
  return { steps: trace.steps.length, comparisons, differences };
}

/** Which message of the model a delivery is, by its subject and frame. */
function kindOf({ message }: Delivery): ProtocolMessage['type'] {
  if (message.subject === 'subject') return 'request';
  if (message.subject.startsWith('_HEARTBEAT.')) return 'ask';
  if (message.subject.startsWith('_INBOX.')) return 'answer';
  return decodeStreamFrame(message.data).type === 'close' ? 'close' : 'data';
}

/** A source that yields and ends when the trace says so. */
async function* controlledSource(
  { consumerId, streamId, signal }: StreamRequest,
  sources: Map<string, SourceControl>,
): AsyncGenerator<Uint8Array> {
  const commands: ('produce' | 'finish')[] = [];
  let wake: () => void = () => undefined;
  sources.set(consumerId + streamId, {
    next: (command) => {
      commands.push(command);
      wake();
    },
  });
  for (;;) {
    const command = commands.shift();
    if (command === 'finish' || signal.aborted) return;
    if (command === 'produce') {
      yield new Uint8Array([1]);
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    }
  }
}

/** A state value with its keys in order, so that equal values are equal texts. */
function canonical(value: StateValue | undefined): string {
  if (value === undefined) return 'no state';
  if (typeof value === 'string') return value;
  const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([key, inner]) => `${key}: ${canonical(inner)}`).join(', ')}}`;
}
