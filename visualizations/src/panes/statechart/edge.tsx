import { memo } from 'preact/compat';
import type { ChartEdge } from './chart.js';
import { classes } from './classes.js';
import { shownLetters } from './elk-graph.js';
import { fontSizes } from './measure.js';
import type { Overlay } from './overlay.js';
import { arrowHead, roundedPath } from './path.js';
import { heat, shortCount } from './population.js';

/** Whether a transition cannot be taken now, since its state is not active. */
function isFar({ source }: ChartEdge, { active, heat: warmth }: Overlay): boolean {
  return active.size > 0 && warmth === undefined && !active.has(source);
}

function Line({ edge, overlay, isLit }: { edge: ChartEdge; overlay: Overlay; isLit: boolean }) {
  const key = edge.transition;
  const isTaken = key !== undefined && overlay.taken.has(key);
  const warmth =
    overlay.heat === undefined || key === undefined
      ? undefined
      : heat(overlay.heat.counts.get(key) ?? 0, overlay.heat.most);
  const style = warmth === undefined ? undefined : { '--sc-heat': warmth.toFixed(2) };
  return (
    <g
      class={classes(
        'sc-edge',
        key === undefined && 'sc-edge-initial',
        isFar(edge, overlay) && 'sc-far',
        isTaken && 'sc-taken',
        isLit && 'sc-lit',
        warmth !== undefined && (warmth === 0 ? 'sc-cold' : 'sc-warm'),
      )}
      style={style}
      data-edge={edge.id}
    >
      <path class="sc-hit" d={roundedPath(edge.points)} />
      <path class="sc-line" d={roundedPath(edge.points)} />
      <polygon class="sc-head" points={arrowHead(edge.points)} />
    </g>
  );
}

function Label({
  edge,
  overlay,
  isLit,
  isList,
}: {
  edge: ChartEdge;
  overlay: Overlay;
  isLit: boolean;
  isList: boolean;
}) {
  const { label, transition: key } = edge;
  if (label === undefined || key === undefined) return null;
  const left = label.x + 6 + (edge.delay === undefined ? 0 : 18);
  const count = overlay.heat?.counts.get(key) ?? 0;
  const isRefused = overlay.refused.has(key);
  return (
    <g
      class={classes(
        'sc-label',
        overlay.taken.has(key) && 'sc-taken',
        isRefused && 'sc-refused',
        isLit && 'sc-lit',
        isFar(edge, overlay) && 'sc-far',
        overlay.heat !== undefined && count === 0 && 'sc-cold',
      )}
      data-edge={edge.id}
    >
      <title>
        {`${edge.event}${edge.guard === undefined ? '' : ` [${edge.guard}]`}\n${edge.source} → ${edge.target}${edge.actions.length === 0 ? '' : `\n/ ${edge.actions.join(', ')}`}${overlay.heat === undefined ? '' : `\ntaken ${count} times`}`}
      </title>
      <rect x={label.x} y={label.y} width={label.width} height={label.height} rx={5} />
      {edge.delay !== undefined && <circle class="sc-ring-idle" cx={label.x + 13} cy={label.y + 9.5} r={6} />}
      <text x={left} y={label.y + 13.5} font-size={fontSizes.event}>
        {shownLetters(edge.event)}
        {isList && <tspan class="sc-note">{` → ${edge.target.split('.').at(-1) ?? ''}`}</tspan>}
      </text>
      {edge.guard !== undefined && (
        <text
          class="sc-guard"
          x={isList ? label.x + label.width - 8 : left}
          y={label.y + (isList ? 13.5 : 28)}
          text-anchor={isList ? 'end' : 'start'}
          font-size={fontSizes.event}
        >
          {shownLetters(`[${edge.guard}]`)}
        </text>
      )}
      {isRefused && (
        <text class="sc-cross" x={label.x + label.width} y={label.y + 4} text-anchor="middle" font-size={13}>
          ✕
        </text>
      )}
      {overlay.heat !== undefined && (
        <text class="sc-count" x={label.x + label.width - 2} y={label.y - 1} text-anchor="end" font-size={9}>
          {shortCount(count)}
        </text>
      )}
    </g>
  );
}

export const EdgeLine = memo(Line);
export const EdgeLabel = memo(Label);
