/**
 * Measures streams as such, not their records: what it costs to open and end one, to keep one, to have many of them,
 * for this package and for others that do the same work. Each figure comes from a process of its own, and the
 * contenders take turns, so that what else the machine does falls on all alike. Ratios are to raw NATS in the same round.
 *
 * @example npm run bench:streams -- --rounds 3 --measures opens,latency --contenders raw,ours --full --json
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../../support/bench.js';
import { startNatsServer } from '../../support/nats-server.js';
import type { MakeContender } from './contender.js';
import { measures, type Amounts, type Figures } from './measures.js';
import { makeOurs, makeOursLoop } from './ours.js';
import { makeRaw } from './raw.js';
import { typescriptLoader } from '../../support/build.js';

const contenders: Readonly<Record<string, MakeContender>> = {
  raw: makeRaw,
  ours: makeOurs('callback'),
  'ours-loop': makeOursLoop,
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    measures: { type: 'string', default: Object.keys(measures).join(',') },
    contenders: { type: 'string', default: Object.keys(contenders).join(',') },
    opens: { type: 'string', default: '5000' },
    latencies: { type: 'string', default: '1000' },
    many: { type: 'string', default: '1000' },
    idle: { type: 'string', default: '5000' },
    growth: { type: 'string' },
    /** Growth to 100,000 streams, which takes its time; to 16,000 otherwise. */
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** What a process of the bench does: a measure and a contender. */
    only: { type: 'string' },
  },
});

const amounts: Amounts = {
  opens: Number(values.opens),
  latencies: Number(values.latencies),
  many: Number(values.many),
  idle: Number(values.idle),
  growth: Number(values.growth ?? (values.full ? 100_000 : 16_000)),
};

/** Measures one thing in this process, and tells the process that has started it. */
async function measureHere(only: string): Promise<void> {
  const [measure = '', name = ''] = only.split(':');
  const server = await startNatsServer();
  const contender = await contenders[name]?.(server.url);
  if (contender === undefined) throw new Error(`expected one of ${Object.keys(contenders).join(', ')}, came ${name}`);
  const figures = await measures[measure]?.(contender, amounts, server);
  process.send?.(figures);
  await server.kill();
  process.exit(0);
}

function measureInProcess(measure: string, name: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [...process.argv.slice(2), '--only', `${measure}:${name}`], {
      execArgv: ['--expose-gc', '--import', typescriptLoader],
    });
    let figures: Figures | undefined;
    child.once('message', (told) => (figures = told as Figures));
    child.once('exit', (code) => {
      if (figures === undefined) reject(new Error(`${measure} of ${name}: expected figures, came exit code ${code}`));
      else resolve(figures);
    });
  });
}

/** The medians of each contender over the rounds, and its ratios to the first one in the same round. */
interface Row {
  readonly measure: string;
  readonly figure: string;
  readonly contender: string;
  readonly value: number;
  readonly ratio: number;
}

async function measureAll(): Promise<void> {
  const names = values.contenders.split(',');
  const rows: Row[] = [];
  for (const measure of values.measures.split(',')) {
    const rounds: ReadonlyMap<string, Figures>[] = [];
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const figures = new Map<string, Figures>();
      const turn = round % 2 === 0 ? names : names.toReversed();
      for (const name of turn) figures.set(name, await measureInProcess(measure, name));
      rounds.push(figures);
    }
    for (const figure of new Set(rounds.flatMap((round) => [...round.values()].flatMap(Object.keys)))) {
      for (const contender of names) {
        const of = (name: string) => rounds.map((round) => round.get(name)?.[figure] ?? Number.NaN);
        const own = of(contender);
        const base = of(names[0] ?? '');
        const row = {
          measure,
          figure,
          contender,
          value: median(own),
          ratio: median(own.map((value, round) => value / (base[round] ?? Number.NaN))),
        };
        if (Number.isNaN(row.value)) continue;
        rows.push(row);
        if (!values.json) console.log(lineOf(row));
      }
    }
  }
  if (values.json) console.log(JSON.stringify({ node: process.version, amounts, rows }, undefined, 2));
}

function lineOf({ measure, figure, contender, value, ratio }: Row): string {
  const digits = value >= 100 ? 0 : 2;
  const times = Number.isFinite(ratio) ? `× ${ratio.toFixed(2)}` : '';
  return `${measure.padEnd(8)} ${figure.padEnd(40)} ${contender.padEnd(10)} ${value.toFixed(digits).padStart(10)}  ${times}`;
}

if (values.only === undefined) await measureAll();
else await measureHere(values.only);
