import type { StateGraph } from '../state-space/state-graph.js';
import type { StateTable } from '../structures/state-table.js';
import type { Quotient } from '../symmetry/quotient.js';
import type { Symmetry } from '../symmetry/symmetry.js';

/** What an exploration works on: the states that it has found, with the way to each, up to an exchange of ids. */
export interface Explored {
  readonly states: StateTable;
  readonly graph: StateGraph;
  readonly symmetry: Symmetry | undefined;
  readonly quotient: Quotient | undefined;
}
