import type { TraceStateNode } from '../../../../src/trace-events/trace-event.js';
import type { Chart } from './chart.js';
import { elkGraph } from './elk-graph.js';
import { chartOf, layout, type Placement, type Placer } from './layout.js';

/** Placements that were made before, by `layoutKey`, or where they are to be had. */
export type Placements = Readonly<Record<string, Placement | (() => Promise<Placement>)>>;

/** Names a graph by what it is: FNV-1a over its text, since a build and a page must come to the same name. */
export function layoutKey(graph: unknown): string {
  let hash = 0x811c9dc5;
  const text = JSON.stringify(graph);
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return `${(hash >>> 0).toString(16)}.${text.length}`;
}

export interface Layouts {
  /** The chart of a machine at once, where its layout is known, else a promise of it. */
  chart(root: TraceStateNode, collapsed: ReadonlySet<string>): Chart | Promise<Chart>;
}

/** How many layouts of foreign machines, and of machines with states collapsed, are remembered. */
const rememberedMax = 64;

/** `known`: layouts that the build made; `placer` is asked for only when a machine has none. */
export function createLayouts(known: Placements, placer: () => Placer): Layouts {
  const made = new Map<string, Promise<Placement | undefined> | Placement>();
  return {
    chart: (root, collapsed) => {
      const unplaced = elkGraph(root, collapsed);
      const key = layoutKey(unplaced.graph);
      const own = known[key];
      const found = typeof own === 'function' ? made.get(key) : (own ?? made.get(key));
      if (found !== undefined && !(found instanceof Promise)) return chartOf(unplaced, found);
      const placing = found ?? (typeof own === 'function' ? own() : layout(unplaced, placer()));
      if (found === undefined) {
        if (made.size >= rememberedMax) made.delete(made.keys().next().value ?? '');
        made.set(key, placing);
        void placing.then((placement) => placement !== undefined && made.set(key, placement));
      }
      return placing.then((placement) => chartOf(unplaced, placement));
    },
  };
}
