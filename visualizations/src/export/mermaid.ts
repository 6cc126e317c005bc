import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { diagramOf, labelOf, type DiagramRow } from './diagram.js';

/** Mermaid ends a statement at a semicolon and at a new line, and takes a number sign for the start of an entity. */
function escape(text: string): string {
  return text.replaceAll(/[#;]/g, (sign) => `#${sign.charCodeAt(0)};`).replaceAll(/\s+/g, ' ');
}

const arrows = { send: '-)', deliver: '->>', drop: '-x', duplicate: '--)', dead: '-x' } as const;
const outcomes = { send: '', deliver: '', drop: ', lost', duplicate: ', once more', dead: ', nobody listens' } as const;

/** The run as a Mermaid sequence diagram. Records of one stream that follow each other are one arrow. */
export function toMermaid(events: readonly TraceEvent[]): string {
  const { label, unit, lifelines, rows } = diagramOf(events);
  const participants = lifelines.length === 0 ? ['nothing'] : lifelines;
  const idOf = (system: string): string => `p${Math.max(0, participants.indexOf(system))}`;
  const all = participants.length === 1 ? 'p0' : `p0,p${participants.length - 1}`;
  const timed = (at: number): string => `${Math.round(at)}${unit === 'ms' ? ' ms' : ''}`;

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
    ...rows.map(lineOf),
    '',
  ].join('\n');
}
