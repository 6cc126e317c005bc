import type { TraceMessage, TraceStep } from '../../../../src/trace-events/trace-event.js';
import { eventText } from '../../model/event-text.js';
import { actorKey } from '../../model/keys.js';
import { outermostState, stateText } from '../../model/state-text.js';
import type { RunReader, SequencedRecord } from '../../model/types.js';
import { ArrowStore } from './arrow-store.js';
import { HeartbeatFolds } from './heartbeat-folds.js';
import { isHeartbeat, type Arrow, type Lane, type LaneChange, type Row, type SequenceOptions } from './rows.js';

/** How many rows are kept; where there are more, the older half is forgotten. */
const rowsMax = 60_000;
/** How many messages are remembered that were told to have come and not to have been sent. */
const earlyMax = 2_000;

/**
 * The rows and arrows of a run, built record by record, so that a frame costs what has come since the one before. Rows
 * are never changed once others follow, but for the arrows that end in them and the folds that grow at the end.
 */
export class SequenceModel {
  readonly options: SequenceOptions;
  readonly rows: Row[] = [];
  readonly lanes: Lane[] = [];
  /** Whether a message was seen of which only one end was watched. */
  usesWire = false;
  readonly #arrows = new ArrowStore();
  readonly #underWay = new Map<string, Arrow>();
  /** Messages that have come before their sending was told: two processes tell of their ends when it suits them. */
  readonly #early = new Map<string, Arrow>();
  readonly #states = new Map<string, string>();
  readonly #streamOf = new Map<string, string>();
  /** The actor that is the end of a stream at a system. */
  readonly #endOf = new Map<string, string>();
  readonly #changes = new Map<string, LaneChange[]>();
  readonly #pulses = new HeartbeatFolds();
  #seen = 0;
  #hasAnyEnd = false;

  constructor(options: SequenceOptions) {
    this.options = options;
  }

  /** Takes the records that have come since the last time. False where it is too large, and must be built again. */
  read(run: RunReader): boolean {
    run.forEach(Math.max(this.#seen + 1, run.firstSeq), run.lastSeq, (record) => {
      this.add(record);
      return undefined;
    });
    return this.rows.length <= rowsMax;
  }

  /** The record from which to build again, so that the newer half is kept. */
  get middleSeq(): number {
    return this.rows[this.rows.length >> 1]?.seq ?? 0;
  }

  /** Takes records from here on only. */
  startAt(seq: number): void {
    this.#seen = seq - 1;
  }

  add(record: SequencedRecord): void {
    this.#seen = record.seq;
    switch (record.type) {
      case 'system':
        this.#lane(record.system, record.role);
        if (record.op === 'start' || !this.#isConcerned(record.system)) return;
        this.#row(record, 'life', record.system, record.op === 'crash' ? 'crashes' : 'stops');
        this.#change(record.system, { isOver: true });
        return;
      case 'actor':
        this.#states.set(actorKey(record.system, record.actor), stateText(record.value));
        if (record.stream === undefined) return;
        this.#streamOf.set(actorKey(record.system, record.actor), record.stream);
        this.#endOf.set(endKey(record.system, record.stream), actorKey(record.system, record.actor));
        if (!this.#concerns(record.stream)) return;
        this.#hasAnyEnd = true;
        this.#stateRow(record, record.stream, stateText(record.value), `+ ${stateText(record.value)}`);
        return;
      case 'step':
        this.#step(record);
        return;
      case 'message':
        this.#message(record);
        return;
      case 'link':
        for (const system of record.systems) {
          if (!this.#isConcerned(system)) continue;
          this.#row(record, 'link', system, `connection ${record.op}`);
          this.#change(system, { isDown: record.op !== 'restored' });
        }
        return;
      case 'end':
        if (!this.#concerns(record.stream)) return;
        this.#row(record, 'end', record.system, `ends: ${record.reason} ${record.code}`, {
          stream: record.stream,
          actor: record.actor,
        });
        return;
      case 'gap':
        this.#row(record, 'gap', undefined, `${record.dropped} trace events were left out`);
        return;
      case 'mark':
        this.#row(record, 'mark', record.system, record.text, { tone: record.kind });
        return;
      default:
    }
  }

  /** The arrows that cross the rows from one to another, both included. */
  arrowsBetween(from: number, to: number): readonly Arrow[] {
    return this.#arrows.between(from, to);
  }

  /** The arrows that start in a row. */
  arrowsOf(row: number): readonly Arrow[] {
    return this.#arrows.startingIn(row);
  }

  /** How a lifeline changes, in the order of rows. */
  changesOf(system: string): readonly LaneChange[] {
    return this.#changes.get(system) ?? [];
  }

  /** The last row that begins at or before a record; -1 where all are later. */
  rowAt(seq: number): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.rows[middle]?.seq ?? Infinity) <= seq) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Whether a system has an end of the stream that is shown alone. Before its stream has any end, every system may. */
  hasEnd(system: string): boolean {
    const { stream } = this.options;
    return stream === undefined || this.#endOf.has(endKey(system, stream));
  }

