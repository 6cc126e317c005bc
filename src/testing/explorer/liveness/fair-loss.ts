import type { WayGraph } from '../state-space/state-graph.js';
import { itemAt } from '../structures/checked-reads.js';

/** What the links do on an edge, where that matters for fairness. */
export interface FairEdge {
  readonly kind: 'lost' | 'arrives';
  /** The link and the message: alike for messages that are alike. */
  readonly key: string;
}

/** What each edge of a state does, in the order of its edges. */
export type FairEdgesOf = (state: number) => readonly (FairEdge | undefined)[];

/** An edge of a round. */
interface Taken {
  readonly from: number;
  readonly to: number;
  readonly isTick: boolean;
  readonly fair: FairEdge | undefined;
}

/** A round in which time passes and what is lost arrives too. */
export interface FairRound {
  /** From a state back to itself, both included. */
  readonly states: readonly number[];
  /** In each round: by message how often it is lost and how often it arrives. */
  readonly counts: ReadonlyMap<string, { lost: number; arrives: number }>;
}

/**
 * Finds rounds that a fair loss allows: what is sent infinitely often arrives infinitely often. In a round as much of a
 * message is sent as is lost and arrives, so it is fair where each message that it loses arrives in it too. A component
 * of the graph has such a round if it has one with all of its edges, once those are left out that lose what arrives on
 * none of its edges; that may part it into smaller ones, which are looked at likewise (strong fairness, as for Streett
 * automata).
 */
export class FairRounds {
  readonly #graph: WayGraph;
  readonly #edgesOf: FairEdgesOf;
  /** For each state that lies on a fair round, the component that has it. */
  readonly #components = new Map<number, ReadonlySet<number>>();
  /** By state, the edges that are used: not those that lose what never arrives. */
  readonly #edges = new Map<number, readonly Taken[]>();

  /** @param states those that lie on a round at all, fair or not. */
  constructor(graph: WayGraph, states: Iterable<number>, edgesOf: FairEdgesOf) {
    this.#graph = graph;
    this.#edgesOf = edgesOf;
    const all = new Set(states);
    for (const state of all) this.#edges.set(state, this.#takenFrom(state, all));
    for (let open = this.#componentsOf(all); open.length > 0;) {
      const component = open.pop();
      if (component === undefined) break;
      const edges = [...component].flatMap((state) => this.#within(state, component));
      if (!edges.some(({ isTick }) => isTick)) continue;
      const arriving = new Set(edges.flatMap(({ fair }) => (fair?.kind === 'arrives' ? [fair.key] : [])));
      const isUnfair = ({ fair }: Taken): boolean => fair?.kind === 'lost' && !arriving.has(fair.key);
      if (!edges.some(isUnfair)) {
        for (const state of component) this.#components.set(state, component);
        continue;
      }
      for (const state of component)
        this.#edges.set(
          state,
          this.#within(state, component).filter((one) => !isUnfair(one)),
        );
      open = [...open, ...this.#componentsOf(component)];
    }
  }

  /** Whether a state lies on a fair round. */
  has(state: number): boolean {
    return this.#components.has(state);
  }

  get isEmpty(): boolean {
    return this.#components.size === 0;
  }

  /** A round from a state that lies on one. It takes the nearest edge that is owed until nothing is. */
  roundFrom(start: number): FairRound {
    const component = this.#components.get(start);
    if (component === undefined) throw new Error('expected a state on a fair round, came another');
    const counts = new Map<string, { lost: number; arrives: number }>();
    const states = [start];
    let hasTicked = false;
    const isOwed = ({ isTick, fair }: Taken): boolean => {
      if (isTick && !hasTicked) return true;
      const count = fair?.kind === 'arrives' ? counts.get(fair.key) : undefined;
      return count !== undefined && count.lost > 0 && count.arrives === 0;
    };
    const owes = () => !hasTicked || [...counts.values()].some(({ lost, arrives }) => lost > 0 && arrives === 0);
    for (let at = start; owes() || at !== start;) {
      const isWanted = owes() ? isOwed : ({ to }: Taken) => to === start;
      const way = this.#nearest(at, component, isWanted);
      for (const edge of way) {
        states.push(edge.to);
        hasTicked ||= edge.isTick;
        if (edge.fair === undefined) continue;
        const count = counts.get(edge.fair.key) ?? { lost: 0, arrives: 0 };
        count[edge.fair.kind] += 1;
        counts.set(edge.fair.key, count);
      }
      at = itemAt(states, states.length - 1);
    }
    return { states, counts };
  }

  #takenFrom(from: number, within: ReadonlySet<number>): readonly Taken[] {
    const graph = this.#graph;
    const fair = this.#edgesOf(from);
    const first = graph.firstEdge(from);
    return fair.flatMap((own, index): readonly Taken[] => {
      const to = graph.target(first + index, from);
      return within.has(to) ? [{ from, to, isTick: graph.isTick(first + index), fair: own }] : [];
    });
  }

