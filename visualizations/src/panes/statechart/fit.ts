import type { TraceStateNode } from '../../../../src/trace-events/trace-event.js';
import type { Chart } from './chart.js';
import { isLegible, wholeSight, type Size } from './sight.js';

/**
 * The states to collapse so that the whole chart can be read in a pane: as few as will do, of those that are not active
 * the outermost first, then from the inside outwards. What was collapsed before stays so. Where even the outermost states
 * alone are too many, all that can be is collapsed.
 */
export async function collapsedToFit(
  root: TraceStateNode,
  collapsed: ReadonlySet<string>,
  active: ReadonlySet<string>,
  pane: Size,
  chartOf: (collapsed: ReadonlySet<string>) => Chart | Promise<Chart>,
): Promise<ReadonlySet<string>> {
  const order = collapsible(root, collapsed, active);
  const withFirst = (count: number): ReadonlySet<string> => new Set([...collapsed, ...order.slice(0, count)]);
  const fits = async (count: number): Promise<boolean> =>
    isLegible(wholeSight(await chartOf(withFirst(count)), pane).scale);
  if (await fits(0)) return collapsed;
  // The more is collapsed the smaller a chart is, about: so few layouts are made as halving takes.
  let [tooFew, enough] = [0, order.length];
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    if (await fits(middle)) enough = middle;
    else tooFew = middle;
  }
  return withFirst(enough);
}

/** The states that can be collapsed, in the order in which they are. */
function collapsible(
  root: TraceStateNode,
  collapsed: ReadonlySet<string>,
  active: ReadonlySet<string>,
): readonly string[] {
  const found: { readonly id: string; readonly depth: number; readonly size: number }[] = [];
  const visit = (state: TraceStateNode, depth: number): number => {
    if (collapsed.has(state.id)) return 1;
    const size = state.children.reduce((sum, child) => sum + visit(child, depth + 1), 1);
    if (depth > 0 && state.children.length > 0) found.push({ id: state.id, depth, size });
    return size;
  };
  visit(root, 0);
  const asleep = found.filter(({ id }) => !active.has(id)).sort((a, b) => a.depth - b.depth || b.size - a.size);
  // Where no actor is shown, everything is as far from what is active.
  const awake = found.filter(({ id }) => active.size === 0 || active.has(id));
  awake.sort((a, b) => b.depth - a.depth || b.size - a.size);
  return [...(active.size === 0 ? [] : asleep), ...awake].map(({ id }) => id);
}
