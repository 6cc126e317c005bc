import type {
  TraceActor,
  TraceContact,
  TraceEvent,
  TraceCounts,
  TraceEnd,
  Json,
  TraceStep,
  TraceSystem,
} from '../trace-events/trace-event.js';

/** One end of a stream, as far as it is watched. */
export interface StreamTableEnd {
  readonly system: string;
  /** The innermost state, such as `active.listening`. */
  state: string;
  records: number;
  bytes: number;
  waiting: number;
  /** Records a second, between the last two counts. */
  rate: number;
  /** Undefined before the first count of an actor that was running already, which says nothing of its rate. */
  countedAt: number | undefined;
  /** Between the last two counts. */
  countedEvery: number;
  end: { readonly reason: string; readonly code: number; readonly text: string } | undefined;
}

/** A stream with both of its ends. Times are those of the run. */
export interface StreamRow {
  readonly stream: string;
  subject: string;
  /** Before the first event, and so negative, where the stream is older than the run. */
  openedAt: number;
  lastSignAt: number;
  endedAt: number | undefined;
  consumer: StreamTableEnd | undefined;
  producer: StreamTableEnd | undefined;
}

/** The streams of a run, as a table. */
export interface StreamTable {
  readonly append: (events: readonly TraceEvent[]) => void;
  /** Those that live first, the busiest before all; then those that have ended, the last one first. */
  rows(): readonly StreamRow[];
  /** The time of the last event. */
  readonly at: number;
  readonly systems: ReadonlyMap<string, TraceSystem['op']>;
}

/** How many streams that have ended are kept. */
const endedMax = 1000;

/** The states of those that are over without having said how their stream ended. */
const gone: ReadonlySet<string> = new Set(['crashed', 'stopped']);

const signs = /^(frame|heartbeat|peer)\./;

