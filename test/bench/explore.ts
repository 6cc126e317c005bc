import { spawnSync } from 'node:child_process';
import type {
  ExploreOptions,
  ExploreResult,
  Faults,
  Properties,
  ProtocolSystemOptions,
  ViewOf,
} from '../../src/testing/index.js';
import { built } from '../support/bench.js';
import { compareWithSpin } from './spin/against-spin.js';
import { twoStreams } from './synthetic-streams.js';

const { explore, protocolProperties, protocolSystem } = (await built(
  'testing/index.js',
)) as typeof import('../../src/testing/index.js');

/**
 * Measures the explorer on systems of two streams with loss and crash: how many states and edges a second, and what a
 * state costs in memory. Prints one JSON object a line.
 *
 * `npm run bench:explore [-- --scenario synthetic|protocol-0|protocol-1] [--states 2000000] [--seconds 120] [--edges]
 * [--large] [--against spin]`
 *
 * The protocol is that of this package, with a delay of 0 or of up to 1 tick. With `--edges` the leads-to properties are
 * checked as well, for which every edge is kept. With `--large`, which takes minutes, the one scenario is a system of
 * more than 20 million states, with its leads-to property, of which 20 million are explored: what they cost in memory.
 * With `--against spin`, which has to be installed with gcc, other models are explored beside SPIN.
 */

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

const keepsEdges = process.argv.includes('--edges');

const common = {
  limit: {
    states: Number(argument('--states') ?? 20_000_000),
    seconds: Number(argument('--seconds') ?? (process.argv.includes('--large') ? 900 : 120)),
    partial: true,
  },
  onProgress({ states, statesPerSecond, frontier, depth, memoryBytes }) {
    process.stderr.write(
      `${states} states, ${Math.round(statesPerSecond)}/s, frontier ${frontier}, depth ${depth}, ` +
        `${Math.round(memoryBytes / 2 ** 20)} MiB\n`,
    );
  },
  progressIntervalMs: 2_000,
} satisfies ExploreOptions<never>;

function protocol(delay: number): ExploreResult {
  const options: ProtocolSystemOptions = { streams: 2, delay, faults: { drop: 1, crash: 1 } };
  const { leadsTo, ...others } = protocolProperties(options);
  return explore(protocolSystem(options), { ...others, ...(keepsEdges ? { leadsTo } : {}), ...common });
}

function synthetic(faults: Faults, hasLeadsTo: boolean): ExploreResult {
  const leadsTo: Properties<ViewOf<typeof twoStreams>>['leadsTo'] = {
    'opening ends': {
      from: ({ consumer }) => consumer.actors.A?.matches('opening') ?? false,
      to: ({ consumer }) => consumer.actors.A?.matches('opening') !== true,
    },
  };
  return explore(twoStreams, {
    faults,
    always: { 'the producer knows its streams': ({ producer }) => Object.keys(producer.actors).length <= 3 },
    ...(hasLeadsTo ? { leadsTo } : {}),
    ...common,
  });
}

const large: Readonly<Record<string, () => ExploreResult>> = {
  large: () => synthetic({ drop: 3, crash: 1, duplicate: 1 }, true),
};

const usual: Readonly<Record<string, () => ExploreResult>> = {
  synthetic: () => synthetic({ drop: 1, crash: 1 }, keepsEdges),
  'protocol-0': () => protocol(0),
  'protocol-1': () => protocol(1),
};

const scenarios = process.argv.includes('--large') ? large : usual;

const wanted = argument('--scenario');
if (wanted !== undefined && !(wanted in scenarios)) {
  throw new Error(`--scenario: expected one of ${Object.keys(scenarios).join(', ')}, but got ${wanted}`);
}

function measure(scenario: string, run: () => ExploreResult): void {
  const cpuBefore = process.cpuUsage();
  const { complete, states, edges, depth, ms, memoryBytes, worst, violations } = run();
  const line = {
    scenario,
    complete,
    states,
    edges,
    depth,
    ms: Math.round(ms),
    statesPerSecond: Math.round((states / ms) * 1000),
    edgesPerSecond: Math.round((edges / ms) * 1000),
    bytesPerState: Math.round(memoryBytes / states),
    cpuMs: Math.round(process.cpuUsage(cpuBefore).user / 1000),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    worst,
    violations: violations.map(({ reason }) => reason),
  };
  console.log(JSON.stringify(line));
}

const rival = argument('--against');
if (rival !== undefined && rival !== 'spin') throw new Error(`--against: expected spin, came ${rival}`);
if (rival === 'spin') compareWithSpin();

for (const [scenario, run] of Object.entries(rival === undefined ? scenarios : {})) {
  if (wanted === scenario) measure(scenario, run);
  if (wanted !== undefined) continue;
  // Each in a process of its own: what one leaves behind, in memory and in the compiler, slows the next one down.
  const args = [...process.execArgv, ...process.argv.slice(1), '--scenario', scenario];
  spawnSync(process.execPath, args, { stdio: 'inherit' });
}
