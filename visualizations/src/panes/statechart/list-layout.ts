import type { Box, Chart, ChartEdge, ChartNode } from './chart.js';
import { headerHeight, noteHeight, type Unplaced } from './elk-graph.js';

const indent = 24;
const rowHeight = 22;
const gap = 6;
const width = 560;

/** The statechart as an indented list: each state a row, its transitions below it with the names of their targets. */
export function listLayout({ nodes, edges }: Unplaced): Chart {
  const depths = new Map<string, number>();
  const placedNodes: ChartNode[] = [];
  const placedEdges: ChartEdge[] = [];
  let y = gap;
  for (const node of nodes) {
    if (node.kind === 'initial') continue;
    const depth = node.parent === undefined ? 0 : (depths.get(node.parent) ?? 0) + 1;
    depths.set(node.id, depth);
    const x = gap + depth * indent;
    const height = headerHeight + node.notes.length * noteHeight;
    placedNodes.push({ ...node, x, y, width: width - x, height });
    y += height + gap;
    for (const edge of edges) {
      if (edge.transition === undefined || edge.source !== node.id) continue;
      const label: Box = { x: x + indent, y, width: width - x - indent, height: rowHeight - 2 };
      placedEdges.push({ ...edge, label, points: [] });
      y += rowHeight;
    }
    y += gap;
  }
  return { width: width + gap, height: y, nodes: placedNodes, edges: placedEdges, isList: true };
}
