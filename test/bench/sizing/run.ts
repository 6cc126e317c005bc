/**
 * What idle streams cost at rest: memory, processor, messages and bytes of both sides, for a number of streams and for
 * ten times as many. Predicts the second from the first, says how far off that is, and goes on from there to as many as
 * are asked for. One process for all consumer clients, one for the producer, a real server.
 *
 * @example npm run bench:sizing -- --streams 10000 --consumers 100 --for 1000000
 */
import { parseArgs } from 'node:util';
import { startNatsServer } from '../../support/nats-server.js';
import { startPeer, type PeerProcess } from '../peer-process.js';
import { runPeer, type Ask, type PeerOptions, type Usage } from './peer.js';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '10000' },
    /** Consumer clients for each of these streams, so that the second measurement has ten times as many. */
    consumers: { type: 'string', default: '100' },
    for: { type: 'string', default: '1000000' },
    /** How long both rest before and while they are measured. Seconds. */
    rest: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    /** What a process of the bench does. */
    peer: { type: 'string' },
  },
});

/** What streams take, a second where it goes on. */
interface Cost {
  readonly streams: number;
  readonly consumers: number;
  readonly producerMiB: number;
  readonly consumerMiB: number;
  readonly producerCores: number;
  readonly consumerCores: number;
  /** What the server takes in, a second; it gives the same out again. */
  readonly messages: number;
  readonly mebibytes: number;
}

const scaling = [
  'producerMiB',
  'consumerMiB',
  'producerCores',
  'consumerCores',
  'messages',
  'mebibytes',
] as const satisfies readonly (keyof Cost)[];

const rest = () => new Promise((resolve) => setTimeout(resolve, Number(values.rest) * 1000));

async function measure(streams: number, consumers: number): Promise<Cost> {
  const server = await startNatsServer();
  const start = (role: PeerOptions['role']): Promise<PeerProcess> => {
    const part: PeerOptions = { role, url: server.url, streams, consumers };
    return startPeer(import.meta.url, part, ['--max-old-space-size=16384']);
  };
  const peers = [await start('producer'), await start('consumer')] as const;
  const askAll = <Answer>(ask: Ask): Promise<readonly Answer[]> =>
    Promise.all(peers.map((peer) => peer.ask<Answer>(ask)));
  // The first rounds confirm what was sent, which is no cost of rest.
  await rest();
  const held = await askAll<number>('held');
  const before = await askAll<Usage>('usage');
  const startedAt = performance.now();
  await rest();
  const after = await askAll<Usage>('usage');
  const seconds = (performance.now() - startedAt) / 1000;
  for (const { child } of peers) child.kill('SIGKILL');
  await server.kill();
  const grown = (of: (usage: Usage) => number, index: number): number => {
    const [from, to] = [before[index], after[index]];
    if (from === undefined || to === undefined) throw new Error('expected usages of two processes');
    return (of(to) - of(from)) / seconds;
  };
  const both = (of: (usage: Usage) => number): number => grown(of, 0) + grown(of, 1);
  const [producer, consumer] = after;
  if (producer?.live !== streams || consumer?.live !== streams) {
    const came = `${producer?.live ?? 0} at the producer and ${consumer?.live ?? 0} at the consumers`;
    throw new Error(`expected ${streams} streams to live, came ${came}: ${JSON.stringify(consumer?.ends)}`);
  }
  return {
    streams,
    consumers,
    producerMiB: (held[0] ?? 0) / 2 ** 20,
    consumerMiB: (held[1] ?? 0) / 2 ** 20,
    producerCores: grown(({ processorMicros }) => processorMicros, 0) / 1e6,
    consumerCores: grown(({ processorMicros }) => processorMicros, 1) / 1e6,
    messages: both(({ messagesOut }) => messagesOut),
    mebibytes: both(({ bytesOut }) => bytesOut) / 2 ** 20,
  };
}

/** All costs are of streams, or of pairs of a producer and a consumer, which grow alike here. */
function predict(cost: Cost, streams: number): Cost {
  const factor = streams / cost.streams;
  const scaled = Object.fromEntries(scaling.map((name) => [name, cost[name] * factor]));
  return { ...cost, ...scaled, streams, consumers: cost.consumers * factor };
}

async function bench(): Promise<void> {
  const [streams, consumers] = [Number(values.streams), Number(values.consumers)];
  const small = await measure(streams, consumers);
  const large = await measure(10 * streams, 10 * consumers);
  const rows: readonly (readonly [name: string, cost: Cost])[] = [
    ['measured', small],
    ['predicted', predict(small, large.streams)],
    ['measured', large],
    ['predicted', predict(large, Number(values.for))],
  ];
  if (values.json) {
    console.log(JSON.stringify({ node: process.version, rows }, undefined, 2));
    return;
  }
  console.log(
    '           streams consumers  producer MiB  consumer MiB  producer cores  consumer cores  messages/s   MiB/s',
  );
  for (const [name, cost] of rows) {
    const cells = [
      cost.streams.toFixed(0).padStart(8),
      cost.consumers.toFixed(0).padStart(9),
      cost.producerMiB.toFixed(0).padStart(13),
      cost.consumerMiB.toFixed(0).padStart(13),
      cost.producerCores.toFixed(3).padStart(15),
      cost.consumerCores.toFixed(3).padStart(15),
      cost.messages.toFixed(0).padStart(11),
      cost.mebibytes.toFixed(2).padStart(7),
    ];
    console.log(`${name.padEnd(10)} ${cells.join(' ')}`);
  }
}

if (values.peer !== undefined) await runPeer(JSON.parse(values.peer) as PeerOptions);
else await bench();
