import { parentPort, workerData } from 'node:worker_threads';
import { exploreAsync } from '../search/explore.js';
import type { ExploreResult } from '../search/result.js';
import type { ScenarioNews, ScenarioOrder, ScenarioParts, ScenarioResult } from './scenario.js';

/** The entry of a worker thread: explores one scenario and posts what it finds. Who hears that ends the thread. */

const order = workerData as ScenarioOrder;

function tell(news: ScenarioNews): void {
  parentPort?.postMessage(news);
}

function failureOf(result: ExploreResult): string | undefined {
  try {
    result.assert();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function plainResult(result: ExploreResult): Omit<ScenarioResult, 'name'> {
  return {
    ...result,
    // What is left can be sent to another thread.
    ...{ assert: undefined, failure: failureOf(result) },
    violations: result.violations.map((violation) => ({
      ...(JSON.parse(JSON.stringify(violation)) as ReturnType<typeof violation.toJSON>),
      text: violation.toString(),
    })),
  };
}

async function makeParts(): Promise<ScenarioParts> {
  const module = (await import(order.module)) as Readonly<Record<string, unknown>>;
  const make = module[order.export];
  if (typeof make !== 'function') {
    const found = Object.keys(module).join(', ');
    throw new Error(`expected ${order.module} to export a function '${order.export}', but it exports: ${found}`);
  }
  const made: unknown = await (make as (...args: readonly unknown[]) => unknown)(...order.args);
  const parts = made as Partial<ScenarioParts> | undefined;
  if (parts?.system === undefined) throw new Error(`expected '${order.export}' to give { system, options? }`);
  return { ...parts, system: parts.system };
}

async function run(): Promise<void> {
  const abort = new AbortController();
  parentPort?.once('message', () => {
    abort.abort();
  });
  try {
    const { system, options = {} } = await makeParts();
    const result = await exploreAsync(system, {
      ...options,
      signal: abort.signal,
      ...(order.progressIntervalMs === undefined ? {} : { progressIntervalMs: order.progressIntervalMs }),
      ...(order.wantsProgress ? { onProgress: (progress) => tell({ kind: 'progress', progress }) } : {}),
    });
    tell({ kind: 'result', result: plainResult(result) });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: 'error', message, stack });
  }
}

await run();
