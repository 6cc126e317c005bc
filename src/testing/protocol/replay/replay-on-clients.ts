import type { StateValue } from 'xstate';
import { ConsumerClient } from '../../../consumer/consumer-client.js';
import type { ConsumerStream } from '../../../consumer/consumer-stream.js';
import { ProducerClient } from '../../../producer/producer-client.js';
import type { ActorState, ProcessState } from '../../explorer/processes/process-state.js';
import type { ReplayReport } from '../../explorer/traces/replay.js';
import type { Step, Trace } from '../../explorer/traces/trace.js';
import { settleMicrotasks } from '../../doubles/settle.js';
import { streamOf as streamOfId } from '../../../../machines/index.js';
import { addressOf, inboxOf } from '../adapter.js';
import { producerProcess, streamsOf } from '../model-stream.js';
import type { ReaderContext } from '../reader.js';
import { protocolTicks } from '../protocol-options.js';
import type { ProtocolModelOptions } from '../system.js';
import { refuseWhatCannotBeReplayed } from './replayable.js';
import { createReplayedNetwork } from './replayed-network.js';
import { createReplayedPeer, type ReplayedPeer } from './replayed-peer.js';
import { replayedSource, type ReplayedSource } from './replayed-source.js';

/** How long a tick is. The clients check their durations against each other, which ticks may break: any unit will do. */
const tickMs = 1_000;

/**
 * Conformance check: drives the real clients, with their wire format, queues and an in-memory broker, along a trace of
 * the shipped protocol. After each step it compares the messages that they sent, and the state of every actor, reader
 * and source, with the model, so that what is proved of the model holds of what applications run.
 *
 * Every fault can be replayed except the restart of a process. A cut is replayed as a lost connection, together with
 * whatever the client has buffered for the reconnect, as in the model. Cancellation buffers have the length that they
 * have in the trace, even where the clients would raise them.
 *
 * @param options The options with which the trace's system was created.
 * @throws {Error} If the trace or the options cannot be replayed; the message says why.
 */
