import type { ComponentChild } from 'preact';
import { formatBytes, formatCount, formatDuration, formatRate } from '../../model/format.js';
import { anomalyScore, type StreamRow } from '../../model/stream-row.js';
import type { TraceRun } from '../../model/types.js';
import { momentName } from '../../model/wall-clock.js';
import { StatePill } from '../common/state-pill.js';
import { Sparkline } from './sparkline.js';

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** A CSS track size. */
  readonly width: string;
  readonly isNumber?: boolean;
  /** Whether it is left out where there is no room for all; the details and queries have it there. */
  readonly isExtra?: boolean;
  /** What the column is sorted by; undefined comes last in either direction. */
  readonly sortBy: (row: StreamRow) => number | string | undefined;
  readonly cell: (row: StreamRow, header: TraceRun) => ComponentChild;
}

/** The columns of the stream table, from left to right. */
export const columns: readonly Column[] = [
  {
    id: 'anomaly',
    title: '!',
    about: 'What needs a look; sorted by it, the worst come first, then those that live, the newest first',
    width: '20px',
    sortBy: anomalyScore,
    cell: ({ anomalies }) =>
      anomalies.length > 0 && (
        <span class="anomaly" title={anomalies.join(', ')}>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d="M6 .8l5.4 10H.6z" fill="currentColor" />
            <path d="M6 4.2v3.2M6 8.4v1.2" stroke="var(--surface)" stroke-width="1.3" />
          </svg>
          <span class="only-read">{anomalies.join(', ')}</span>
        </span>
      ),
  },
  {
    id: 'state',
    title: 'State',
    about: 'The state at the end where the stream is read; the whole of it is in the tooltip',
    width: '74px',
    sortBy: (row) => row.state,
    cell: (row, header) => (
      <StatePill
        state={row.state}
        isShort
        status={row.anomalies.includes('error') ? 'error' : row.status}
        unheardSince={row.unheardSince === undefined ? undefined : momentName(header, row.unheardSince)}
      />
    ),
  },
  {
    id: 'subject',
    title: 'Subject',
    about: 'The request subject',
    width: 'minmax(82px, 2fr)',
    sortBy: (row) => row.subject,
    cell: (row) => <Subject row={row} />,
  },
  {
    id: 'producer',
    title: 'Producer',
    about: 'The process that writes the records',
    width: 'minmax(54px, 1fr)',
    sortBy: (row) => row.producer,
    cell: ({ producer }) => <Process name={producer} />,
  },
  {
    id: 'consumer',
    title: 'Consumer',
    about: 'The process that reads the records',
    width: 'minmax(58px, 1fr)',
    sortBy: (row) => row.consumer,
    cell: ({ consumer }) => <Process name={consumer} />,
  },
  {
    id: 'reason',
    title: 'End',
    about: 'Why it ended',
    width: 'minmax(58px, 0.9fr)',
    sortBy: (row) => (row.reason === '' ? undefined : row.reason),
    cell: (row) =>
      row.reason !== '' && (
        <span
          class={row.anomalies.includes('badEnd') ? 'bad' : 'muted'}
          title={`${row.reason} ${row.code ?? ''} ${row.text}`}
        >
          {row.reason}
        </span>
      ),
  },
  {
    id: 'rate',
    title: 'Rate',
    about: 'Records a second now, and over the last half minute',
    width: '64px',
    isNumber: true,
    sortBy: (row) => row.rate,
    cell: (row, { unit }) => (
      <span class="rate" title={`${formatRate(row.rate)} records ${unit === 'ms' ? 'a second' : 'a tick'}`}>
        <Sparkline values={row.rates} />
        <span>{row.rate > 0 ? `${formatRate(row.rate)}${unit === 'ms' ? '/s' : ''}` : ''}</span>
      </span>
    ),
  },
  {
    id: 'records',
    title: 'Records',
    about: 'Records so far',
    width: '48px',
    isNumber: true,
    sortBy: (row) => row.records,
    cell: (row) => <span title={`${row.records} records`}>{formatCount(row.records)}</span>,
  },
  {
    id: 'age',
    title: 'Age',
    about: 'Since it was opened, or until it ended: minutes and seconds from a minute on',
    width: '52px',
    isNumber: true,
    sortBy: (row) => row.age,
    cell: (row, { unit }) => formatDuration(row.age, unit),
  },
  {
    id: 'bytes',
    title: 'Bytes',
    about: 'Payload bytes so far',
    width: '58px',
    isNumber: true,
    isExtra: true,
    sortBy: (row) => row.bytes,
    cell: (row) => formatBytes(row.bytes),
  },
  {
    id: 'silence',
    title: 'Heard',
    about: 'How long ago the other side was last heard',
    width: '56px',
    isNumber: true,
    isExtra: true,
    sortBy: (row) => row.silence,
    cell: (row, { unit }) => (row.silence === undefined ? '' : formatDuration(row.silence, unit)),
  },
  {
    id: 'waiting',
    title: 'Waiting',
    about: 'Records that wait for the reader, or for the wire',
    width: '54px',
    isNumber: true,
    isExtra: true,
    sortBy: (row) => row.waiting,
    cell: (row) => (row.waiting === undefined ? '' : formatCount(row.waiting)),
  },
  {
    id: 'credit',
    title: 'Credit',
    about: 'Records that may still be sent',
    width: '48px',
    isNumber: true,
    isExtra: true,
    sortBy: (row) => row.credit,
    cell: (row) => (row.credit === undefined ? '' : formatCount(row.credit)),
  },
];

/** A subject; where there is too little room its middle is left out, since subjects often differ in their last token. */
function Subject({ row: { subject, stream } }: { readonly row: StreamRow }) {
  const last = subject.lastIndexOf('.');
  return (
    <span class="subject" title={`${subject}, stream ${stream}`}>
      {last > 0 && <span>{subject.slice(0, last)}</span>}
      <span>{subject.slice(Math.max(0, last)) || '—'}</span>
    </span>
  );
}

function Process({ name }: { readonly name: string | undefined }) {
  return name === undefined ? (
    <span class="muted" title="Not watched: its process tells nothing">
      —
    </span>
  ) : (
    <span title={name}>{name}</span>
  );
}

/** The end of rows in an order: what is not known comes last. The order of what is equal stays. */
export function sortRows(rows: readonly StreamRow[], columnId: string, descending: boolean): readonly StreamRow[] {
  const column = columns.find(({ id }) => id === columnId) ?? columns[0];
  if (column === undefined) return rows;
  const keyed = rows.map((row) => ({ row, key: column.sortBy(row) }));
  const direction = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === b.key) return tieBreak(a.row, b.row);
    if (a.key === undefined) return 1;
    if (b.key === undefined) return -1;
    return (a.key < b.key ? -1 : 1) * direction;
  });
  return keyed.map(({ row }) => row);
}

/** Streams that live before those that are over, the newest first. */
function tieBreak(a: StreamRow, b: StreamRow): number {
  const over = Number(a.entry.endedAt !== undefined) - Number(b.entry.endedAt !== undefined);
  return over === 0 ? b.entry.openedSeq - a.entry.openedSeq : over;
}
