import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { TraceStateNode, TraceTransition } from '../../../../src/trace-events/trace-event.js';
import { delayText, isMadeUp, triggerText } from '../../model/event-text.js';
import {
  defaultSuffix,
  initialSuffix,
  transitionKey,
  type ChartEdge,
  type ChartNode,
  type ChartNote,
} from './chart.js';
import { fontSizes, monospaceWidth, sansWidth } from './measure.js';

export const headerHeight = 28;
export const noteHeight = 16;
const nodePadding = 12;
const labelLineHeight = 15;
/** Room for the ring of a timer before the name of its delay, and for the time left after it. */
export const ringRoom = 18;
export const timeLeftRoom = 46;
const initialSize = 10;
/** The circle of a history state, beside which its name stands. */
export const historySize = 28;

/** The boxes and edges of a machine without their places, and the graph that ELK is to place. */
export interface Unplaced {
  readonly graph: ElkNode;
  readonly nodes: readonly Omit<ChartNode, 'x' | 'y' | 'width' | 'height'>[];
  readonly edges: readonly Omit<ChartEdge, 'label' | 'points'>[];
}

type MutableUnplaced = {
  nodes: Unplaced['nodes'][number][];
  edges: Unplaced['edges'][number][];
  elk: ElkExtendedEdge[];
};

/** The name of the delay of `after:silenceTimeout`. */
export function delayOf(event: string): string | undefined {
  return event.startsWith('after:') ? event.slice('after:'.length) : undefined;
}

function noteOf(state: TraceStateNode, transition: TraceTransition): ChartNote {
  const guard = transition.guard === undefined ? '' : ` [${transition.guard}]`;
  return {
    text: `${triggerText(state, transition)}${guard}${transition.actions.length === 0 ? '' : ` / ${transition.actions.join(', ')}`}`,
    transition: transitionKey(state.id, transition.index),
  };
}

function notesOf(state: TraceStateNode): ChartNote[] {
  return [
    ...state.entry.map((command) => ({ text: `entry / ${command}` })),
    ...(state.exit ?? []).map((command) => ({ text: `exit / ${command}` })),
    ...(state.invokes ?? []).map(({ id, src }) => ({
      text: `invoke / ${src}${isMadeUp(id) || id === src ? '' : ` as ${id}`}`,
      invoked: id,
    })),
    ...state.transitions.filter(({ targets }) => targets.length === 0).map((transition) => noteOf(state, transition)),
  ];
}

/** The longest line that is shown whole; the rest stands in the tooltip. */
export const noteLettersMax = 44;

/** As much of a line as is shown. */
export function shownLetters(text: string): string {
  return text.length > noteLettersMax ? `${text.slice(0, noteLettersMax - 1)}…` : text;
}

function nodeSize(state: TraceStateNode, notes: readonly ChartNote[], canCollapse: boolean) {
  if (state.kind === 'history') {
    return { width: historySize + sansWidth(state.key, fontSizes.note) + 8, height: historySize };
  }
  const title = sansWidth(state.key, fontSizes.state) + (canCollapse ? 26 : 8);
  const lines = notes.map(({ text }) => monospaceWidth(shownLetters(text), fontSizes.note));
  return {
    width: Math.max(64, ...[title, ...lines].map((width) => width + 2 * nodePadding)),
    height: headerHeight + (notes.length === 0 ? 8 : notes.length * noteHeight + 10),
  };
}

/** The state itself where it is shown, else the collapsed state around it. */
function shownAt(root: TraceStateNode, collapsed: ReadonlySet<string>): ReadonlyMap<string, string> {
  const shown = new Map<string, string>();
  const visit = (state: TraceStateNode, within?: string): void => {
    shown.set(state.id, within ?? state.id);
    const hiding = within ?? (collapsed.has(state.id) && state.children.length > 0 ? state.id : undefined);
    for (const child of state.children) visit(child, hiding);
  };
  visit(root);
  return shown;
}

function labelSize(event: string, guard: string | undefined, isTimed: boolean) {
  const first = monospaceWidth(shownLetters(event), fontSizes.event) + (isTimed ? ringRoom + timeLeftRoom : 0);
  const second = guard === undefined ? 0 : monospaceWidth(shownLetters(`[${guard}]`), fontSizes.event);
  return { width: Math.max(first, second) + 12, height: (guard === undefined ? 1 : 2) * labelLineHeight + 4 };
}

