import type { mutants } from '../../../src/testing/index.js';

/** A machine of XState 5. The package of that name that is found from this folder is version 4, the bridge's. */
export type AnyStateMachine = Parameters<typeof mutants>[0];

/** The configuration of a state, as far as mistakes are made in it. */
export interface MutableState {
  on: Record<string, unknown>;
  exit?: readonly unknown[];
  states: Record<string, MutableState>;
}

/** A machine with a mistake in it: a copy whose configuration was changed. */
export function changedMachine(machine: AnyStateMachine, change: (root: MutableState) => void): AnyStateMachine {
  const config = copyOf(machine.config) as MutableState;
  change(config);
  const Machine = machine.constructor as new (config: unknown, implementations: unknown) => AnyStateMachine;
  return new Machine(config, machine.implementations);
}

/** Functions stay what they are: structuredClone would refuse them. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}

/** The state at this path. @throws Error where there is none, since the machine has changed. */
export function stateAt(root: MutableState, ...path: readonly string[]): MutableState {
  return path.reduce((state, key) => {
    const inner = state.states[key];
    if (inner === undefined) throw new Error(`expected a state ${path.join('.')}, came none`);
    return inner;
  }, root);
}
