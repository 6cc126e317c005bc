import type { LeadsToCheck } from '../liveness/leads-to.js';
import { itemAt } from '../structures/checked-reads.js';
import type { CompiledSystem } from '../description/compile-system.js';
import { exchangedPredicates } from '../symmetry/exchanged-predicates.js';
import { createPredicateTable, type NamedPredicate, type PredicateTable } from '../predicates/predicate-table.js';
import type { StepBuffer } from '../state-space/step-buffer.js';
import type { Properties } from '../description/properties.js';
import type { MayHappen, Successors } from '../state-space/successors.js';
import type { Symmetry } from '../symmetry/symmetry.js';
import type { SystemView } from '../description/system-view.js';

interface NamedCheck {
  readonly name: string;
  /** The number of its predicate in the table. */
  readonly predicate: number;
}

/** The properties and guards of one exploration, as numbers of one predicate table. */
export interface Checks {
  readonly table: PredicateTable;
  readonly always: readonly NamedCheck[];
  readonly reachable: readonly NamedCheck[];
  readonly leadsTo: readonly LeadsToCheck[];
  /** The predicate that tells where the system may rest; undefined where that is not judged. */
  readonly mayRest: number | undefined;
  /** By stimulus, the predicate that is its guard, -1 for none. */
  readonly guards: readonly number[];
  /** Whether the guard of a stimulus holds where the predicates say this. */
  readonly mayHappen: MayHappen;
  /** Adds the steps out of a state to a buffer. */
  readonly expand: (state: Int32Array, into: StepBuffer) => void;
}

/** Puts all predicates of an exploration into one table. */
export function createChecks(
  system: CompiledSystem,
  successors: Successors,
  { always = {}, reachable = {}, leadsTo = {}, mayRest }: Properties<SystemView>,
  symmetry?: Symmetry,
): Checks {
  const predicates: NamedPredicate[] = [];
  const add = (name: string, holds: NamedPredicate['holds']) => predicates.push({ name, holds }) - 1;
  const alwaysChecks = Object.entries(always).map(([name, holds]) => ({ name, predicate: add(name, holds) }));
  const reachableChecks = Object.entries(reachable).map(([name, holds]) => ({ name, predicate: add(name, holds) }));
  const leadsToChecks = Object.entries(leadsTo).map(([name, { from, to, within, mayBeUnused = false }]) => ({
    name,
    within,
    mayBeUnused,
    from: add(`${name}: from`, from),
    to: add(`${name}: to`, to),
  }));
  const rest = mayRest === undefined ? undefined : add('mayRest', mayRest);
  const guards = system.stimuli.map(({ name, when }) => (when === undefined ? -1 : add(`${name}: when`, when)));
  const plain = createPredicateTable(system, successors, predicates);
  const table = symmetry === undefined ? plain : exchangedPredicates(plain, symmetry, successors.width);
  /** By entry and stimulus; undefined where it was not asked for yet. */
  const allowed: (boolean | undefined)[] = [];

  /** @throws Error if the guards tell interchangeable ids apart. */
  function isAllowed(entry: number, stimulus: number): boolean {
    const guard = itemAt(guards, stimulus);
    if (guard === -1) return true;
    const answer = table.holds(entry, guard);
    for (let permutation = 1; permutation < (symmetry?.count ?? 1); permutation += 1) {
      const other = itemAt(guards, symmetry?.stimulus(permutation, stimulus) ?? stimulus);
      if (table.holds(entry, other, permutation) === answer) continue;
      throw new Error(`ids: the guard of the stimulus '${itemAt(system.stimuli, stimulus).name}' tells them apart`);
    }
    return answer;
  }

  function mayHappen(entry: number, stimulus: number): boolean {
    return (allowed[entry * guards.length + stimulus] ??= isAllowed(entry, stimulus));
  }

  return {
    table,
    always: alwaysChecks,
    reachable: reachableChecks,
    leadsTo: leadsToChecks,
    mayRest: rest,
    guards,
    mayHappen,
    expand: (state, into) => successors.expand(state, table.entryOf(state), mayHappen, into),
  };
}
