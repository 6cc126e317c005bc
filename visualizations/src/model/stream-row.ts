import { isGoodEnd } from './good-ends.js';
import type { Fields } from './query.js';
import { noRates, pastRatesAt, rateBucketWidth } from './rates.js';
import { outermostState } from './state-text.js';
import type { ActorEntry, ActorStatus, StreamEndEntry, StreamEntry, View } from './types.js';

/** What is worth a look about a stream, worst first. */
export type Anomaly =
  'error' | 'crashed' | 'badEnd' | 'unheard' | 'ends differ' | 'silent' | 'starved' | 'backlog' | 'slow to open';

/** A line of the stream table: a stream at a moment. Durations and times are in the unit of the run. */
export interface StreamRow {
  readonly entry: StreamEntry;
  readonly stream: string;
  /** The systems of its ends, as far as they are watched. */
  readonly consumer: string | undefined;
  readonly producer: string | undefined;
  /** Whether nothing comes from its producer: not to its reader, or not from its process, or until it was given up. */
  readonly isSilent: boolean;
  readonly subject: string;
  /** The state of the end where it is read, or of the only end that is watched. */
  readonly state: string;
  /** `opening`, `active`, `cancelling`, `closed`, or what another machine calls it. */
  readonly phase: string;
  /** The state of the other end, where it is watched. */
  readonly otherState: string | undefined;
  /** What became of the end where it is read, as of its actor. */
  readonly status: ActorStatus;
  /** Since when nothing was heard of the end where it is read: its state is the last one that was heard. */
  readonly unheardSince: number | undefined;
  readonly age: number;
  readonly records: number;
  readonly bytes: number;
  /** Records a second, or a tick, over the last buckets. */
  readonly rate: number;
  readonly rates: readonly number[];
  readonly waiting: number | undefined;
  readonly credit: number | undefined;
  /** How long ago the other side was last heard; undefined once the stream is over. */
  readonly silence: number | undefined;
  readonly reason: string;
  readonly code: number | undefined;
  readonly text: string;
  readonly anomalies: readonly Anomaly[];
}

const severity: Readonly<Record<Anomaly, number>> = {
  error: 256,
  crashed: 128,
  badEnd: 64,
  unheard: 32,
  'ends differ': 16,
  silent: 8,
  starved: 4,
  backlog: 2,
  'slow to open': 1,
};

/** Times from which something is worth a look, in milliseconds or ticks. */
const limits = {
  ms: { silence: 15_000, opening: 5_000, disagreement: 15_000 },
  tick: { silence: 15, opening: 5, disagreement: 15 },
};

/** Records that wait for a reader from which on it is worth a look. */
const backlogRecords = 1_000;

/** The row of a stream at a time, which may be later than the last record of the view. */
export function streamRow(view: View, entry: StreamEntry, unit: 'ms' | 'tick', now: number): StreamRow {
  const reader = entry.ends[0];
  const other = entry.ends[1];
  const actor = reader === undefined ? undefined : view.actors.get(reader.key);
  const otherActor = other === undefined ? undefined : view.actors.get(other.key);
  const ending = reader?.ending ?? other?.ending;
  const isOver = entry.endedAt !== undefined;
  const state = actor?.state ?? 'unknown';
  const unheardSince = actor?.endedAt === undefined ? unheard(view, reader) : undefined;
  const rates = pastRatesAt(reader?.rates ?? noRates, unit, now);
  const row = {
    entry,
    stream: entry.stream,
    consumer: systemOf(entry, 'consumer'),
    producer: systemOf(entry, 'producer'),
    subject: entry.subject,
    state,
    phase: outermostState(state),
    otherState: otherActor?.state,
    status: actor?.status ?? 'active',
    unheardSince,
    age: (entry.endedAt ?? now) - entry.openedAt,
    records: maxOf(entry.ends, (end) => end.records) ?? 0,
    bytes: maxOf(entry.ends, (end) => end.bytes) ?? 0,
    rate: isOver ? 0 : recentRate(rates, unit),
    rates,
    waiting: maxOf(entry.ends, (end) => end.waiting),
    credit: maxOf(entry.ends, (end) => end.credit),
    // Of a process that is not heard nobody knows what it hears.
    silence:
      isOver || reader === undefined || unheardSince !== undefined ? undefined : Math.max(0, now - reader.lastSignAt),
    reason: ending?.reason ?? '',
    code: ending?.code,
    text: ending?.text ?? '',
  };
  const isUnheard = !isOver && entry.ends.some((end) => isLiving(view, end) && unheard(view, end) !== undefined);
  const anomalies = anomaliesOf(row, actor, otherActor, isUnheard, unit, now);
  const producer = entry.ends.find(({ role }) => role === 'producer');
  const isSilent =
    anomalies.includes('silent') ||
    row.reason === 'producerSilent' ||
    (!isOver && producer !== undefined && unheard(view, producer) !== undefined);
  return { ...row, isSilent, anomalies };
}