  #within(state: number, component: ReadonlySet<number>): readonly Taken[] {
    return (this.#edges.get(state) ?? []).filter(({ to }) => component.has(to));
  }

  /** The shortest way that ends with an edge that is wanted, of those that lose nothing if there is one. */
  #nearest(from: number, component: ReadonlySet<number>, isWanted: (edge: Taken) => boolean): readonly Taken[] {
    for (const mayLose of [false, true]) {
      const cameBy = new Map<number, Taken | undefined>([[from, undefined]]);
      for (const state of cameBy.keys()) {
        for (const edge of this.#within(state, component)) {
          if (!mayLose && edge.fair?.kind === 'lost') continue;
          if (isWanted(edge)) return [...wayTo(cameBy, state), edge];
          if (!cameBy.has(edge.to)) cameBy.set(edge.to, edge);
        }
      }
    }
    throw new Error('expected a component whose states reach each other, came one in which they do not');
  }

  /** Tarjan's strongly connected components, without recursion. Single states count if an edge leads back to them. */
  #componentsOf(states: ReadonlySet<number>): ReadonlySet<number>[] {
    const found: Set<number>[] = [];
    const order = new Map<number, number>();
    const lows = new Map<number, number>();
    const open: number[] = [];
    const isOpen = new Set<number>();
    const lowOf = (state: number): number => lows.get(state) ?? 0;
    for (const root of states) {
      if (order.has(root)) continue;
      const calls: { readonly state: number; readonly edges: readonly Taken[]; next: number }[] = [];
      const enter = (state: number): void => {
        order.set(state, order.size + 1);
        lows.set(state, order.size);
        open.push(state);
        isOpen.add(state);
        calls.push({ state, edges: this.#within(state, states), next: 0 });
      };
      enter(root);
      for (let call = calls.at(-1); call !== undefined; call = calls.at(-1)) {
        const edge = call.edges[call.next];
        call.next += 1;
        if (edge !== undefined) {
          if (!order.has(edge.to)) enter(edge.to);
          else if (isOpen.has(edge.to)) lows.set(call.state, Math.min(lowOf(call.state), order.get(edge.to) ?? 0));
          continue;
        }
        calls.pop();
        const caller = calls.at(-1);
        if (caller !== undefined) lows.set(caller.state, Math.min(lowOf(caller.state), lowOf(call.state)));
        if (lowOf(call.state) !== order.get(call.state)) continue;
        const component = new Set(open.splice(open.lastIndexOf(call.state)));
        for (const state of component) isOpen.delete(state);
        if (component.size > 1 || this.#within(call.state, component).length > 0) found.push(component);
      }
    }
    return found;
  }
}

function wayTo(cameBy: ReadonlyMap<number, Taken | undefined>, state: number): readonly Taken[] {
  const way: Taken[] = [];
  for (let edge = cameBy.get(state); edge !== undefined; edge = cameBy.get(edge.from)) way.push(edge);
  return way.reverse();
}
