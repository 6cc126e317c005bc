import { itemAt } from '../structures/checked-reads.js';
import { createStateTable } from '../structures/state-table.js';
import type { PredicateTable } from '../predicates/predicate-table.js';
import type { Symmetry } from './symmetry.js';

/**
 * What predicates say of states and of what these would be with their ids exchanged. An entry stands for one entry of
 * the plain table for each exchange.
 *
 * @param width of a state.
 */
export function exchangedPredicates(plain: PredicateTable, symmetry: Symmetry, width: number): PredicateTable {
  const { count } = symmetry;
  const rows = createStateTable(count);
  /** The rows one after another. */
  const entries: number[] = [];
  const row = new Int32Array(count);
  const exchanged = new Int32Array(width);
  return {
    bytes() {
      return plain.bytes() + rows.bytes();
    },
    evaluations() {
      return plain.evaluations();
    },
    count() {
      return rows.count();
    },
    exchanges: count,
    readings: () => plain.readings(),
    classOf: (process, state) => plain.classOf(process, state),
    readsSurroundings: () => plain.readsSurroundings(),
    readsOnly: (predicate, process) => plain.readsOnly(predicate, process),
    entryOf(state) {
      row[0] = plain.entryOf(state);
      for (let exchange = 1; exchange < count; exchange += 1) {
        symmetry.permute(state, exchange, exchanged);
        row[exchange] = plain.entryOf(exchanged);
      }
      const entry = rows.add(row, 0);
      if (entry * count === entries.length) entries.push(...row);
      return entry;
    },
    holds: (entry, predicate, exchange = 0) => plain.holds(itemAt(entries, entry * count + exchange), predicate),
  };
}