function systemOf({ ends }: StreamEntry, role: StreamEndEntry['role']): string | undefined {
  return ends.find((end) => end.role === role)?.system;
}

function unheard(view: View, end: StreamEndEntry | undefined): number | undefined {
  return end === undefined ? undefined : view.systems.get(end.system)?.unheardSince;
}

function isLiving(view: View, { key }: StreamEndEntry): boolean {
  return view.actors.get(key)?.endedAt === undefined;
}

/** How badly a row needs a look: 0 where it does not. */
export function anomalyScore(row: StreamRow): number {
  return row.anomalies.reduce((sum, anomaly) => sum + severity[anomaly], 0);
}

function anomaliesOf(
  row: Omit<StreamRow, 'anomalies' | 'isSilent'>,
  actor: ActorEntry | undefined,
  other: ActorEntry | undefined,
  isUnheard: boolean,
  unit: 'ms' | 'tick',
  now: number,
): readonly Anomaly[] {
  const limit = limits[unit];
  const found: Anomaly[] = [];
  if (actor?.status === 'error' || other?.status === 'error') found.push('error');
  if (actor?.status === 'crashed' || other?.status === 'crashed') found.push('crashed');
  if (row.reason !== '' && !isGoodEnd(row.reason)) found.push('badEnd');
  if (isUnheard) found.push('unheard');
  const oneEnded = [actor, other].find((end) => end?.endedAt !== undefined);
  const oneLives = [actor, other].some((end) => end !== undefined && end.endedAt === undefined);
  if (!isUnheard && oneLives && oneEnded?.endedAt !== undefined && now - oneEnded.endedAt > limit.disagreement) {
    found.push('ends differ');
  }
  if (row.phase === 'active' && (row.silence ?? 0) > limit.silence) found.push('silent');
  if (row.phase === 'active' && row.credit === 0) found.push('starved');
  if (row.reason === '' && (row.waiting ?? 0) >= backlogRecords) found.push('backlog');
  if (row.phase === 'opening' && row.reason === '' && row.age > limit.opening) found.push('slow to open');
  return found;
}

/** Records a second, or a tick: the mean of the last whole buckets. */
function recentRate(rates: readonly number[], unit: 'ms' | 'tick'): number {
  const recent = rates.slice(-3);
  const seconds = unit === 'ms' ? rateBucketWidth(unit) / 1_000 : 1;
  return recent.reduce((total, value) => total + value, 0) / recent.length / seconds;
}

function maxOf(ends: readonly StreamEndEntry[], of: (end: StreamEndEntry) => number | undefined): number | undefined {
  let most: number | undefined;
  for (const end of ends) {
    const value = of(end);
    if (value !== undefined && (most === undefined || value > most)) most = value;
  }
  return most;
}

/** What a query over streams may ask. */
export const streamFields: Fields<StreamRow> = {
  state: (row) => [row.state, ...(row.otherState === undefined ? [] : [row.otherState])],
  subject: (row) => row.subject,
  stream: (row) => row.stream,
  system: (row) => row.entry.ends.map((end) => end.system),
  consumer: (row) => row.consumer,
  producer: (row) => row.producer,
  reason: (row) => row.reason,
  code: (row) => row.code,
  text: (row) => row.text,
  age: (row) => row.age,
  records: (row) => row.records,
  bytes: (row) => row.bytes,
  rate: (row) => row.rate,
  waiting: (row) => row.waiting,
  credit: (row) => row.credit,
  silence: (row) => row.silence,
  anomaly: (row) => row.anomalies,
  silent: (row) => (row.isSilent ? 'yes' : 'no'),
};
