import { exploreAll, type Scenario, type ScenarioResult } from '../../src/testing/index.js';

function print({ name, states, edges, ms, memoryBytes, failure }: ScenarioResult): void {
  console.log(
    `${name}\n  ${states} states, ${edges} edges, ${(ms / 1000).toFixed(1)} s, ` +
      `${Math.round((states / ms) * 1000)} states/s, ${Math.round(memoryBytes / states)} B a state\n` +
      `  ${failure ?? 'complete, every property holds'}`,
  );
}

/** Explores scenarios side by side in worker threads, and prints what is found. An interrupt ends them with what they know. */
export async function exploreScenarios(scenarios: readonly Scenario[]): Promise<void> {
  const interrupt = new AbortController();
  process.once('SIGINT', () => {
    interrupt.abort();
  });

  const results = await exploreAll(scenarios, {
    signal: interrupt.signal,
    onResult: print,
    progressIntervalMs: 10_000,
    onProgress: (name, { phase, states, statesPerSecond, depth }) => {
      process.stderr.write(`${name}: ${phase}, ${states} states, ${Math.round(statesPerSecond)}/s, depth ${depth}\n`);
    },
    imports: [new URL('../support/typescript.mjs', import.meta.url)],
  });
  if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
}
