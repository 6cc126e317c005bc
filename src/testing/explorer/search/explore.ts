import { exploration } from './exploration.js';
import type { ExploreOptions } from './explore-options.js';
import type { ExploreResult } from './result.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';

/**
 * Explores every state that a system can reach, breadth first, and checks its properties.
 *
 * @throws Error for a description that is wrong, and for a predicate that throws. What the machines do wrong is a
 *   violation in the result.
 */
export function explore<Processes>(
  system: System<Processes>,
  options: ExploreOptions<SystemView<Processes>> = {},
): ExploreResult {
  const run = exploration(system as System, options as ExploreOptions<SystemView>);
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return value;
  }
}

/** How long an exploration works before it lets the event loop turn. */
const turnMs = 25;

/**
 * The same, letting the event loop turn now and then: for long explorations that show their progress or hear a signal.
 */
export async function exploreAsync<Processes>(
  system: System<Processes>,
  options: ExploreOptions<SystemView<Processes>> = {},
): Promise<ExploreResult> {
  const run = exploration(system as System, options as ExploreOptions<SystemView>);
  let turnedAt = performance.now();
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return value;
    if (performance.now() - turnedAt < turnMs) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    turnedAt = performance.now();
  }
}