export async function replayOnClients(trace: Trace, options: ProtocolModelOptions = {}): Promise<ReplayReport> {
  refuseWhatCannotBeReplayed(trace, options);
  const { exact = true, missedHeartbeatsMax = 2 } = options;
  const ticks = { ...protocolTicks, ...options.ticks };
  const shared = {
    heartbeatIntervalMs: ticks.interval * tickMs,
    heartbeatRequestTimeoutMs: ticks.requestTimeout * tickMs,
    silenceTimeoutMs: ticks.silence * tickMs,
    openTimeoutMs: ticks.open * tickMs,
    missedHeartbeatsMax,
  };

  const streamOf = new Map(streamsOf(options).map((stream) => [stream.id, stream]));
  const opened = new Map<string, ConsumerStream>();
  const ends = new Map<string, string>();
  const sources = new Map<string, ReplayedSource>();
  const peers = new Map<string, ReplayedPeer>();
  const cutLinks = new Set<string>();
  const network = createReplayedNetwork(
    (from, to) =>
      peers.get(from)?.isAlive === true && peers.get(to)?.isAlive === true && !cutLinks.has(`${from}->${to}`),
    (stream) => {
      const known = [...opened].find(([, { id }]) => id === streamOfId(stream))?.[0];
      return known === undefined ? stream : known + stream.slice(streamOfId(stream).length);
    },
  );
  /** @param buffer that of the trace, in ticks; the clients raise it to `bufferMin`. */
  const partsOf = (process: string, buffer: number, bufferMin: number) => {
    const bufferCutMs = Math.max(0, bufferMin - buffer) * tickMs;
    const peer = createReplayedPeer(network.broker.connect({ name: process }), bufferCutMs);
    peers.set(process, peer);
    const { connection, clock, inspect } = peer;
    return { connection, clock, inspect, cancellationBufferMs: buffer * tickMs };
  };

  const producer = new ProducerClient({
    ...shared,
    ...partsOf(producerProcess, ticks.producerBuffer, 2 * ticks.interval + ticks.requestTimeout),
    // Plain consumers are this package's own here, whose reports hold: no buffer of theirs is to be outlasted.
    peerCancellationBufferMs: tickMs,
  });
  producer.handle('subject', (request) =>
    replayedSource(request, (source) => sources.set(request.consumerId + request.streamId, source)),
  );

  /** Which stream is opened next: ids have the order of the model's, since the machines keep sets in that order. */
  let next = 0;
  const consumers = new Map(
    [...new Set(Array.from(streamOf.values(), ({ consumer }) => consumer))].map((consumer, number) => {
      next = number;
      const client = new ConsumerClient({
        ...shared,
        ...partsOf(consumer, ticks.consumerBuffer, ticks.interval + ticks.requestTimeout),
        offerExtension: exact,
        // The model is that of the plain protocol.
        offerDelivery: false,
        randomBytes: (length) => new Uint8Array(length).fill(next),
      });
      return [consumer, client] as const;
    }),
  );
  await settleMicrotasks();

  /** The id of a real actor by that of the model's. */
  const realId = (process: string, actor: string): string => {
    if (process !== producerProcess) return opened.get(actor)?.id ?? actor;
    const { consumer, stream } = addressOf(actor);
    const consumerId = consumers.get(actor.includes('.') ? consumer : actor)?.id;
    if (consumerId === undefined) return actor;
    if (!actor.includes('.')) return consumerId;
    const id = streamOfId(stream);
    return consumerId + (opened.get(id)?.id ?? '') + stream.slice(id.length);
  };

  const stimulate = (name: string): void => {
    const [verb = '', streamId = ''] = name.split(' ');
    const id = streamOfId(streamId);
    const stream = streamOf.get(id);
    if (stream === undefined) return;
    const inbox = realId(producerProcess, inboxOf(stream.consumer, streamId));
    switch (verb) {
      case 'open': {
        next = [...streamOf.keys()].indexOf(id);
        const real = consumers.get(stream.consumer)?.openStream('subject', undefined, { onRecord: () => undefined });
        if (real === undefined) return;
        opened.set(id, real);
        void real.closed.then(({ reason }) => ends.set(id, reason));
        return;
      }
      case 'leave':
        opened.get(id)?.cancel();
        return;
      case 'produce':
        void producer.newWriter(inbox).write(new Uint8Array([1]));
        return;
      case 'finish':
        sources.get(inbox)?.finish();
    }
  };

  const differences: string[] = [];
  let comparisons = 0;

  const take = ({ kind, process = '', name = '', from = '', message = null, actor = '' }: Step): void => {
    const peer = peers.get(process);
    switch (kind) {
      case 'tick':
        for (const { clock } of peers.values()) clock.pass(tickMs);
        return;
      case 'timer':
        if (peer?.fire(realId(process, actor), name) !== true)
          differences.push(`the timer ${name} of ${actor} is not due`);
        return;
      case 'stimulus':
        stimulate(name);
        return;
      case 'deliver': {
        const deliver = network.find(from, process, message);
        network.take(from, process, message);
        deliver?.();
        return;
      }
      case 'drop':
        network.take(from, process, message);
        return;
      case 'duplicate':
        network.repeat(from, process, message);
        return;
      case 'crash':
        if (peer !== undefined) peer.isAlive = false;
        // What it sent before is still on its way.
        network.lose((_, to) => to === process);
        return;
      case 'cut':
        if (peer === undefined) cutLinks.add(name);
        else peer.connection.disconnect();
        network.lose((sender, receiver) => `${sender}->${receiver}` === name || [sender, receiver].includes(process));
        return;
      case 'heal':
        cutLinks.delete(name);
        peer?.connection.reconnect();
        return;
      // A stalled event loop shows in the steps that follow: timers and messages that are due wait.
      case 'late':
      case 'restart':
    }
  };

  /** What a real client has in the place of an actor of the model, in words. */
  const realState = (process: string, id: string): string => {
    const [role = '', of = ''] = id.split(' ');
    if (role === 'reader') return `told ${ends.get(of) ?? 'nothing'}`;
    if (role === 'source') return sources.get(realId(producerProcess, of))?.state ?? 'no state';
    return valueText(peers.get(process)?.valueOf(realId(process, id)));
  };
  const modelState = (actor: ActorState | undefined): string =>
    actor?.machine === 'reader'
      ? `told ${(actor.context as unknown as ReaderContext).end ?? 'nothing'}`
      : valueText(actor?.value);

  const compare = ({ process, actors }: ProcessState): void => {
    if (peers.get(process)?.isAlive !== true) return;
    comparisons += 1;
    const model = new Map(actors.map((actor) => [actor.id, actor]));
    const streams = [...streamOf.values()].filter(({ id }) => opened.has(id));
    const known =
      process === producerProcess
        ? streams.flatMap(({ consumer, inbox }) => [consumer, inbox])
        : streams.filter(({ consumer }) => consumer === process).map(({ id }) => id);
    for (const id of new Set([...model.keys(), 'client', ...known])) {
      const [expected, came] = [modelState(model.get(id)), realState(process, id)];
      if (expected !== came) differences.push(`${process}/${id}: the model is in ${expected}, the client in ${came}`);
    }
  };

  let model = new Map(trace.initial.map((process) => [process.process, process]));
  const steps = trace.steps.filter(({ fault }) => fault === undefined);
  for (const [index, step] of steps.entries()) {
    take(step);
    await settleMicrotasks();
    differences.push(...network.pair(step.sent, step.kind === 'heal' ? step.process : undefined));
    model = new Map([...model, ...step.changed.map((process) => [process.process, process] as const)]);
    for (const process of model.values()) compare(process);
    if (differences.length === 0) continue;
    differences.splice(0, differences.length, ...differences.map((text) => `step ${index}: ${text}`));
    break;
  }

  for (const { connection } of peers.values()) connection.reconnect();
  await Promise.all([producer.close(), ...Array.from(consumers.values(), (consumer) => consumer.close())]);
  for (const { connection } of peers.values()) await connection.close();
  return { steps: steps.length, comparisons, differences };
}

/** A state value with its keys in order, so that equal values are equal texts. */
function valueText(value: StateValue | undefined): string {
  if (value === undefined) return 'no state';
  if (typeof value === 'string') return value;
  const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([key, inner]) => `${key}: ${valueText(inner)}`).join(', ')}}`;
}
