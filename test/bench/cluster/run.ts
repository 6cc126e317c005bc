/**
 * Very many streams over a cluster of three nodes, from four producer processes of one queue group to four consumer
 * processes, all under load: a node is lost, then two producers. Tells after each what goes on, and what ended with
 * which reason. Exits with 1 where a record was lost, or a stream ended that should not have, or one goes on that
 * nobody serves.
 *
 * @example npm run bench:cluster -- --streams 10000 --every 4000
 */
import { parseArgs } from 'node:util';
import { startNatsCluster } from '../../support/nats-cluster.js';
import { startPeer, type PeerProcess } from '../peer-process.js';
import { runPeer, type Account, type PeerOptions } from './peer.js';

const { values } = parseArgs({
  options: {
    /** All of them together. */
    streams: { type: 'string', default: '10000' },
    /** How often each has a record. Milliseconds. */
    every: { type: 'string', default: '4000' },
    /** How long it is watched after each loss. Seconds. */
    watch: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    /** What a process of the bench does. */
    peer: { type: 'string' },
  },
});

const perRole = 4;
const everyMs = Number(values.every);

interface Peer extends PeerProcess {
  readonly name: string;
}

async function start(role: PeerOptions['role'], index: number, urls: readonly string[]): Promise<Peer> {
  const name = `${role}${index}`;
  const part: PeerOptions = { role, name, urls, streams: Math.round(Number(values.streams) / perRole), everyMs };
  return { name, ...(await startPeer(import.meta.url, part)) };
}

/** What all consumers know together. */
async function accountOf(consumers: readonly Peer[]): Promise<Account> {
  const accounts = await Promise.all(consumers.map((consumer) => consumer.ask<Account>('account')));
  const sum = (of: (account: Account) => number) => accounts.reduce((total, account) => total + of(account), 0);
  const sums = (of: (account: Account) => Readonly<Record<string, number>>) => {
    const total: Record<string, number> = {};
    for (const account of accounts)
      for (const [key, count] of Object.entries(of(account))) total[key] = (total[key] ?? 0) + count;
    return total;
  };
  return {
    opened: sum(({ opened }) => opened),
    live: sums(({ live }) => live),
    ends: sums(({ ends }) => ends),
    records: sum(({ records }) => records),
    misplaced: sum(({ misplaced }) => misplaced),
    quietMs: Math.max(...accounts.map(({ quietMs }) => quietMs)),
  };
}

const countOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const listOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([key, count]) => `${count} ${key}`)
    .join('; ') || 'none';

async function bench(): Promise<boolean> {
  const cluster = await startNatsCluster(3);
  const places = Array.from({ length: perRole }, (_, index) => index);
  const producers = await Promise.all(places.map((index) => start('producer', index, cluster.urlsFrom(index % 3))));
  const consumers = await Promise.all(
    places.map((index) => start('consumer', index, cluster.urlsFrom((index + 1) % 3))),
  );
  const stages: { readonly stage: string; readonly account: Account }[] = [];
  const watch = async (stage: string): Promise<Account> => {
    await new Promise((resolve) => setTimeout(resolve, Number(values.watch) * 1000));
    const account = await accountOf(consumers);
    stages.push({ stage, account });
    if (!values.json) {
      const { live, ends, records, misplaced, quietMs } = account;
      console.log(`${stage}: ${records} records, ${misplaced} out of order, longest wait ${Math.round(quietMs)} ms`);
      console.log(`  live: ${listOf(live)}\n  over: ${listOf(ends)}`);
    }
    return account;
  };
  await watch('before');
  await cluster.nodes[0]?.kill();
  const withoutNode = await watch('a node lost');
  const dead = producers.slice(0, 2);
  for (const { child } of dead) child.kill('SIGKILL');
  const withoutProducers = await watch('two producers lost');
  for (const { child } of [...producers, ...consumers]) child.kill('SIGKILL');
  await cluster.stop();

  const served = dead.reduce((sum, { name }) => sum + (withoutNode.live[name] ?? 0), 0);
  const lost = dead.reduce((sum, { name }) => sum + (withoutProducers.live[name] ?? 0), 0);
  const others = countOf(withoutNode.live) - served;
  const findings: readonly (readonly [fact: string, holds: boolean])[] = [
    [`${withoutProducers.misplaced} records came out of order or after a gap`, withoutProducers.misplaced === 0],
    [`${countOf(withoutNode.ends)} streams ended for want of a node`, countOf(withoutNode.ends) === 0],
    [`${countOf(withoutProducers.ends)} of ${served} streams of the dead ended, ${lost} go on`, lost === 0],
    [`${countOf(withoutProducers.live)} of ${others} others go on`, countOf(withoutProducers.live) === others],
    [
      `the longest wait of those is ${Math.round(withoutProducers.quietMs)} ms of ${everyMs} ms between records`,
      withoutProducers.quietMs < 3 * everyMs,
    ],
  ];
  if (values.json) console.log(JSON.stringify({ node: process.version, stages, findings }, undefined, 2));
  else for (const [fact, holds] of findings) console.log(`${holds ? 'ok ' : 'NOT'}  ${fact}`);
  return findings.every(([, holds]) => holds);
}

if (values.peer !== undefined) await runPeer(JSON.parse(values.peer) as PeerOptions);
else process.exit((await bench()) ? 0 : 1);
