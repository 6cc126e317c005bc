import type { AnyStateMachine } from 'xstate';
import { explorabilityBreaches, type Breach } from '../../explorability/assert-explorable.js';

/**
 * What the rules of explorable machines say of an action that could not be performed, as lines for the end of an error:
 * why it cannot, where it stands, and what to write instead. Empty where they have nothing to say of it.
 */
export function remediesFor(machine: AnyStateMachine, action: string): string {
  const isDeclared = machine.implementations.actions[action] !== undefined;
  const creator = action.startsWith('xstate.') ? action.slice('xstate.'.length) : undefined;
  const concerns = ({ problem }: Breach): boolean => {
    if (creator !== undefined) return problem.startsWith(creator) || problem === `enqueueActions with ${creator}`;
    if (problem.startsWith(`the action ${action} `)) return true;
    return !isDeclared && problem.startsWith('an inline function, an effect');
  };
  return explorabilityBreaches(machine)
    .filter(concerns)
    .map(({ place, problem, remedy }) => `\n  ${place}: ${problem}; ${remedy}`)
    .join('');
}
