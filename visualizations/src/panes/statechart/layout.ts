import type { ElkNode, LayoutOptions } from 'elkjs/lib/elk-api.js';
import type { Box, Chart, ChartEdge, Point } from './chart.js';
import type { Unplaced } from './elk-graph.js';
import { listLayout } from './list-layout.js';

interface PlacedLine {
  readonly points: readonly Point[];
  readonly label?: Box;
}

/** Where the boxes and the lines of a statechart are, by their ids: plain data, so that a build can keep it. */
export interface Placement {
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<string, Box>>;
  readonly lines: Readonly<Record<string, PlacedLine>>;
}

/** Places a graph; rejects where it cannot. */
export type Placer = (graph: ElkNode) => Promise<ElkNode>;

const common: LayoutOptions = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.json.edgeCoords': 'ROOT',
  'elk.json.shapeCoords': 'ROOT',
  'elk.padding': '[top=8,left=8,bottom=8,right=8]',
  'elk.spacing.nodeNode': '20',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
};

/**
 * The layouts that are tried, from the tightest to the plainest. ELK throws on some graphs with some settings, mostly
 * where compaction meets labels and nesting ("Invalid hitboxes"); what is plainer then works. The order of the model is
 * left alone, since ELK 0.12 throws wherever that setting meets nested states.
 */
const attempts: readonly LayoutOptions[] = [
  {
    'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
    'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
  },
  { 'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX' },
  {},
  { 'elk.edgeRouting': 'POLYLINE' },
];

/** Both directions are laid out, and the one that can be shown larger is taken. */
const directions = ['DOWN', 'RIGHT'] as const;
const paneRatio = 1.5;

/** Options of every node down the tree: ELK does not inherit spacing and direction into nested nodes. */
function withOptions(node: ElkNode, options: LayoutOptions): ElkNode {
  return {
    ...node,
    layoutOptions: { ...options, ...node.layoutOptions },
    ...(node.children !== undefined && { children: node.children.map((child) => withOptions(child, options)) }),
  };
}

function boxOf(placed: Partial<Box>, margin = 0): Box {
  return {
    x: Math.round((placed.x ?? 0) - margin),
    y: Math.round((placed.y ?? 0) - margin),
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
  };
}

function isFinite(box: Box): boolean {
  return [box.x, box.y, box.width, box.height].every(Number.isFinite);
}

/** What ELK placed, in little. Throws where a place is missing, so that the next attempt is made. */
function placementOf({ nodes, edges }: Unplaced, placed: ElkNode): Placement {
  const boxes: Record<string, Box> = {};
  const collect = (node: ElkNode): void => {
    boxes[node.id] = boxOf(node);
    node.children?.forEach(collect);
  };
  collect(placed);
  const found = new Map((placed.edges ?? []).map((edge) => [edge.id, edge]));
  const lines: Record<string, PlacedLine> = {};
  for (const { id } of nodes) {
    const box = boxes[id];
    if (box === undefined || !isFinite(box)) throw new Error(`the layout has no place for ${id}`);
  }
  for (const { id } of edges) {
    const edge = found.get(id);
    const section = edge?.sections?.[0];
    if (section === undefined) throw new Error(`the layout has no line for ${id}`);
    const corners = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
    const points = corners.map(({ x, y }): Point => ({ x: Math.round(x), y: Math.round(y) }));
    const label = edge?.labels?.[0];
    lines[id] = { points, ...(label !== undefined && { label: boxOf(label) }) };
  }
  return { width: Math.ceil(placed.width ?? 0), height: Math.ceil(placed.height ?? 0), boxes, lines };
}

/** How far a chart must be shrunk to be seen whole, as far as charts can be compared by it. */
function extent({ width, height }: Placement): number {
  return Math.max(width / paneRatio, height);
}

/**
 * The places of a statechart. Never rejects: undefined where every attempt of the placer fails, and `onFailure` has heard
 * why each did.
 */
export async function layout(
  unplaced: Unplaced,
  place: Placer,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<Placement | undefined> {
  const placements: Placement[] = [];
  for (const direction of directions) {
    for (const attempt of attempts) {
      try {
        // ELK writes into what it is given.
        const options = { ...common, 'elk.direction': direction, ...attempt };
        placements.push(placementOf(unplaced, await place(withOptions(structuredClone(unplaced.graph), options))));
        break;
      } catch (error) {
        onFailure(error);
      }
    }
  }
  return placements.sort((a, b) => extent(a) - extent(b))[0];
}

/** The chart at the places that were found, or as an indented list where none were. */
export function chartOf(unplaced: Unplaced, placement: Placement | undefined): Chart {
  if (placement === undefined) return listLayout(unplaced);
  const { width, height, boxes, lines } = placement;
  return {
    width,
    height,
    nodes: unplaced.nodes.map((node) => ({ ...node, ...(boxes[node.id] ?? { x: 0, y: 0, width: 0, height: 0 }) })),
    edges: unplaced.edges.map((edge): ChartEdge => ({ ...edge, ...(lines[edge.id] ?? { points: [] }) })),
    isList: false,
  };
}
