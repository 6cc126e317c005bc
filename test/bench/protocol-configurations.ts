import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { explore, protocolProperties, protocolSystem, type ProtocolSystemOptions } from '../../src/testing/index.js';

/**
 * The large configurations of the shipped protocol, with all their properties: minutes, not seconds, so they are no part
 * of the test suite. Run with `npm run explore:protocol`; each scenario has a process of its own, two at a time.
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

interface Row {
  readonly options: ProtocolSystemOptions;
  readonly outcome: string;
  readonly states: number;
  readonly edges: number;
  readonly seconds: number;
  readonly statesPerSecond: number;
  readonly bytesPerState: number;
}

function run(options: ProtocolSystemOptions): Row {
  const result = explore(protocolSystem(options), {
    ...protocolProperties(options),
    limit: { states: 20_000_000 },
  });
  const { ok, complete, states, edges, ms, memoryBytes, violations } = result;
  return {
    options,
    outcome: !ok ? String(violations[0]) : complete ? 'complete, every property holds' : 'INCOMPLETE',
    states,
    edges,
    seconds: ms / 1000,
    statesPerSecond: Math.round((states / ms) * 1000),
    bytesPerState: Math.round(memoryBytes / states),
  };
}

function inProcess(index: number): Promise<Row> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [String(index)], { execArgv: ['--import', 'tsx'] });
    child.once('message', (row) => {
      resolve(row as Row);
    });
    child.once('exit', (code) => {
      reject(new Error(`a scenario ended with ${String(code)} and no result`));
    });
  });
}

async function runAll(): Promise<boolean> {
  const waiting = configurations.map((_, index) => index);
  let allHold = true;
  const runNext = async (): Promise<void> => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const { options, outcome, states, edges, seconds, statesPerSecond, bytesPerState } = await inProcess(index);
      allHold &&= outcome.startsWith('complete');
      console.log(
        `${JSON.stringify(options)}\n  ${states} states, ${edges} edges, ${seconds.toFixed(1)} s, ` +
          `${statesPerSecond} states/s, ${bytesPerState} B a state\n  ${outcome}`,
      );
    }
  };
  await Promise.all([runNext(), runNext()]);
  return allHold;
}

const options = configurations[Number(process.argv[2])];
if (options === undefined) process.exitCode = (await runAll()) ? 0 : 1;
else process.send?.(run(options));
