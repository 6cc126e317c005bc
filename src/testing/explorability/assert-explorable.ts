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

/** Options of {@link assertExplorable} and {@link explorabilityBreaches}. */
export interface ExplorabilityOptions {
  /**
   * Inputs with which to call the machine's context factory, in addition to calling it without one.
   *
   * @default none
   */
  readonly inputs?: readonly unknown[];
}

/**
 * Asserts that a machine follows the coding rules of {@link explorabilityBreaches}.
 *
 * @throws {Error} If it does not; the message lists every breach, one per line.
 */
export function assertExplorable(machine: AnyStateMachine, options?: ExplorabilityOptions): void {
  const breaches = explorabilityBreaches(machine, options);
  if (breaches.length === 0) return;
  const lines = breaches.map(({ place, problem, remedy }) => `  ${place}: ${problem}; ${remedy}`);
  const count = breaches.length === 1 ? 'a breach' : `${breaches.length} breaches`;
  throw new Error([`expected ${machine.id} to be explorable, got ${count} of the coding rules:`, ...lines].join('\n'));
}

/**
 * Lints a machine: returns every breach, in document order, of the coding rules that make a machine explorable. Effects
 * are declared actions with params, hence no inline or string actions and no `sendTo`, `spawn`, `emit` or `invoke`;
 * guards and delays are declared by name; the only timers are `after`; the context is plain data and can be created
 * without an input; there are no history states; and nothing computed depends on clocks, randomness or other external
 * state.
 *
 * Functions are checked by their source text, so the functions they call are not checked, and only initial contexts are
 * checked. The explorer detects the rest during exploration: later contexts that are not plain data, and transitions
 * that throw or are not deterministic.
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
