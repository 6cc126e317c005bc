import type { ProtocolModelOptions } from '../../src/testing/index.js';
import { exploreScenarios } from './explore-scenarios.js';

/**
 * The large configurations of the shipped protocol, with all their properties: minutes, not seconds, so they are no part
 * of the test suite. Run with `npm run explore:protocol`; the scenarios run
 * side by side in worker threads. An interrupt ends them with what they know.
 */
const configurations: readonly ProtocolModelOptions[] = [
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
  { stranger: { messages: 2, knows: ['consumer'] } },
];

await exploreScenarios(
  configurations.map((options) => ({
    name: JSON.stringify(options),
    module: new URL('./protocol-scenario.ts', import.meta.url),
    export: 'protocolScenario',
    args: [options],
  })),
);
