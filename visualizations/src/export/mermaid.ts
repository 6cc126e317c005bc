import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { wallTime, wholeWallTime } from '../model/wall-clock.js';
import { diagramOf, labelOf, type DiagramRow, type DiagramScope } from './diagram.js';

/** Mermaid ends a statement at a semicolon and at a new line, and takes a number sign for the start of an entity. */
function escape(text: string): string {
  return text.replaceAll(/[#;]/g, (sign) => `#${sign.charCodeAt(0)};`).replaceAll(/\s+/g, ' ');
}

const arrows = { send: '-)', deliver: '->>', drop: '-x', duplicate: '--)', dead: '-x' } as const;
const outcomes = { send: '', deliver: '', drop: ', lost', duplicate: ', once more', dead: ', nobody listens' } as const;

/** The run as a Mermaid sequence diagram. Records of one stream that follow each other are one arrow. */
export function toMermaid(events: readonly TraceEvent[], scope: DiagramScope = {}): string {
  const diagram = diagramOf(events, scope);
  const { label, unit, lifelines, rows } = diagram;
  const participants = lifelines.length === 0 ? ['nothing'] : lifelines;
  const idOf = (system: string): string => `p${Math.max(0, participants.indexOf(system))}`;
  const all = participants.length === 1 ? 'p0' : `p0,p${participants.length - 1}`;
  const timed = (at: number): string => {
    // The zone stands once, above all.
    const wall = wallTime(diagram, at)?.slice(0, 12);
    return `${Math.round(at)}${unit === 'ms' ? ' ms' : ''}${wall === undefined ? '' : ` (${wall})`}`;
  };
  const started = wholeWallTime(diagram, 0);

  const lineOf = (row: DiagramRow): string => {
    if (row.kind === 'note') {
      return `Note over ${row.system === undefined ? all : idOf(row.system)}: ${escape(`${timed(row.at)} ${row.text}`)}`;
    }
    // What nobody takes has no other end.
    const to = row.outcome === 'dead' ? row.from : row.to;
    const text = `${timed(row.at)} ${labelOf(row)}${outcomes[row.outcome]}`;
    return `${idOf(row.from)}${arrows[row.outcome]}${idOf(to)}: ${escape(text)}`;
  };

  return [
    'sequenceDiagram',
    ...(label === '' ? [] : [`accTitle: ${escape(label)}`]),
    ...participants.map((system, index) => `participant p${index} as ${escape(system)}`),
    ...(started === undefined ? [] : [`Note over ${all}: times since ${started}, and by its clock`]),
    ...rows.map(lineOf),
    '',
  ].join('\n');
}
