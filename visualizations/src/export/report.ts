import { formatBytes, formatCount, formatDuration } from '../model/format.js';
import { isMarked, markText } from '../model/marked.js';
import { anomalyScore, streamRow, type StreamRow } from '../model/stream-row.js';
import type { RunReader, Shown, SystemEntry, View } from '../model/types.js';
import { momentName, wholeWallTime } from '../model/wall-clock.js';
import { escapeXml } from './svg.js';

/** What a report says at most: it is for people to read. */
const streamsMax = 200;
const marksMax = 200;

const style = `
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #17202b; font: 14px/1.45 system-ui, sans-serif; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 0.6rem 0.2rem 0; border-bottom: 1px solid #d9dfe6; text-align: left; vertical-align: top; }
td.number { text-align: right; }
.bad { color: #b8430a; }
figure { margin: 0; overflow: auto; }
`;

type Cell = string | number;

function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const cells = (of: readonly Cell[]): string =>
    of.map((cell) => `<td${typeof cell === 'number' ? ' class="number"' : ''}>${escapeXml(`${cell}`)}</td>`).join('');
  return [
    '<table>',
    `<thead><tr>${heads.map((head) => `<th scope="col">${escapeXml(head)}</th>`).join('')}</tr></thead>`,
    '<tbody>',
    ...rows.map((row) => `<tr>${cells(row)}</tr>`),
    '</tbody></table>',
  ].join('\n');
}

function section(title: string, ...content: readonly string[]): string {
  return [`<h2>${escapeXml(title)}</h2>`, ...content].join('\n');
}

/** An incident as one file to be read and attached: what ended and why, the processes, the marks, the streams, a diagram. */
export function toReport(run: RunReader, shown: Shown, diagram: string): string {
  const { header } = run;
  const { view, now, answers, streams } = shown;
  const name = (at: number): string => momentName(header, at);
  const rows = Array.from(view.streams.values(), (entry) => streamRow(view, entry, header.unit, now))
    .filter((row) => answers === undefined || answers.has(row.stream))
    .sort((a, b) => anomalyScore(b) - anomalyScore(a) || a.entry.openedSeq - b.entry.openedSeq);
  const marks = run.marked.filter((event) => isMarked(event) && event.seq <= shown.seq).slice(-marksMax);
  const day = wholeWallTime(header, now);
  const about = [
    `${formatCount(rows.length)} ${answers === undefined ? 'streams' : `streams that answer “${shown.query}”`},`,
    `from ${name(run.firstAt)} to ${name(now)}${day === undefined ? '' : ` (${day})`}, trace event ${shown.seq}.`,
  ].join(' ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><title>${escapeXml(header.label || 'Streams')}</title><style>${style}</style></head>`,
    '<body>',
    `<h1>${escapeXml(header.label || 'Streams')}</h1>`,
    `<p>${escapeXml(about)}</p>`,
    section('How streams ended', table(['End', 'Streams', 'First', 'What was said'], endRows(rows, name))),
    section('What needs a look', table(['What', 'Streams'], anomalyRows(rows))),
    section('Processes', table(['Process', 'Role', 'State'], systemRows(view, name))),
    section(
      'What was marked',
      table(
        ['When', 'What'],
        marks.map((event) => [name(event.at), markText(event)]),
      ),
    ),
    section(
      'Streams, the worst first',
      table(
        [
          'Subject',
          'State',
          'Producer',
          'Consumer',
          'End',
          'Records',
          'Bytes',
          'Age',
          'Opened',
          'Needs a look',
          'Stream',
        ],
        rows.slice(0, streamsMax).map((row) => streamCells(row, header.unit, name)),
      ),
      rows.length > streamsMax ? `<p>${rows.length - streamsMax} more are left out.</p>` : '',
    ),
    section(
      streams === undefined ? 'Sequence of all streams' : `Sequence of ${[...streams].slice(0, 8).join(', ')}`,
      `<figure>${diagram.trim()}</figure>`,
    ),
    '</body></html>',
    '',
  ].join('\n');
}

function endRows(rows: readonly StreamRow[], name: (at: number) => string): readonly (readonly Cell[])[] {
  const ends = new Map<string, { count: number; at: number; text: string }>();
  for (const { reason, code, text, entry } of rows) {
    const at = Math.min(...entry.ends.flatMap(({ ending }) => ending?.at ?? []));
    const key = reason === '' ? '' : `${reason} ${code ?? ''}`;
    const known = ends.get(key) ?? { count: 0, at: Infinity, text: '' };
    const isFirst = at < known.at;
    ends.set(key, { count: known.count + 1, at: Math.min(known.at, at), text: isFirst ? text : known.text });
  }
  return [...ends]
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([key, { count, at, text }]) => [key === '' ? 'not ended' : key, count, at < Infinity ? name(at) : '', text]);
}

function anomalyRows(rows: readonly StreamRow[]): readonly (readonly Cell[])[] {
  const counts = new Map<string, number>();
  for (const anomaly of rows.flatMap(({ anomalies }) => anomalies)) counts.set(anomaly, (counts.get(anomaly) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function systemRows({ systems }: View, name: (at: number) => string): readonly (readonly Cell[])[] {
  const stateOf = ({ status, unheardSince, endedAt, isGone }: SystemEntry): string => {
    if (status !== 'running') return `${status} at ${name(endedAt ?? 0)}`;
    if (unheardSince === undefined) return 'running';
    return `not heard since ${name(unheardSince)}${isGone === true ? ', its connection is closed' : ''}`;
  };
  return Array.from(systems.values(), (entry) => [entry.system, entry.role, stateOf(entry)]);
}

function streamCells(row: StreamRow, unit: 'ms' | 'tick', name: (at: number) => string): readonly Cell[] {
  const { entry, subject, state, otherState, status, unheardSince, records, bytes, age, anomalies, stream } = row;
  const states = otherState === undefined || otherState === state ? state : `${state} / ${otherState}`;
  const more = unheardSince === undefined ? status : `not heard since ${name(unheardSince)}`;
  return [
    subject,
    more === 'active' || more === 'done' ? states : `${states}, ${more}`,
    row.producer ?? 'not watched',
    row.consumer ?? 'not watched',
    row.reason === '' ? '' : `${row.reason} ${row.code ?? ''} ${row.text}`,
    records,
    formatBytes(bytes),
    formatDuration(age, unit),
    name(entry.openedAt),
    anomalies.join(', '),
    stream,
  ];
}
