import type { Progress } from '../search/explore-options.js';
import { requireFields } from '../../known-fields.js';
import type { Scenario, ScenarioNews, ScenarioOrder, ScenarioResult } from './scenario.js';

/** Options of {@link exploreAll}. */
export interface ExploreAllOptions {
  /**
   * How many scenarios are explored in parallel, each in a worker thread of its own.
   *
   * @default the available parallelism, one per processor
   */
  readonly workers?: number;
  /**
   * Stops all explorations when aborted. Their results have `stoppedBy: 'signal'` and contain what was found so far.
   *
   * @default none
   */
  readonly signal?: AbortSignal;
  /**
   * Called about every `progressIntervalMs` milliseconds for each running scenario, with the scenario's name.
   *
   * @default none
   */
  readonly onProgress?: (name: string, progress: Progress) => void;
  /**
   * The time between calls of `onProgress` for a scenario, in milliseconds.
   *
   * @default 500
   */
  readonly progressIntervalMs?: number;
  /**
   * Called with each result as soon as it is available.
   *
   * @default none
   */
  readonly onResult?: (result: ScenarioResult) => void;
  /**
   * The URLs of modules that each worker imports first, as one that registers a TypeScript loader.
   *
   * @default []
   */
  readonly imports?: readonly (string | URL)[];
}

type Threads = typeof import('node:worker_threads');

/**
 * Imports a module of Node. Where nobody calls this, as in a browser, nothing of Node is imported, and what bundles for
 * browsers does not look for a module that it cannot see in the text.
 */
function nodeModule(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}

/** The worker's module is beside this one, with the same ending: both run as they are written, and as they are built. */
function workerModule(): string {
  const here = import.meta.url;
  return new URL(`./scenario-worker${here.endsWith('.ts') ? '.ts' : '.js'}`, here).href;
}

/** A module that imports these, one after another. */
function moduleImporting(urls: readonly string[]): URL {
  const lines = urls.map((url) => `await import(${JSON.stringify(url)});`);
  return new URL(`data:text/javascript,${encodeURIComponent(lines.join('\n'))}`);
}

function orderOf(scenario: Scenario, { onProgress, progressIntervalMs }: ExploreAllOptions): ScenarioOrder {
  return {
    module: String(scenario.module),
    export: scenario.export ?? 'default',
    args: scenario.args ?? [],
    wantsProgress: onProgress !== undefined,
    progressIntervalMs,
  };
}

/** What is known of a scenario whose turn did not come before the signal. */
function notBegun({ name }: Scenario): ScenarioResult {
  return {
    name,
    ok: true,
    complete: false,
    stoppedBy: 'signal',
    ...{ states: 0, edges: 0, atRest: 0, depth: 0, ms: 0, memoryBytes: 0 },
    worst: {},
    coverage: {},
    unused: [],
    violations: [],
    failure: 'the signal came before the exploration began',
  };
}

/** Explores one scenario in a thread of its own, which ends with it, or when `stop` is aborted. */
function exploreOne(
  { Worker }: Threads,
  scenario: Scenario,
  options: ExploreAllOptions,
  stop: AbortSignal,
): Promise<ScenarioResult> {
  const { name } = scenario;
  const { signal, onProgress, imports = [] } = options;
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      reject(new Error(`the scenario '${name}' failed: ${why}`, { cause }));
    };
    const source = moduleImporting([...imports.map(String), workerModule()]);
    const worker = new Worker(source, { name, workerData: orderOf(scenario, options) });
    const abort = () => worker.postMessage('abort');
    const terminate = () => void worker.terminate();
    signal?.addEventListener('abort', abort);
    stop.addEventListener('abort', terminate);
    worker.on('message', (news: ScenarioNews) => {
      if (news.kind === 'progress') {
        onProgress?.(name, news.progress);
        return;
      }
      if (news.kind === 'result') resolve({ name, ...news.result });
      else fail(news.message, news.stack);
      // Not every runtime lets a thread close its own port, on which it listens still.
      terminate();
    });
    worker.once('error', (error: Error) => {
      fail(error.message, error);
    });
    worker.once('exit', (code: number) => {
      signal?.removeEventListener('abort', abort);
      stop.removeEventListener('abort', terminate);
      // Where it has told a result or an error before, this changes nothing.
      fail(`its thread ended with exit code ${code} and no result`);
    });
  });
}

const optionFields = Object.keys({
  workers: true,
  signal: true,
  onProgress: true,
  progressIntervalMs: true,
  onResult: true,
  imports: true,
} satisfies Record<keyof ExploreAllOptions, true>);

const scenarioFields = Object.keys({ name: true, module: true, export: true, args: true } satisfies Record<
  keyof Scenario,
  true
>);

function checkScenarios(scenarios: readonly Scenario[], options: ExploreAllOptions): void {
  requireFields('', options, optionFields);
  const { workers = 1 } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new Error(`workers: expected a whole number, 1 or more, but got ${workers}`);
  }
  for (const scenario of scenarios) {
    const { name, module } = scenario;
    requireFields(`the scenario '${name}'`, scenario, scenarioFields);
    if (!URL.canParse(String(module))) {
      throw new Error(`the scenario '${name}': expected the URL of a module, but got '${String(module)}'`);
    }
  }
}

/**
 * Explores scenarios in parallel in worker threads. Not available in browsers.
 *
 * @returns The results, in the order of the scenarios.
 * @throws {TypeError} If an option is unknown.
 * @throws {Error} If an option is invalid or a scenario cannot be explored; the message names the scenario, and the
 *   others are terminated. Violations are not errors: see `failure` and `violations` of each result.
 */
export async function exploreAll(
  scenarios: readonly Scenario[],
  options: ExploreAllOptions = {},
): Promise<readonly ScenarioResult[]> {
  checkScenarios(scenarios, options);
  const threads = (await nodeModule('node:worker_threads')) as Threads;
  const { availableParallelism } = (await nodeModule('node:os')) as typeof import('node:os');
  const workers = Math.min(options.workers ?? availableParallelism(), scenarios.length);
  const results: ScenarioResult[] = [];
  const stop = new AbortController();
  let next = 0;

  async function work(): Promise<void> {
    while (!stop.signal.aborted) {
      const index = next;
      const scenario = scenarios[index];
      if (scenario === undefined) return;
      next += 1;
      const isLate = options.signal?.aborted === true;
      const result = isLate ? notBegun(scenario) : await exploreOne(threads, scenario, options, stop.signal);
      results[index] = result;
      options.onResult?.(result);
    }
  }

  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    stop.abort();
  }
  return results;
}