function addEdges(state: TraceStateNode, shown: ReadonlyMap<string, string>, out: MutableUnplaced): void {
  const source = shown.get(state.id) ?? state.id;
  for (const transition of state.transitions) {
    transition.targets.forEach((targetId, nth) => {
      const target = shown.get(targetId);
      // What moves inside a collapsed state only, and what leads to a state that is not told, has no line.
      if (target === undefined || (source === target && source !== state.id)) return;
      if (source === target && targetId !== state.id) return;
      const key = transitionKey(state.id, transition.index);
      const id = nth === 0 ? key : `${key}.${nth}`;
      const delay = delayOf(transition.event);
      const event = delay === undefined ? triggerText(state, transition) : `after ${delayText(delay)}`;
      out.edges.push({
        id,
        transition: key,
        source,
        target,
        event,
        ...(transition.guard !== undefined && { guard: transition.guard }),
        ...(delay !== undefined && { delay }),
        actions: transition.actions,
      });
      out.elk.push({
        id,
        sources: [source],
        targets: [target],
        labels: [
          {
            text: event,
            ...labelSize(event, transition.guard, delay !== undefined),
            layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' },
          },
        ],
      });
    });
  }
}

/** Where a history state leads while there is nothing to remember. */
function addDefault(history: TraceStateNode, shown: ReadonlyMap<string, string>, out: MutableUnplaced): void {
  (history.targets ?? []).forEach((targetId, nth) => {
    const [source, target] = [shown.get(history.id), shown.get(targetId)];
    if (source !== history.id || target === undefined) return;
    const id = `${history.id}${defaultSuffix}${nth === 0 ? '' : nth}`;
    out.edges.push({ id, source, target, event: '', actions: [] });
    out.elk.push({ id, sources: [source], targets: [target] });
  });
}

function addInitial(state: TraceStateNode, children: ElkNode[], out: MutableUnplaced): void {
  const first = state.children.find(({ key }) => key === state.initial);
  if (first === undefined) return;
  const id = state.id + initialSuffix;
  out.nodes.push({
    id,
    parent: state.id,
    key: '',
    kind: 'initial',
    isRegion: false,
    isCollapsed: false,
    canCollapse: false,
    notes: [],
  });
  out.edges.push({ id, source: id, target: first.id, event: '', actions: [] });
  out.elk.push({ id, sources: [id], targets: [first.id] });
  children.unshift({ id, width: initialSize, height: initialSize });
}

/** The graph of a machine, in which the states named in `collapsed` hide what they hold. */
export function elkGraph(root: TraceStateNode, collapsed: ReadonlySet<string> = new Set()): Unplaced {
  const out: MutableUnplaced = { nodes: [], edges: [], elk: [] };
  const shown = shownAt(root, collapsed);
  const visit = (state: TraceStateNode, parent?: TraceStateNode): ElkNode => {
    const notes = notesOf(state);
    const canCollapse = state.children.length > 0;
    const isCollapsed = canCollapse && collapsed.has(state.id);
    const size = nodeSize(state, notes, canCollapse);
    out.nodes.push({
      id: state.id,
      ...(parent !== undefined && { parent: parent.id }),
      key: state.key,
      kind: state.kind,
      ...(state.description !== undefined && { description: state.description }),
      ...(state.isDeep !== undefined && { isDeep: state.isDeep }),
      isRegion: parent?.kind === 'parallel' && state.kind !== 'history',
      isCollapsed,
      canCollapse,
      notes,
    });
    if (!canCollapse || isCollapsed) return { id: state.id, ...size };
    const children = state.children.map((child) => visit(child, state));
    addInitial(state, children, out);
    return {
      id: state.id,
      children,
      layoutOptions: {
        'elk.padding': `[top=${size.height + 8},left=16,bottom=16,right=16]`,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${size.width},${size.height})`,
      },
    };
  };
  const top = visit(root);
  const addAll = (state: TraceStateNode): void => {
    addEdges(state, shown, out);
    addDefault(state, shown, out);
    state.children.forEach(addAll);
  };
  addAll(root);
  return { nodes: out.nodes, edges: out.edges, graph: { id: '', children: [top], edges: out.elk } };
}
