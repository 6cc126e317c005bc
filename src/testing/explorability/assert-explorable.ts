import type { AnyStateMachine } from 'xstate';
import { placeOf } from '../machine-config/config-path.js';
import { actionFindings, declaredActionFindings } from './action-rules.js';
import { alwaysLoopFindings } from './always-loops.js';
import type { Breach, Finding } from './breach.js';
import { contextFindings } from './context-rules.js';
import { declaredGuardFindings, guardFindings } from './guard-rules.js';
import { declaredDelayFindings, stateFindings } from './state-rules.js';
import {
  stateActionsOf,
  statesOf,
  transitionActionsOf,
  transitionsOf,
  type StateSite,
} from '../machine-config/machine-sites.js';

export type { Breach } from './breach.js';

/** What a machine is tried with when it is judged. */
export interface ExplorabilityOptions {
  /** Inputs with which the machine's context factory is tried, besides none. */
  readonly inputs?: readonly unknown[];
}

/** Throws an error that lists every breach, one a line, if a machine breaks a rule of `explorabilityBreaches`. */
export function assertExplorable(machine: AnyStateMachine, options?: ExplorabilityOptions): void {
  const breaches = explorabilityBreaches(machine, options);
  if (breaches.length === 0) return;
  const lines = breaches.map(({ place, problem, remedy }) => `  ${place}: ${problem}; ${remedy}`);
  const count = breaches.length === 1 ? 'a breach' : `${breaches.length} breaches`;
  throw new Error([`expected ${machine.id} to be explorable, got ${count} of the coding rules:`, ...lines].join('\n'));
}

/**
 * Every breach of the coding rules that make a machine explorable, in document order: effects are declared actions with
 * params, so no inline or string actions, no `sendTo`, `spawn`, `emit` or `invoke`; guards and delays are declared by
 * name; timers are `after` and nothing else; context is plain data that can be made without an input; no history; and
 * nothing computed depends on clocks, chance or the world.
 *
 * Functions are judged by their text, so what they call in turn is not seen, and of contexts only the initial ones are
 * seen. The explorer finds the rest as it goes: contexts that are not plain later on, steps that throw or that end
 * differently when they are repeated.
 */
export function explorabilityBreaches(machine: AnyStateMachine, options: ExplorabilityOptions = {}): readonly Breach[] {
  const findings: readonly Finding[] = [
    ...contextFindings(machine, options.inputs ?? []),
    ...statesOf(machine).flatMap((state) => findingsIn(machine, state)),
    ...declaredActionFindings(machine),
    ...declaredGuardFindings(machine),
    ...declaredDelayFindings(machine),
  ];
  return findings.map(({ path, problem, remedy }) => ({ place: placeOf(machine.id, path), problem, remedy }));
}

function findingsIn(machine: AnyStateMachine, state: StateSite): readonly Finding[] {
  return [
    ...stateFindings(machine, state),
    ...alwaysLoopFindings(machine, state),
    ...stateActionsOf(state).flatMap((action) => actionFindings(machine, action)),
    ...transitionsOf(state).flatMap((transition) => [
      ...guardFindings(machine, [...transition.path, 'guard'], transition.config.guard),
      ...transitionActionsOf(transition).flatMap((action) => actionFindings(machine, action)),
    ]),
  ];
}
