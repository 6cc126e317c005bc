import { StateMachine, type AnyStateMachine } from 'xstate';
import { behaviourKeyOf } from './behaviour-key.js';
import { placeOf } from '../machine-config/config-path.js';
import { mutationsOf } from './mutations.js';

/** A machine with one mistake in it. */
export interface Mutant {
  /** What was done to the machine: `drops the guard isLastMiss`. */
  readonly description: string;
  /** Where: the state, then the place in its config, `heartbeat.open.exchange.idle → always[0].guard`. */
  readonly place: string;
  readonly machine: AnyStateMachine;
}

/** A mutant may well circle for ever, which would hang whoever runs it: after so many microsteps it throws instead. */
const maxIterations = 1_000;

/**
 * The machines that differ from the given one in exactly one place: each transition dropped, each timer, each guard
 * dropped and flipped (the operands of `and`, `or` and `not` too), each action dropped and each property of an assign
 * that sets several, each `reenter` removed, or added on the way to the state itself or into it, and each two guarded
 * alternatives of an event swapped. To test with them is to ask whether the properties, or the tests, see the mistake.
 *
 * In document order, without those that behave like the machine itself or like a mutant before them as far as the config
 * shows it. The machine given is not touched. A mutant throws after 1,000 microsteps of one event, unless the machine
 * sets a limit of its own (`options.maxIterations`).
 *
 * Not mutated: implementations other than assigns, params, targets, delays (the explorer's `sweep` is for those) and
 * what an explorable machine does not have, such as `invoke`.
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
