import { memo } from 'preact/compat';
import type { ChartNode } from './chart.js';
import { classes } from './classes.js';
import { headerHeight, historySize, noteHeight, shownLetters } from './elk-graph.js';
import { fontSizes } from './measure.js';
import type { Overlay } from './overlay.js';
import { shortCount } from './population.js';

function Box({
  node,
  overlay,
  isLit,
  onToggle,
}: {
  node: ChartNode;
  overlay: Overlay;
  isLit: boolean;
  onToggle: (state: string) => void;
}) {
  const { x, y, width, height } = node;
  if (node.kind === 'initial')
    return <circle class="sc-initial" cx={x + width / 2} cy={y + height / 2} r={width / 2} />;
  if (node.kind === 'history') return <History node={node} isLit={isLit} />;
  // The box of the whole machine is always active, so it tells nothing.
  const isActive = node.parent !== undefined && overlay.active.has(node.id);
  const count = overlay.population?.get(node.id);
  const toggle = node.canCollapse ? () => onToggle(node.id) : undefined;
  return (
    <g
      class={classes(
        'sc-state',
        `sc-${node.kind}`,
        node.isRegion && 'sc-region',
        isActive && 'sc-active',
        isLit && 'sc-lit',
      )}
      data-state={node.id}
    >
      <title>{`${node.id} (${node.kind})${node.description === undefined ? '' : `\n${node.description}`}`}</title>
      <rect class="sc-box" x={x} y={y} width={width} height={height} rx={8} />
      {node.kind === 'final' && (
        <rect class="sc-box-inner" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={6} />
      )}
      {isActive && <rect class="sc-active-bar" x={x} y={y + 6} width={4} height={headerHeight - 10} rx={2} />}
      <text class="sc-name" x={x + 12} y={y + 19} font-size={fontSizes.state}>
        {node.key}
      </text>
      {count !== undefined && count > 0 && (
        // On the corner of the box, since a small box has no room beside its name.
        <g class="sc-population">
          <rect x={x + width - 14} y={y - 9} width={10 + 7 * shortCount(count).length} height={16} rx={8} />
          <text x={x + width - 9} y={y + 3} font-size={fontSizes.event}>
            {shortCount(count)}
          </text>
        </g>
      )}
      {node.canCollapse && (
        <g class="sc-toggle" onClick={toggle}>
          <rect x={x + width - 24} y={y + 6} width={18} height={18} rx={4} />
          <path d={node.isCollapsed ? `M${x + width - 19},${y + 15}h8m-4,-4v8` : `M${x + width - 19},${y + 15}h8`} />
          <title>{node.isCollapsed ? 'Show what is inside' : 'Hide what is inside'}</title>
        </g>
      )}
      {node.notes.map((note, at) => (
        <text
          key={at}
          class={classes(
            'sc-note',
            note.transition !== undefined && overlay.taken.has(note.transition) && 'sc-taken',
            note.invoked !== undefined && overlay.running.has(note.invoked) && 'sc-running',
          )}
          x={x + 12}
          y={y + headerHeight + 10 + at * noteHeight}
          font-size={fontSizes.note}
        >
          {shownLetters(note.text)}
          <title>
            {note.invoked !== undefined && overlay.running.has(note.invoked) ? `${note.text}, which runs` : note.text}
          </title>
        </text>
      ))}
    </g>
  );
}

/** A history state: a circle with an H, or with H* where it remembers the states at any depth, and its name beside it. */
function History({ node, isLit }: { node: ChartNode; isLit: boolean }) {
  const { x, y, height } = node;
  const isDeep = node.isDeep === true;
  const middle = y + height / 2;
  return (
    <g class={classes('sc-state', 'sc-history', isLit && 'sc-lit')} data-state={node.id}>
      <title>{`${node.id} (${isDeep ? 'deep history: the states that were active at any depth' : 'history: the child that was active'})`}</title>
      <circle class="sc-box" cx={x + historySize / 2} cy={middle} r={historySize / 2 - 1} />
      <text class="sc-name" x={x + historySize / 2} y={middle + 4.5} text-anchor="middle" font-size={fontSizes.state}>
        {isDeep ? 'H*' : 'H'}
      </text>
      <text x={x + historySize + 4} y={middle + 4} font-size={fontSizes.note}>
        {node.key}
      </text>
    </g>
  );
}

/** A state: its box, its name, its notes, and what it is at the moment. */
export const StateBox = memo(Box);
