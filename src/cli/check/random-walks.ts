import { setImmediate } from 'node:timers/promises';
import { simulate, type Violation } from '../../testing/index.js';
import type { CheckOptions } from './check-options.js';
import { judge, type Findings } from './findings.js';
import type { Subject } from './subject.js';

/** Seeds are kept short, so that they can be typed again. */
const seedsMax = 1_000_000;

/** Walks at random through the subject, until a walk meets a violation. */
export async function walkSubject(
  { system, properties }: Subject,
  options: CheckOptions & { readonly simulate: number },
  signal: AbortSignal,
): Promise<Findings> {
  const startedAt = performance.now();
  const seed = options.seed ?? Math.floor(Math.random() * seedsMax);
  const violations: Violation[] = [];
  const reached = new Set<string>();
  const times: Record<string, number> = {};
  const counts = { walks: 0, seed, steps: 0, ticks: 0 };
  const stopper = () => {
    if (violations.length > 0) return 'violation';
    if (signal.aborted) return 'signal';
    const isLate = performance.now() - startedAt > (options.seconds ?? Infinity) * 1000;
    return isLate && counts.walks < (options.walks ?? 1) ? 'seconds' : undefined;
  };
  while (counts.walks < (options.walks ?? 1) && stopper() === undefined) {
    const walk = simulate(system, { ...properties, seed: seed + counts.walks, steps: options.simulate });
    counts.walks += 1;
    counts.steps += walk.steps;
    counts.ticks += walk.ticks;
    violations.push(...walk.violations);
    for (const name of walk.reached) reached.add(name);
    for (const [name, ticks] of Object.entries(walk.longest)) times[name] = Math.max(times[name] ?? 0, ticks);
    // Lets an interrupt be heard.
    await setImmediate();
  }
  const stoppedBy = stopper();
  return {
    isComplete: false,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    properties: judge(properties, { isComplete: false, violations, reached, times }),
    violations,
    counts,
    ms: performance.now() - startedAt,
  };
}
