import { exploreAll, type ProtocolSystemOptions, type Scenario, type ScenarioResult } from '../../src/testing/index.js';

/**
 * The large configurations of the shipped protocol, with all their properties: minutes, not seconds, so they are no part
 * of the test suite. Run with `npm run explore:protocol`; the scenarios run
 * side by side in worker threads. An interrupt ends them with what they know.
 */
const configurations: readonly ProtocolSystemOptions[] = [
  { streams: 2 },
  { streams: 2, faults: { drop: 1, crash: 1 } },
  { streams: 2, delay: 1, records: 0 },
  { streams: 2, records: 0, faults: { drop: 1, crash: 1, cut: 1 } },
  {
    streams: 2,
    records: 0,
    missedHeartbeatsMax: 3,
    ticks: { silence: 13, open: 13 },
    faults: { drop: 2, crash: 1, cut: 1 },
  },
  { streams: 2, delay: 1, records: 0, faults: { drop: 1, crash: 1 } },
  { consumers: 2, faults: { drop: 1, crash: 1 } },
  { streams: 3, records: 0 },
];

const scenarios = configurations.map((options): Scenario => ({
  name: JSON.stringify(options),
  module: new URL('./protocol-scenario.ts', import.meta.url),
  export: 'protocolScenario',
  args: [options],
}));

function print({ name, states, edges, ms, memoryBytes, failure }: ScenarioResult): void {
  console.log(
    `${name}\n  ${states} states, ${edges} edges, ${(ms / 1000).toFixed(1)} s, ` +
      `${Math.round((states / ms) * 1000)} states/s, ${Math.round(memoryBytes / states)} B a state\n` +
      `  ${failure ?? 'complete, every property holds'}`,
  );
}

const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort();
});

const results = await exploreAll(scenarios, {
  signal: interrupt.signal,
  onResult: print,
  progressIntervalMs: 10_000,
  onProgress: (name, { states, statesPerSecond, depth }) => {
    process.stderr.write(`${name}: ${states} states, ${Math.round(statesPerSecond)}/s, depth ${depth}\n`);
  },
  imports: [new URL('../support/typescript-in-worker.mjs', import.meta.url)],
});
if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
