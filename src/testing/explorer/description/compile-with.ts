import { compileSystem, type CompiledSystem } from './compile-system.js';
import type { ExploreOptions } from '../search/explore-options.js';
import type { System, SystemConfig } from './system.js';
import type { SystemView } from './system-view.js';

/** The system with the stimuli and faults of these options. */
export function compileWith(
  system: System,
  { stimuli, faults }: Pick<ExploreOptions<SystemView>, 'stimuli' | 'faults'>,
): CompiledSystem {
  return compileSystem({
    ...system.config,
    ...(stimuli === undefined ? {} : { stimuli: stimuli as NonNullable<SystemConfig['stimuli']> }),
    ...(faults === undefined ? {} : { faults }),
  });
}
