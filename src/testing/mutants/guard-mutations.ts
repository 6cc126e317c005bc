import { and, not, or } from 'xstate';
import { combinatorOf, operandsOf, type Combinator } from '../machine-config/built-ins.js';
import { guardNameOf } from './names.js';

/** Another guard in the place of one. */
export interface GuardMutation {
  readonly description: string;
  /** Undefined where the transition loses its guard. */
  readonly guard: unknown;
}

/** A guard dropped, a guard flipped, and the same for each operand of a combined guard. */
export function guardMutationsOf(guard: unknown): readonly GuardMutation[] {
  return [
    { description: `drops the guard ${guardNameOf(guard)}`, guard: undefined },
    { description: `flips the guard ${guardNameOf(guard)}`, guard: flipped(guard) },
    ...operandMutationsOf(guard),
  ];
}

function operandMutationsOf(guard: unknown): readonly GuardMutation[] {
  const combinator = combinatorOf(guard);
  if (combinator === undefined) return [];
  const operands = operandsOf(guard);
  return operands.flatMap((operand, index) =>
    guardMutationsOf(operand)
      // What is left of a combination of one without it is no combination.
      .filter((mutation) => mutation.guard !== undefined || operands.length > 1)
      .map(({ description, guard: mutated }) => ({
        description: `${description} in ${guardNameOf(guard)}`,
        guard: combined(
          combinator,
          mutated === undefined ? operands.toSpliced(index, 1) : operands.with(index, mutated),
        ),
      })),
  );
}

function flipped(guard: unknown): unknown {
  return combinatorOf(guard) === 'not' ? operandsOf(guard)[0] : not(guard as string);
}

function combined(combinator: Combinator, operands: readonly unknown[]): unknown {
  const guards = operands as string[];
  if (combinator === 'not') return not(guards[0] ?? '');
  return combinator === 'and' ? and(guards) : or(guards);
}
