import type { Signal } from '@preact/signals';
import type { Cursor, TimerEntry } from '../../model/types.js';
import { defaultSuffix, initialSuffix, type Chart, type ChartEdge, type ChartNode } from './chart.js';
import { EdgeLabel, EdgeLine } from './edge.js';
import type { Overlay } from './overlay.js';
import { Ring } from './ring.js';
import { StateBox } from './state-box.js';

export interface DrawingProps {
  readonly chart: Chart;
  readonly overlay: Overlay;
  readonly hovered: Signal<string | undefined>;
  readonly cursor: Cursor;
  readonly unit: 'ms' | 'tick';
  readonly reducedMotion: boolean;
  readonly onToggle: (state: string) => void;
}

/** The edge of a running timer, where it is drawn, if need be from a collapsed state; else its ring is at its box. */
function ringEdge(chart: Chart, timer: TimerEntry): ChartEdge | undefined {
  return chart.edges.find(
    (edge) => edge.delay === timer.delay && edge.transition?.startsWith(`${timer.state}#`) === true,
  );
}

/** The box that stands for a state: its own, or the collapsed one around it. */
function boxOfState(chart: Chart, state: string): ChartNode | undefined {
  let best: ChartNode | undefined;
  for (const node of chart.nodes) {
    if (node.kind !== 'initial' && (state === node.id || state.startsWith(`${node.id}.`))) best = node;
  }
  return best;
}

/** The chart in SVG elements, from the back to the front: boxes, lines, labels, rings. */
export function Drawing({ chart, overlay, hovered, cursor, unit, reducedMotion, onToggle }: DrawingProps) {
  const lit = hovered.value === undefined ? undefined : chart.edges.find(({ id }) => id === hovered.value);
  const drawn = lit === undefined ? chart.edges : [...chart.edges.filter((edge) => edge !== lit), lit];
  return (
    <>
      {chart.nodes.map((node) => (
        <StateBox
          key={node.id}
          node={node}
          overlay={overlay}
          isLit={lit !== undefined && (lit.source === node.id || lit.target === node.id)}
          onToggle={onToggle}
        />
      ))}
      {drawn.map(
        (edge) =>
          edge.points.length > 0 && <EdgeLine key={edge.id} edge={edge} overlay={overlay} isLit={edge === lit} />,
      )}
      {drawn.map((edge) => (
        <EdgeLabel key={edge.id} edge={edge} overlay={overlay} isLit={edge === lit} isList={chart.isList} />
      ))}
      {overlay.timers.map((timer) => {
        const label = ringEdge(chart, timer)?.label;
        const box = label === undefined ? boxOfState(chart, timer.state) : undefined;
        if (label === undefined && box === undefined) return null;
        const place =
          label !== undefined
            ? { x: label.x + 13, y: label.y + 9.5, textEnd: label.x + label.width - 5 }
            : { x: (box?.x ?? 0) + 14, y: (box?.y ?? 0) - 2, textEnd: (box?.x ?? 0) + 70 };
        return (
          <Ring
            key={`${timer.timer} ${timer.startedAt}`}
            timer={timer}
            cursor={cursor}
            unit={unit}
            reducedMotion={reducedMotion}
            {...place}
          />
        );
      })}
    </>
  );
}

/** The edge under the pointer, from what the pointer is on. */
export function edgeUnder(target: EventTarget | null): string | undefined {
  const id = target instanceof Element ? target.closest('[data-edge]')?.getAttribute('data-edge') : undefined;
  if (id === null || id === undefined) return undefined;
  return id.includes(initialSuffix) || id.includes(defaultSuffix) ? undefined : id;
}
