import type { NatsConnection } from '../transport/nats-connection.js';

/** A record that comes in parts and is larger than its stream's window. */
export interface BudgetedAssembly {
  /** What was put together so far is given up, in favour of another one. It has given its bytes back. */
  drop(): void;
  /** There may be room now. */
  onRoom(): void;
}

/** So many parts of others find no room before one that has not grown meanwhile is given up. */
const patience = 1024;

/**
 * How many bytes all streams of a connection may hold of records that have not come as a whole, beyond what each of
 * them was granted. One of them is always given room, however large it is, so that every record arrives; the others
 * wait for it, unless its producer has stopped in the middle.
 */
export class AssemblyBudget {
  readonly #held = new Map<BudgetedAssembly, number>();
  readonly #waiters = new Set<BudgetedAssembly>();
  #used = 0;
  /** How many parts found no room since the last one that did. */
  #refusals = 0;

  get used(): number {
    return this.#used;
  }

  /** Lets an assembly hold so many bytes in all. Where it may not, it holds none, and is told when it may. */
  admits(assembly: BudgetedAssembly, bytes: number, bytesMax: number): boolean {
    const more = bytes - (this.#held.get(assembly) ?? 0);
    const isAlone = this.#held.size === 0 || (this.#held.size === 1 && this.#held.has(assembly));
    if (!isAlone && this.#used + more > bytesMax) {
      // What it held is given up with it.
      this.release(assembly);
      this.#waiters.add(assembly);
      this.#refusals += 1;
      if (this.#refusals >= patience) this.#dropOthers(assembly);
      return false;
    }
    this.#refusals = 0;
    this.#waiters.delete(assembly);
    this.#held.set(assembly, bytes);
    this.#used += more;
    return true;
  }

  /** An assembly is complete, or given up. */
  release(assembly: BudgetedAssembly): void {
    this.#waiters.delete(assembly);
    const bytes = this.#held.get(assembly);
    if (bytes === undefined) return;
    this.#held.delete(assembly);
    this.#used -= bytes;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.onRoom();
  }

  #dropOthers(favoured: BudgetedAssembly): void {
    this.#refusals = 0;
    for (const assembly of [...this.#held.keys()]) {
      if (assembly === favoured) continue;
      assembly.drop();
      this.release(assembly);
    }
  }
}

const budgets = new WeakMap<NatsConnection, AssemblyBudget>();

/** The budget that all clients of a connection share. */
export function assembliesOf(connection: NatsConnection): AssemblyBudget {
  let budget = budgets.get(connection);
  if (budget === undefined) {
    budget = new AssemblyBudget();
    budgets.set(connection, budget);
  }
  return budget;
}