export function createStreamTable(): StreamTable {
  const rows = new Map<string, StreamRow>();
  const actors = new Map<string, { readonly row: StreamRow; readonly side: StreamTableEnd }>();
  const roles = new Map<string, TraceSystem['role']>();
  const systems = new Map<string, TraceSystem['op']>();
  const lastHeard = new WeakMap<StreamTableEnd, string>();
  let at = 0;

  const onActor = (event: TraceActor): void => {
    const { system, actor, stream, subject = '', value, since = event.at } = event;
    if (stream === undefined) return;
    let row = rows.get(stream);
    if (row === undefined) {
      const times = { openedAt: since, lastSignAt: event.at, endedAt: undefined };
      row = { stream, subject, ...times, consumer: undefined, producer: undefined };
      rows.set(stream, row);
    }
    row.openedAt = Math.min(row.openedAt, since);
    const known = actors.get(keyOf(system, actor));
    // It is told anew, and goes on.
    if (known?.row === row && row.endedAt === undefined) {
      known.side.state = leafOf(value);
      return;
    }
    const countedAt = since === event.at ? event.at : undefined;
    const counted = { records: 0, bytes: 0, waiting: 0, rate: 0, countedAt, countedEvery: 0 };
    const side: StreamTableEnd = { system, state: leafOf(value), ...counted, end: undefined };
    row[roles.get(system) === 'producer' ? 'producer' : 'consumer'] = side;
    // It was thought to be over while nothing was heard of it.
    row.endedAt = undefined;
    actors.set(keyOf(system, actor), { row, side });
  };

  const onStep = ({ system, actor, value, status, event }: TraceStep): void => {
    const known = actors.get(keyOf(system, actor));
    if (known === undefined) return;
    const { row, side } = known;
    side.state = status === 'active' || status === 'done' ? leafOf(value) : status;
    if (signs.test(event.type)) row.lastSignAt = at;
    // Its last counts come after the step with which it ends.
    if (status !== 'active') settle(row);
  };

  const onCounts = ({ system, actor, records, bytes, waiting = 0 }: TraceCounts): void => {
    const known = actors.get(keyOf(system, actor));
    if (known === undefined) return;
    const { row, side } = known;
    const countedEvery = at - (side.countedAt ?? at);
    if (records > side.records) row.lastSignAt = at;
    if (countedEvery > 0) side.rate = ((records - side.records) / countedEvery) * 1000;
    Object.assign(side, { records, bytes, waiting, countedAt: at, countedEvery });
  };

  const onEnd = ({ stream, system, reason, code, text }: TraceEnd): void => {
    const row = rows.get(stream);
    if (row === undefined) return;
    for (const side of [row.consumer, row.producer]) if (side?.system === system) side.end = { reason, code, text };
    settle(row);
  };

  /** A stream is over when it is for its reader; or for its producer, where its reader is not watched. */
  const settle = (row: StreamRow): void => {
    const side = row.consumer ?? row.producer;
    if (row.endedAt !== undefined || side === undefined || (side.end === undefined && !gone.has(side.state))) return;
    row.endedAt = at;
    const ended = [...rows.values()].filter(({ endedAt }) => endedAt !== undefined);
    if (ended.length <= endedMax) return;
    ended.sort((one, other) => (one.endedAt ?? 0) - (other.endedAt ?? 0));
    for (const { stream } of ended.slice(0, ended.length - endedMax)) rows.delete(stream);
    for (const [key, known] of actors) if (!rows.has(known.row.stream)) actors.delete(key);
  };

  /** Of those who are not heard the last state is none that anybody knows of. */
  const onContact = ({ op, systems: concerned }: TraceContact): void => {
    for (const { side } of actors.values()) {
      if (!concerned.includes(side.system)) continue;
      if (op === 'lost') lastHeard.set(side, side.state);
      side.state = op === 'lost' ? 'not heard' : (lastHeard.get(side) ?? side.state);
    }
  };

  const onSystem = ({ system, role, op }: TraceSystem): void => {
    roles.set(system, role);
    systems.set(system, op);
    if (op === 'start') return;
    // What a system that is gone had is gone, too.
    for (const [key, { row, side }] of actors) {
      if (side.system !== system) continue;
      side.state = op === 'crash' ? 'crashed' : 'stopped';
      actors.delete(key);
      settle(row);
    }
  };

  const take = (event: TraceEvent): void => {
    if (event.type === 'run') {
      for (const map of [rows, actors, roles, systems]) map.clear();
      at = 0;
      return;
    }
    at = Math.max(at, event.at);
    switch (event.type) {
      case 'system':
        onSystem(event);
        return;
      case 'contact':
        onContact(event);
        return;
      case 'actor':
        onActor(event);
        return;
      case 'step':
        onStep(event);
        return;
      case 'counts':
        onCounts(event);
        return;
      case 'end':
        onEnd(event);
        return;
      default:
    }
  };

  return {
    append: (events) => {
      for (const event of events) take(event);
    },
    rows: () =>
      [...rows.values()].sort(
        (one, other) =>
          Number(one.endedAt !== undefined) - Number(other.endedAt !== undefined) ||
          (other.endedAt ?? 0) - (one.endedAt ?? 0) ||
          rateOf(other, at) - rateOf(one, at) ||
          one.openedAt - other.openedAt,
      ),
    get at() {
      return at;
    },
    systems,
  };
}

/** Counts come only while they change, so an old one says that nothing flows: one older than this, or than two intervals. */
const rateValidMs = 1000;

/** Records a second now: as the consumer counts them, or the producer where the consumer is not watched. */
export function rateOf({ consumer, producer, endedAt }: StreamRow, at: number): number {
  const side = consumer ?? producer;
  if (side?.countedAt === undefined || endedAt !== undefined) return 0;
  return at - side.countedAt > Math.max(rateValidMs, 2 * side.countedEvery) ? 0 : side.rate;
}

function leafOf(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return Object.entries(value)
    .map(([key, child]) => {
      const below = leafOf(child);
      return below === '' ? key : `${key}.${below}`;
    })
    .join(' ');
}

function keyOf(system: string, actor: string): string {
  return `${system}\n${actor}`;
}
