/**
 * Opens and ends streams for as long as is asked, beside many that are kept, while each minute the connections of one
 * side are reset, and shows that what both processes hold stays the same: memory, handles, timers. Every stream that was
 * opened is accounted for by its end. Exits with 1 where that is not so.
 *
 * @example npm run soak -- --minutes 60 --rate 200 --kept 5000 --svg docs/performance/soak.svg
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { median } from '../../support/bench.js';
import { startNatsServer } from '../../support/nats-server.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { linePlot } from '../line-plot.js';
import { startPeer, type PeerProcess } from '../peer-process.js';
import { runPeer, type Ask, type PeerOptions, type Sample } from './peer.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    /** Streams opened and ended a second, and kept open throughout. */
    rate: { type: 'string', default: '200' },
    kept: { type: 'string', default: '5000' },
    /** How often the connections of one side are reset, and how often what is held is measured. Seconds. */
    drop: { type: 'string', default: '60' },
    sample: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    svg: { type: 'string' },
    /** What a process of the soak does. */
    peer: { type: 'string' },
  },
});

/** Held memory may differ by so much between the second and the last third: what is under way at the moment. */
const grownMax = 1.05;
const roles = ['producer', 'consumer'] as const;

interface Row {
  readonly seconds: number;
  readonly producer: Sample;
  readonly consumer: Sample;
}

const ask = (peer: PeerProcess, what: Ask): Promise<Sample> => peer.ask(what);

async function soak(): Promise<boolean> {
  const server = await startNatsServer();
  const proxies = { producer: await startTcpProxy(server.port), consumer: await startTcpProxy(server.port) };
  const start = (role: PeerOptions['role']): Promise<PeerProcess> => {
    const url = proxies[role].url;
    const part: PeerOptions = { role, url, rate: Number(values.rate), kept: Number(values.kept) };
    return startPeer(import.meta.url, part);
  };
  const peers = { producer: await start('producer'), consumer: await start('consumer') };
  const startedAt = performance.now();
  const secondsNow = () => (performance.now() - startedAt) / 1000;
  let drops = 0;
  const dropping = setInterval(
    () => {
      proxies[roles[drops % 2] ?? 'consumer'].cut();
      drops += 1;
    },
    Number(values.drop) * 1000,
  );
  const rows: Row[] = [];
  while (secondsNow() < Number(values.minutes) * 60) {
    await new Promise((resolve) => setTimeout(resolve, Number(values.sample) * 1000));
    const [producer, consumer] = await Promise.all([ask(peers.producer, 'sample'), ask(peers.consumer, 'sample')]);
    const row: Row = { seconds: secondsNow(), producer, consumer };
    rows.push(row);
    if (!values.json) console.log(lineOf(row));
  }
  clearInterval(dropping);
  // The consumer first, so that its streams end before their producer does.
  const consumer = await ask(peers.consumer, 'end');
  const producer = await ask(peers.producer, 'end');
  for (const role of roles) await proxies[role].close();
  await server.kill();
  return report(rows, { seconds: secondsNow(), producer, consumer }, drops);
}

const inMiB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function lineOf({ seconds, producer, consumer }: Row): string {
  return [
    `${Math.round(seconds)} s`.padStart(7),
    `opened ${consumer.opened}, open ${consumer.open}`,
    `producer ${inMiB(producer.heldBytes)} held, ${producer.handles} handles`,
    `consumer ${inMiB(consumer.heldBytes)} held, ${consumer.handles} handles`,
    Object.entries(consumer.ends)
      .map(([reason, count]) => `${count} ${reason}`)
      .join(', '),
  ].join(' · ');
}

/** What was found, as facts that hold or do not. */
function report(rows: readonly Row[], last: Row, drops: number): boolean {
  const third = Math.ceil(rows.length / 3);
  const grown = (of: (row: Row) => number) =>
    median(rows.slice(-third).map(of)) / median(rows.slice(third, 2 * third).map(of));
  const { opened, ends, open } = last.consumer;
  const ended = Object.values(ends).reduce((sum, count) => sum + count, 0);
  const findings: readonly (readonly [fact: string, holds: boolean])[] = [
    ...roles.flatMap((role) => {
      const held = grown((row) => row[role].heldBytes);
      const handles = grown((row) => row[role].handles);
      return [
        [`what the ${role} holds grew by a factor of ${held.toFixed(3)}`, held <= grownMax],
        [`its handles by ${handles.toFixed(3)}, and ${last[role].handles} are left`, last[role].handles <= 0],
      ] as const;
    }),
    [`${opened} streams were opened, ${ended} ended and ${open} are pending`, ended === opened && open === 0],
    [`${ends['incomplete'] ?? 0} that closed well lacked records`, ends['incomplete'] === undefined],
    [`the producer runs ${last.producer.open} sources`, last.producer.open === 0],
  ];
  if (values.svg !== undefined) writeFileSync(values.svg, plotOf(rows));
  if (values.json) {
    console.log(JSON.stringify({ node: process.version, drops, rows, last, findings }, undefined, 2));
  } else {
    console.log(lineOf(last));
    console.log(`connections were reset ${drops} times`);
    for (const [fact, holds] of findings) console.log(`${holds ? 'ok ' : 'NOT'}  ${fact}`);
  }
  return findings.every(([, holds]) => holds);
}

function plotOf(rows: readonly Row[]): string {
  const line = (name: string, of: (row: Row) => number) => ({
    name,
    points: rows.map((row) => [row.seconds / 60, of(row) / 2 ** 20] as const),
  });
  return linePlot({
    title: `${values.rate} streams a second beside ${values.kept}, a connection reset each ${values.drop} s`,
    x: 'minutes',
    y: 'MiB held after a collection',
    lines: [
      line('producer', ({ producer }) => producer.heldBytes),
      line('consumer', ({ consumer }) => consumer.heldBytes),
    ],
  });
}

if (values.peer !== undefined) await runPeer(JSON.parse(values.peer) as PeerOptions);
else process.exit((await soak()) ? 0 : 1);
