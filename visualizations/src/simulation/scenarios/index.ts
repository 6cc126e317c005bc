import { defects } from './defects.js';
import { limits } from './limits.js';
import type { Scenario } from './scenario.js';
import { tour } from './tour.js';
import { traps } from './traps.js';

export { allGo, allOurs, planOf, type Cast, type Scenario } from './scenario.js';

/** Every story, in the order in which they are offered. The page opens on the first one. */
export const scenarios: readonly Scenario[] = [tour, ...defects, ...traps, ...limits];

/** The story of this id; undefined where there is none. */
export function scenarioOf(id: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.id === id);
}
