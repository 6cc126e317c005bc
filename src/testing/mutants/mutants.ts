import { StateMachine, type AnyStateMachine } from 'xstate';
import { behaviourKeyOf } from './behaviour-key.js';
import { placeOf } from '../machine-config/config-path.js';
import { mutationsOf } from './mutations.js';

/** A mutant of a machine: the machine with one fault injected. */
export interface Mutant {
  /** The mutation, as `drops the guard isLastMiss`. */
  readonly description: string;
  /** The state, and the path within its config: `heartbeat.open.exchange.idle → always[0].guard`. */
  readonly place: string;
  /** The mutated machine. */
  readonly machine: AnyStateMachine;
}

/** A mutant may well circle for ever, which would hang whoever runs it: after so many microsteps it throws instead. */
const maxIterations = 1_000;

/**
 * Generates the mutants of a machine, for mutation testing: do the properties, or the tests, detect the fault? The
 * mutation operators drop a transition, a timer, an action, or a property of an assign that sets several; drop or
 * negate a guard, including the operands of `and`, `or` and `not`; remove `reenter`, or add it to a transition that
 * targets its own state or a descendant; and swap two guarded alternatives of an event.
 *
 * Mutants come in document order, without those that the config shows to be equivalent to the machine or to an earlier
 * mutant. The machine itself is not modified. A mutant throws after 1,000 microsteps of one event, unless the machine
 * sets its own limit (`options.maxIterations`).
 *
 * Not mutated: implementations other than assigns, params, targets, delays (use `sweep` for those), and anything
 * that an explorable machine does not have, such as `invoke`.
 */
export function mutants(machine: AnyStateMachine): readonly Mutant[] {
  const seen = new Set([behaviourKeyOf(machine)]);
  return mutationsOf(machine).flatMap((mutation) => {
    const config = mutation.config(machine.config);
    const implementations = mutation.implementations(machine.implementations);
    const options = { maxIterations, ...config.options };
    const mutant = new StateMachine({ ...config, options }, implementations) as AnyStateMachine;
    if (implementations === machine.implementations) {
      const key = behaviourKeyOf(mutant);
      if (seen.has(key)) return [];
      seen.add(key);
    }
    return [{ description: mutation.description, place: placeOf(machine.id, mutation.path), machine: mutant }];
  });
}
