import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { wallTime, wholeWallTime } from '../model/wall-clock.js';
import { diagramOf, labelOf, type DiagramRow, type DiagramScope, type MessageRow, type NoteRow } from './diagram.js';

export interface SvgOptions {
  /** @default 'light' */
  readonly theme?: 'light' | 'dark';
}

const themes = {
  light: { paper: '#ffffff', ink: '#1b1f24', faint: '#8c959f', message: '#0b5cad', lost: '#b3261e', note: '#6e40aa' },
  dark: { paper: '#14181d', ink: '#e6edf3', faint: '#7d8590', message: '#6cb6ff', lost: '#ff8a80', note: '#c9a6ff' },
} as const;

const rowHeight = 22;
const top = 64;
const timeWidth = 84;
const characterWidth = 6.4;
/** The longest text. */
const charactersMax = 64;

function cut(text: string): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax - 1)}…` : text;
}

/** Text as it may stand in a drawing, or in a page. */
export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** The place of each lifeline, wide enough for what is written between it and the next one. */
function columnsOf(lifelines: readonly string[], rows: readonly DiagramRow[]): readonly number[] {
  const xs = [timeWidth + 40];
  for (let index = 1; index < lifelines.length; index += 1) {
    const pair = lifelines.slice(index - 1, index + 1);
    const widest = rows.reduce((most, row) => {
      if (row.kind === 'message') {
        const isHere = pair.includes(row.from) && pair.includes(row.to);
        return isHere ? Math.max(most, cut(labelOf(row)).length + 8) : most;
      }
      return row.system === pair[0] ? Math.max(most, cut(row.text).length + 4) : most;
    }, 20);
    xs.push((xs[index - 1] ?? 0) + widest * characterWidth + 24);
  }
  return xs;
}

/** The run as a drawing of its sequence diagram: a whole SVG file, without scripts and without links. */
export function toSvg(
  events: readonly TraceEvent[],
  scope: DiagramScope = {},
  { theme = 'light' }: SvgOptions = {},
): string {
  const diagram = diagramOf(events, scope);
  const { label, unit, lifelines, rows } = diagram;
  const started = wholeWallTime(diagram, 0);
  const ink = themes[theme];
  const xs = columnsOf(lifelines, rows);
  const xOf = (system: string): number => xs[Math.max(0, lifelines.indexOf(system))] ?? timeWidth;
  const lastWidth = rows.reduce(
    (most, row) =>
      row.kind === 'note' && (row.system === lifelines.at(-1) || row.system === undefined)
        ? Math.max(most, cut(row.text).length - (row.system === undefined ? 40 : 0))
        : most,
    16,
  );
  const width = Math.ceil((xs.at(-1) ?? timeWidth) + lastWidth * characterWidth + 40);
  const height = top + rows.length * rowHeight + 24;

  // What is too long is cut, and whole where one points at it.
  const text = (x: number, y: number, content: string, fill: string, extra = ''): string =>
    `<text x="${x}" y="${y}" fill="${fill}"${extra}>${escapeXml(cut(content))}${
      content.length > charactersMax ? `<title>${escapeXml(content)}</title>` : ''
    }</text>`;

  const drawMessage = (row: MessageRow, y: number): string => {
    const [from, to] = [xOf(row.from), row.outcome === 'dead' ? xOf(row.from) + 60 : xOf(row.to)];
    const isLost = row.outcome === 'drop' || row.outcome === 'dead';
    const colour = isLost ? ink.lost : ink.message;
    // A lost message never gets there.
    const end = isLost ? from + (to - from) * 0.7 : to;
    const towards = to >= from ? 1 : -1;
    const dash = row.outcome === 'duplicate' ? ' stroke-dasharray="5 3"' : '';
    const head = isLost
      ? `<path d="M${end - 4} ${y - 4}l8 8m0 -8l-8 8" stroke="${colour}" fill="none"/>`
      : `<path d="M${end} ${y}l${-7 * towards} -4v8z" fill="${colour}"/>`;
    const middle = (from + to) / 2;
    return (
      `<path d="M${from} ${y}H${end}" stroke="${colour}"${dash}/>${head}` +
      text(middle, y - 5, labelOf(row), ink.ink, ' text-anchor="middle"')
    );
  };

  const drawNote = (row: NoteRow, y: number): string => {
    if (row.system === undefined) return text(timeWidth, y, row.text, ink.note, ' font-style="italic"');
    const x = xOf(row.system);
    const colour = row.tone === 'fault' || row.tone === 'violation' || row.tone === 'life' ? ink.lost : ink.note;
    const mark =
      row.tone === 'state'
        ? `<circle cx="${x}" cy="${y - 4}" r="3" fill="${colour}"/>`
        : `<path d="M${x} ${y - 9}l5 5l-5 5l-5 -5z" fill="${colour}"/>`;
    return mark + text(x + 9, y, row.text, row.tone === 'state' ? ink.ink : colour);
  };

  const drawRow = (row: DiagramRow, index: number): string => {
    const y = top + index * rowHeight + 14;
    const at = rows[index - 1]?.at === row.at ? '' : `${Math.round(row.at)}${unit === 'ms' ? ' ms' : ''}`;
    const time = at === '' ? '' : text(timeWidth - 12, y, at, ink.faint, ' text-anchor="end"');
    const wall = wallTime(diagram, row.at);
    const named = time === '' || wall === undefined ? time : `<g><title>${wall}</title>${time}</g>`;
    return named + (row.kind === 'message' ? drawMessage(row, y) : drawNote(row, y));
  };

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, monospace" font-size="11">`,
    `<title>${escapeXml(label)}</title>`,
    `<rect width="100%" height="100%" fill="${ink.paper}"/>`,
    text(12, 20, label, ink.ink, ' font-weight="bold"'),
    ...(started === undefined ? [] : [text(12, 34, `times since ${started}`, ink.faint)]),
    ...lifelines.map(
      (system) =>
        text(xOf(system), top - 16, system, ink.ink, ' text-anchor="middle" font-weight="bold"') +
        `<path d="M${xOf(system)} ${top - 8}V${height - 12}" stroke="${ink.faint}" stroke-width="0.7"/>`,
    ),
    ...rows.map(drawRow),
    '</svg>',
    '',
  ].join('\n');
}
