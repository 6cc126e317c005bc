import type { TraceActor, TraceMessage, TraceStep } from '../../../../src/trace-events/trace-event.js';
import { actorName } from '../../model/actor-name.js';
import { eventText } from '../../model/event-text.js';
import { actorKey } from '../../model/keys.js';
import { outermostState, stateText } from '../../model/state-text.js';
import type { Moment, RunReader, SequencedEvent, View } from '../../model/types.js';
import { ArrowStore } from './arrow-store.js';
import { HeartbeatFolds } from './heartbeat-folds.js';
import { isHeartbeat, type Arrow, type Lane, type LaneChange, type Row, type SequenceOptions } from './rows.js';
import { rowText } from './words.js';

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
  /** The actors that have a lifeline of their own, by their keys. */
  readonly #actorLanes = new Set<string>();
  readonly #streamOf = new Map<string, string>();
  /** The actor that is the end of a stream at a system. */
  readonly #endOf = new Map<string, string>();
  readonly #changes = new Map<string, LaneChange[]>();
  readonly #pulses = new HeartbeatFolds();
  /** The systems that have an end of one of the streams that are shown. */
  readonly #endSystems = new Set<string>();
  /** The lifelines on which there is a row or an arrow. */
  readonly #touched = new Set<string>();
  #firstSeq = 0;
  /** The last event of the run that was looked at. */
  seen = 0;
  /** Whether nothing comes before, or after, what it was given. */
  isFromStart = true;
  isToEnd = true;

  constructor(options: SequenceOptions) {
    this.options = options;
  }

  /** The first and the last event that it was given; both 0 where there was none. */
  get firstSeq(): Moment {
    return this.#firstSeq;
  }

  get lastSeq(): Moment {
    return this.seen;
  }

  /** Takes the events that have come since the last time. */
  read(run: RunReader): void {
    run.forEach(Math.max(this.seen + 1, run.firstSeq), run.lastSeq, (event) => {
      this.add(event);
      return undefined;
    });
  }

  /** What was before the first event: who is there, in which states. */
  startAfter(view: View): void {
    for (const { system, role } of view.systems.values()) if (role !== 'other') this.#lane(system, role);
    for (const { key, system, actor, src, parent, stream, state, endedAt } of view.actors.values()) {
      if (stream !== undefined) {
        this.#know(key, system, stream);
      } else if (endedAt === undefined && this.#hasOwnActors(system)) {
        this.#actorLanes.add(key);
        const name = actorName({ actor, ...(src !== undefined && { src }), ...(parent !== undefined && { parent }) });
        this.lanes.push({ key, name, system, role: 'actor' });
      }
      this.#states.set(key, state);
    }
  }

  #know(key: string, system: string, stream: string): void {
    this.#streamOf.set(key, stream);
    this.#endOf.set(endKey(system, stream), key);
    if (this.options.streams?.has(stream) === true) this.#endSystems.add(system);
  }

  /** The lifelines on which something happens here, or that have an end of a stream that is shown. */
  get usedLanes(): readonly Lane[] {
    const used = this.lanes.filter(({ key, system }) =>
      this.options.streams === undefined ? this.#touched.has(key) : this.#endSystems.has(system),
    );
    return used.length === 0 ? this.lanes : used;
  }

  add(event: SequencedEvent): void {
    if (this.#firstSeq === 0) this.#firstSeq = event.seq;
    this.seen = event.seq;
    switch (event.type) {
      case 'system':
        // What is no client has a lifeline once something happens on it, or its actors have theirs.
        if (event.role !== 'other') this.#lane(event.system, event.role);
        if (event.op === 'start' || !this.#isConcerned(event.system)) return;
        this.#row(event, 'life', event.system, event.op === 'crash' ? 'crashes' : 'stops');
        this.#change(event.system, { isOver: true });
        for (const { key, system, role } of this.lanes) {
          if (role === 'actor' && system === event.system) this.#change(key, { isOver: true });
        }
        return;
      case 'actor':
        if (event.stream === undefined) this.#ownActor(event);
        this.#states.set(actorKey(event.system, event.actor), stateText(event.value));
        if (event.stream === undefined) return;
        this.#know(actorKey(event.system, event.actor), event.system, event.stream);
        if (!this.#concerns(event.stream)) return;
        this.#stateRow(event, event.stream, stateText(event.value), `+ ${stateText(event.value)}`);
        return;
      case 'step':
        this.#step(event);
        return;
      case 'message':
        this.#message(event);
        return;
      case 'contact':
        for (const system of event.systems) {
          if (!this.#isConcerned(system)) continue;
          this.#row(event, 'link', system, event.op === 'lost' ? 'not heard any more' : 'heard again');
        }
        return;
      case 'link':
        for (const system of event.systems) {
          if (!this.#isConcerned(system)) continue;
          this.#row(event, 'link', system, `connection ${event.op}`);
          this.#change(system, { isDown: event.op !== 'restored' });
        }
        return;
      case 'end':
        if (!this.#concerns(event.stream)) return;
        this.#row(event, 'end', event.system, `ends: ${event.reason} ${event.code}`, {
          stream: event.stream,
          actor: event.actor,
        });
        return;
      case 'gap':
        this.#row(event, 'gap', undefined, `${event.dropped} trace events were left out`);
        return;
      case 'mark':
        this.#row(event, 'mark', event.system, event.text, { tone: event.kind });
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

  /** What a lifeline is called. */
  nameOf(lane: string): string {
    return this.lanes.find(({ key }) => key === lane)?.name ?? lane;
  }

  /** A row in one sentence. */
  textOf(row: number, unit: 'ms' | 'tick'): string {
    const found = this.rows[row];
    return found === undefined ? '' : rowText(found, this.#arrows.startingIn(row), unit, (lane) => this.nameOf(lane));
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

  /** Once the streams that are shown have an end, what befalls systems without one does not matter to them. */
  #isConcerned(system: string | undefined): boolean {
    if (system === undefined || this.options.streams === undefined) return true;
    return this.#endSystems.has(system) || this.#endSystems.size === 0;
  }

  #concerns(stream: string | undefined): boolean {
    return this.options.streams === undefined || (stream !== undefined && this.options.streams.has(stream));
  }

  #lane(system: string, role: Exclude<Lane['role'], 'actor'>): void {
    const at = this.lanes.findIndex(({ key }) => key === system);
    const lane = { key: system, name: system, system, role };
    if (at < 0) this.lanes.push(lane);
    else if (role !== 'other') this.lanes[at] = lane;
  }

  /** Whether an actor of this system that is no end of a stream has a lifeline of its own: those of a client have not. */
  #hasOwnActors(system: string): boolean {
    if (this.options.streams !== undefined) return false;
    const lane = this.lanes.find(({ key }) => key === system);
    return lane === undefined || lane.role === 'other';
  }

  /** An actor of an application comes. One that is told anew has its lifeline already. */
  #ownActor(event: TraceActor): void {
    const { system, actor, parent, value } = event;
    const key = actorKey(system, actor);
    if (!this.#hasOwnActors(system)) return;
    const state = stateText(value);
    const isNew = !this.#actorLanes.has(key);
    if (!isNew && this.#states.get(key) === state) return;
    if (isNew) {
      this.#actorLanes.add(key);
      this.lanes.push({ key, name: actorName(event), system, role: 'actor' });
      if (parent !== undefined) this.#eventRow(event, actorKey(system, parent), key, 'starts');
    }
    this.#ownState(event, state, `+ ${state}`);
  }

  #ownState(event: TraceActor | TraceStep, state: string, text: string): void {
    const { system, actor } = event;
    const lane = actorKey(system, actor);
    this.#row(event, 'state', system, text, { lane, actor, state });
    const isOver = event.type === 'step' && event.status !== 'active';
    this.#change(lane, { state: outermostState(state), isOver });
  }

  /** An event that one actor sends another, as an arrow. False where one of them has no lifeline. */
  #eventRow(event: TraceActor | TraceStep, from: string, to: string, kind: string): boolean {
    if (!this.#actorLanes.has(from) || !this.#actorLanes.has(to)) return false;
    const { seq, at, system, actor } = event;
    const last = this.rows.at(-1);
    const before = last?.kind === 'message' ? this.#arrows.startingIn(this.rows.length - 1).at(-1) : undefined;
    if (
      this.options.foldRecords &&
      last !== undefined &&
      before?.isEvent === true &&
      before.kind === kind &&
      before.from === from &&
      before.to === to
    ) {
      before.count += 1;
      before.delivered += 1;
      last.lastSeq = seq;
      last.lastAt = at;
      return true;
    }
    this.#touched.add(from);
    this.#row(event, 'message', system, '', { lane: to, actor });
    const row = this.rows.length - 1;
    this.#arrows.add({
      ...{ message: `event ${seq}`, kind, isEvent: true, from, to, outcome: 'delivered', bytes: 0, subject: '' },
      ...{ stream: undefined, text: undefined, isLate: false, isMixed: false, count: 1, delivered: 1 },
      ...{ startRow: row, endRow: row, startAt: at, endAt: at },
    });
    return true;
  }

  #ownStep(event: TraceStep): void {
    const { system, actor, status } = event;
    const key = actorKey(system, actor);
    const before = this.#states.get(key);
    const after = stateText(event.value);
    const what = eventText(event.event.type);
    const isStart = event.event.type === 'xstate.init';
    const hasArrow =
      event.from !== undefined && !isStart && this.#eventRow(event, actorKey(system, event.from), key, what);
    if (before === after && status === 'active') return;
    this.#states.set(key, after);
    const end = status === 'active' || status === after ? '' : ` (${status})`;
    this.#ownState(event, after, `${after}${end}${hasArrow ? '' : ` ← ${what}`}`);
  }

  #row(
    event: SequencedEvent,
    kind: Row['kind'],
    system: string | undefined,
    text: string,
    more: Partial<Pick<Row, 'actor' | 'stream' | 'state' | 'tone' | 'message' | 'lane'>> = {},
  ): Row {
    if (system !== undefined && more.lane === undefined) this.#lane(system, 'other');
    const touched = more.lane ?? system;
    if (touched !== undefined) this.#touched.add(touched);
    const { seq, at } = event;
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
    record: SequencedEvent & { system: string; actor: string },
    stream: string,
    state: string,
    text: string,
  ): void {
    this.#row(record, 'state', record.system, text, { actor: record.actor, stream, state });
    if (this.options.streams?.size === 1) this.#change(record.system, { state: outermostState(state) });
  }

  #step(event: TraceStep): void {
    const key = actorKey(event.system, event.actor);
    if (this.#actorLanes.has(key)) {
      this.#ownStep(event);
      return;
    }
    const stream = this.#streamOf.get(key);
    const before = this.#states.get(key);
    const after = stateText(event.value);
    if (before === after && event.status === 'active') return;
    this.#states.set(key, after);
    if (stream === undefined || !this.#concerns(stream)) return;
    this.#stateRow(
      event,
      stream,
      after,
      `${after}${event.status === 'error' ? ' (error)' : ''} ← ${eventText(event.event.type)}`,
    );
  }

  #message(event: TraceMessage): void {
    const isPulse = isHeartbeat(event);
    if (isPulse ? !this.#isPulseConcerned(event) : !this.#concerns(event.stream)) return;
    // A heartbeat that is lost has a line of its own, folded or not.
    if (isPulse && this.options.foldHeartbeats && (event.op === 'send' || event.op === 'deliver'))
      this.#pulses.add(event, this.rows.at(-1), () => this.#row(event, 'heartbeats', undefined, ''));
    else if (event.op === 'send') this.#send(event);
    else this.#arrive(event, this.#underWay.get(event.message));
  }

  /** A heartbeat is of no stream: it concerns those whose ends it goes from or to. */
  #isPulseConcerned({ from, to }: TraceMessage): boolean {
    return this.#isConcerned(from) && this.#isConcerned(to);
  }

  #send(event: TraceMessage): void {
    const early = this.#early.get(event.message);
    if (early !== undefined) {
      this.#early.delete(event.message);
      early.from = event.from;
      early.startAt = event.at;
      return;
    }
    const last = this.rows.at(-1);
    const open = last?.kind === 'message' ? this.#arrows.startingIn(this.rows.length - 1).at(-1) : undefined;
    if (
      this.options.foldRecords &&
      event.kind === 'data' &&
      open?.kind === 'data' &&
      open.from === event.from &&
      open.startRow === this.rows.length - 1 &&
      (open.outcome === 'underWay' || open.outcome === 'delivered') &&
      !open.isLate &&
      last !== undefined
    ) {
      open.count += 1;
      open.isMixed ||= open.stream !== event.stream;
      open.bytes += event.bytes;
      last.lastSeq = event.seq;
      last.lastAt = event.at;
      this.#underWay.set(event.message, open);
      return;
    }
    this.#row(event, 'message', event.from, '', { stream: event.stream, message: event.message });
    this.#underWay.set(event.message, this.#arrow(event, event.from, event.to, 'underWay'));
  }

  /** A message has come to its end: at the row of its sending where nothing came between, else in a row of its own. */
  #arrive(event: TraceMessage, sent: Arrow | undefined): void {
    const outcome = {
      deliver: 'delivered',
      drop: 'dropped',
      dead: 'dead',
      duplicate: 'duplicate',
      send: 'underWay',
    } as const;
    const isLate = event.op === 'deliver' && event.kind === 'data' && this.#hasLeft(event.to, event.stream);
    if (sent === undefined || event.op === 'duplicate') {
      this.#row(event, 'message', event.to ?? event.from, '', { stream: event.stream, message: event.message });
      const from = event.op === 'duplicate' ? undefined : event.from;
      const arrow = this.#arrow(event, from, event.to, outcome[event.op]);
      arrow.isLate = isLate;
      if (event.op === 'deliver') {
        arrow.delivered = 1;
        if (this.#early.size >= earlyMax) this.#early.delete(this.#early.keys().next().value ?? '');
        if (event.from === undefined) this.#early.set(event.message, arrow);
      }
      return;
    }
    this.#underWay.delete(event.message);
    if (sent.count > 1 && event.op !== 'deliver') {
      // What befell one of many is shown by itself.
      sent.count -= 1;
      sent.bytes -= event.bytes;
      this.#row(event, 'message', event.from, '', { stream: event.stream, message: event.message });
      this.#arrow(event, sent.from, event.to ?? sent.to, outcome[event.op]);
      return;
    }
    sent.to = event.to ?? sent.to;
    if (sent.to !== undefined) this.#touched.add(sent.to);
    sent.outcome = outcome[event.op];
    sent.endAt = event.at;
    if (event.op === 'deliver') sent.delivered += 1;
    sent.isLate = isLate || sent.isLate;
    const lastRow = this.rows.length - 1;
    const last = this.rows[lastRow];
    if (sent.endRow === lastRow && last !== undefined) {
      last.lastSeq = event.seq;
      last.lastAt = event.at;
    } else if (sent.count === 1) {
      this.#row(event, 'message', event.to, '', { stream: event.stream, message: event.message });
      this.#arrows.extend(sent, lastRow + 1);
    }
  }

  #arrow(event: TraceMessage, from: string | undefined, to: string | undefined, outcome: Arrow['outcome']): Arrow {
    const row = this.rows.length - 1;
    for (const end of [from, to]) {
      if (end === undefined) continue;
      this.#lane(end, 'other');
      this.#touched.add(end);
    }
    if (from === undefined || to === undefined) this.usesWire = true;
    const { message, kind, stream, subject, text, bytes, at } = event;
    const arrow: Arrow = {
      ...{ message, kind, isEvent: false, stream, subject, text, from, to, outcome, bytes },
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