  /** Once the stream that is shown alone has an end, what befalls systems without one does not matter to it. */
  #isConcerned(system: string | undefined): boolean {
    return system === undefined || this.hasEnd(system) || !this.#hasAnyEnd;
  }

  #concerns(stream: string | undefined): boolean {
    return this.options.stream === undefined || stream === this.options.stream;
  }

  #lane(system: string, role: Lane['role']): void {
    const at = this.lanes.findIndex((lane) => lane.system === system);
    if (at < 0) this.lanes.push({ system, role });
    else if (role !== 'other') this.lanes[at] = { system, role };
  }

  #row(
    record: SequencedRecord,
    kind: Row['kind'],
    system: string | undefined,
    text: string,
    more: Partial<Pick<Row, 'actor' | 'stream' | 'state' | 'tone' | 'message'>> = {},
  ): Row {
    if (system !== undefined) this.#lane(system, 'other');
    const { seq, at } = record;
    const row: Row = { kind, seq, lastSeq: seq, at, lastAt: at, system, text, ...more };
    this.rows.push(row);
    return row;
  }

  #change(system: string, change: Partial<LaneChange>): void {
    const changes = this.#changes.get(system) ?? [];
    if (changes.length === 0) this.#changes.set(system, changes);
    const { state, isDown = false, isOver = false } = changes.at(-1) ?? {};
    changes.push({ isDown, isOver, ...(state !== undefined && { state }), ...change, row: this.rows.length - 1 });
  }

  #stateRow(
    record: SequencedRecord & { system: string; actor: string },
    stream: string,
    state: string,
    text: string,
  ): void {
    this.#row(record, 'state', record.system, text, { actor: record.actor, stream, state });
    if (this.options.stream !== undefined) this.#change(record.system, { state: outermostState(state) });
  }

  #step(record: TraceStep): void {
    const key = actorKey(record.system, record.actor);
    const stream = this.#streamOf.get(key);
    const before = this.#states.get(key);
    const after = stateText(record.value);
    if (before === after && record.status === 'active') return;
    this.#states.set(key, after);
    if (stream === undefined || !this.#concerns(stream)) return;
    this.#stateRow(
      record,
      stream,
      after,
      `${after}${record.status === 'error' ? ' (error)' : ''} ← ${eventText(record.event.type)}`,
    );
  }

  #message(record: TraceMessage): void {
    const isPulse = isHeartbeat(record);
    if (isPulse ? !this.#isPulseConcerned(record) : !this.#concerns(record.stream)) return;
    // A heartbeat that is lost has a line of its own, folded or not.
    if (isPulse && this.options.foldHeartbeats && (record.op === 'send' || record.op === 'deliver'))
      this.#pulses.add(record, this.rows.at(-1), () => this.#row(record, 'heartbeats', undefined, ''));
    else if (record.op === 'send') this.#send(record);
    else this.#arrive(record, this.#underWay.get(record.message));
  }

  /** A heartbeat is of no stream: it concerns those whose ends it goes from or to. */
  #isPulseConcerned({ from, to }: TraceMessage): boolean {
    return this.#isConcerned(from) && this.#isConcerned(to);
  }

  #send(record: TraceMessage): void {
    const early = this.#early.get(record.message);
    if (early !== undefined) {
      this.#early.delete(record.message);
      early.from = record.from;
      early.startAt = record.at;
      return;
    }
    const last = this.rows.at(-1);
    const open = last?.kind === 'message' ? this.#arrows.startingIn(this.rows.length - 1).at(-1) : undefined;
    if (
      this.options.foldRecords &&
      record.kind === 'data' &&
      open?.kind === 'data' &&
      open.from === record.from &&
      open.startRow === this.rows.length - 1 &&
      (open.outcome === 'underWay' || open.outcome === 'delivered') &&
      !open.isLate &&
      last !== undefined
    ) {
      open.count += 1;
      open.isMixed ||= open.stream !== record.stream;
      open.bytes += record.bytes;
      last.lastSeq = record.seq;
      last.lastAt = record.at;
      this.#underWay.set(record.message, open);
      return;
    }
    this.#row(record, 'message', record.from, '', { stream: record.stream, message: record.message });
    this.#underWay.set(record.message, this.#arrow(record, record.from, record.to, 'underWay'));
  }

  /** A message has come to its end: at the row of its sending where nothing came between, else in a row of its own. */
  #arrive(record: TraceMessage, sent: Arrow | undefined): void {
    const outcome = {
      deliver: 'delivered',
      drop: 'dropped',
      dead: 'dead',
      duplicate: 'duplicate',
      send: 'underWay',
    } as const;
    const isLate = record.op === 'deliver' && record.kind === 'data' && this.#hasLeft(record.to, record.stream);
    if (sent === undefined || record.op === 'duplicate') {
      this.#row(record, 'message', record.to ?? record.from, '', { stream: record.stream, message: record.message });
      const from = record.op === 'duplicate' ? undefined : record.from;
      const arrow = this.#arrow(record, from, record.to, outcome[record.op]);
      arrow.isLate = isLate;
      if (record.op === 'deliver') {
        arrow.delivered = 1;
        if (this.#early.size >= earlyMax) this.#early.delete(this.#early.keys().next().value ?? '');
        if (record.from === undefined) this.#early.set(record.message, arrow);
      }
      return;
    }
    this.#underWay.delete(record.message);
    if (sent.count > 1 && record.op !== 'deliver') {
      // What befell one of many is shown by itself.
      sent.count -= 1;
      sent.bytes -= record.bytes;
      this.#row(record, 'message', record.from, '', { stream: record.stream, message: record.message });
      this.#arrow(record, sent.from, record.to ?? sent.to, outcome[record.op]);
      return;
    }
    sent.to = record.to ?? sent.to;
    sent.outcome = outcome[record.op];
    sent.endAt = record.at;
    if (record.op === 'deliver') sent.delivered += 1;
    sent.isLate = isLate || sent.isLate;
    const lastRow = this.rows.length - 1;
    const last = this.rows[lastRow];
    if (sent.endRow === lastRow && last !== undefined) {
      last.lastSeq = record.seq;
      last.lastAt = record.at;
    } else if (sent.count === 1) {
      this.#row(record, 'message', record.to, '', { stream: record.stream, message: record.message });
      this.#arrows.extend(sent, lastRow + 1);
    }
  }

  #arrow(record: TraceMessage, from: string | undefined, to: string | undefined, outcome: Arrow['outcome']): Arrow {
    const row = this.rows.length - 1;
    if (from !== undefined) this.#lane(from, 'other');
    if (to !== undefined) this.#lane(to, 'other');
    if (from === undefined || to === undefined) this.usesWire = true;
    const { message, kind, stream, subject, text, bytes, at } = record;
    const arrow: Arrow = {
      ...{ message, kind, stream, subject, text, from, to, outcome, bytes },
      ...{ isLate: false, isMixed: false, startRow: row, endRow: row, startAt: at, endAt: at, count: 1, delivered: 0 },
    };
    this.#arrows.add(arrow);
    return arrow;
  }

  /** Whether the end of a stream at a system has been left: what comes now is too late. */
  #hasLeft(system: string | undefined, stream: string | undefined): boolean {
    if (system === undefined || stream === undefined) return false;
    const key = this.#endOf.get(endKey(system, stream));
    const phase = key === undefined ? '' : outermostState(this.#states.get(key) ?? '');
    return phase === 'cancelling' || phase === 'closed';
  }
}

function endKey(system: string, stream: string): string {
  return `${system}\n${stream}`;
}
