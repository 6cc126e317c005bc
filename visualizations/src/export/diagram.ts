import type { TraceEvent, TraceMark, TraceMessage } from '../../../src/trace-events/trace-event.js';
import { stateText } from '../model/state-text.js';
import type { Moment, View } from '../model/types.js';

/** What became of a message, and of which others like it that followed at once. */
export interface MessageRow {
  readonly kind: 'message';
  readonly seq: number;
  readonly at: number;
  /** When it was sent, where that is known. */
  readonly sentAt: number | undefined;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly outcome: TraceMessage['op'];
  /** How many messages this row stands for. */
  readonly count: number;
}

/** Something that happened at one lifeline, or to all of them. */
export interface NoteRow {
  readonly kind: 'note';
  readonly seq: number;
  readonly at: number;
  /** Undefined for what concerns all. */
  readonly system: string | undefined;
  readonly text: string;
  readonly tone: TraceMark['kind'] | 'state' | 'life' | 'end';
  /** How many heartbeats and answers it stands for. */
  readonly pulses?: number;
}

export type DiagramRow = MessageRow | NoteRow;

/** What a diagram is of. */
export interface DiagramScope {
  /** What was before the events. */
  readonly before?: View;
  /** The moment around which rows are kept where there are too many. */
  readonly moment?: Moment;
  /** The streams that it is of; what befalls systems that have no end of one is left out. */
  readonly streams?: ReadonlySet<string> | undefined;
}

/** How many rows a diagram has at most: Mermaid takes no more than 500 messages, and people fewer. */
const rowsMax = 300;

/** A run as a sequence diagram: what all drawings and texts of it are made from. */
export interface Diagram {
  readonly label: string;
  readonly unit: 'ms' | 'tick';
  /** When the run began, in milliseconds since 1970, where it happened in real time. */
  readonly startedAt?: number;
  readonly lifelines: readonly string[];
  readonly rows: readonly DiagramRow[];
}

/** The lifeline of messages of which only one end was watched. */
export const wire = 'NATS';

/** The last token of an inbox, by which people tell streams apart. */
export function shortName(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** The events as rows, records of one stream that follow each other folded into one, and so are heartbeats. */
export function diagramOf(events: readonly TraceEvent[], scope: DiagramScope = {}): Diagram {
  const systems = systemsOf(events, scope);
  const seen = new Set<string>();
  const values = new Map<string, string>();
  for (const { system, actor, state } of scope.before?.actors.values() ?? []) values.set(`${system} ${actor}`, state);
  const sentAt = new Map<string, number>();
  const rows: DiagramRow[] = [];
  let label = '';
  let startedAt: number | undefined;
  let unit: Diagram['unit'] = 'ms';

  const isConcerned = (system: string | undefined): boolean =>
    system === undefined || systems === undefined || systems.has(system);
  const note = (
    { at, seq }: { readonly at: number; readonly seq: number },
    system: string | undefined,
    tone: NoteRow['tone'],
    text: string,
  ): void => {
    if (!isConcerned(system)) return;
    if (system !== undefined) seen.add(system);
    rows.push({ kind: 'note', seq, at, system, tone, text });
  };

  for (const event of events) {
    switch (event.type) {
      case 'run':
        ({ label, unit, startedAt } = event);
        break;
      case 'system':
        if (isConcerned(event.system)) seen.add(event.system);
        if (event.op !== 'start') note(event, event.system, 'life', event.op === 'crash' ? 'crashes' : 'stops');
        break;
      case 'actor':
        values.set(`${event.system} ${event.actor}`, stateText(event.value));
        break;
      case 'step': {
        const key = `${event.system} ${event.actor}`;
        const [before, after] = [values.get(key), stateText(event.value)];
        values.set(key, after);
        const over = event.status === 'active' ? '' : ` (${event.status})`;
        if (before !== after || over !== '') {
          const change = before === after ? after : `${before ?? '?'} → ${after}`;
          note(event, event.system, 'state', `${shortName(event.actor)}: ${change}${over}`);
        }
        break;
      }
      case 'message':
        if (!isConcerned(event.from) || !isConcerned(event.to)) break;
        if (event.op === 'send' && event.to !== undefined) sentAt.set(event.message, event.at);
        else if (isPulse(event)) addPulse(rows, event);
        else addMessage(rows, event, sentAt.get(event.message));
        break;
      case 'contact':
        for (const system of event.systems) {
          note(event, system, 'fault', event.op === 'lost' ? 'not heard any more' : 'heard again');
        }
        break;
      case 'link':
        for (const system of event.systems) note(event, system, 'fault', `link ${event.op}`);
        break;
      case 'end':
        note(event, event.system, 'end', `${shortName(event.stream)} ends: ${event.reason}, ${event.code}`);
        break;
      case 'gap':
        note(event, undefined, 'warning', `${event.dropped} trace events were left out`);
        break;
      case 'mark':
        note(event, event.system, event.kind, event.text);
        break;
      default:
        // Statecharts, timers and counts have no place in a sequence diagram.
        break;
    }
  }
  const began = startedAt === undefined ? {} : { startedAt };
  const kept = around(rows, scope.moment ?? Infinity);
  const used = new Set(kept.flatMap((row) => (row.kind === 'message' ? [row.from, row.to] : (row.system ?? []))));
  // Those that were told come in their order; then whoever is named by messages alone, and the wire.
  const lifelines = [...new Set([...seen, ...used])].filter((name) => used.has(name) && name !== wire);
  return { label, unit, ...began, lifelines: used.has(wire) ? [...lifelines, wire] : lifelines, rows: kept };
}

/** The systems that have an end of one of the streams; undefined where it is of all. */
function systemsOf(events: readonly TraceEvent[], { before, streams }: DiagramScope): ReadonlySet<string> | undefined {
  if (streams === undefined) return undefined;
  const found = new Set<string>();
  for (const stream of streams) {
    for (const { system } of before?.streams.get(stream)?.ends ?? []) found.add(system);
  }
  for (const event of events) {
    if (event.type === 'actor' && event.stream !== undefined && streams.has(event.stream)) found.add(event.system);
    if (event.type !== 'message' || event.stream === undefined || !streams.has(event.stream)) continue;
    for (const system of [event.from, event.to]) if (system !== undefined) found.add(system);
  }
  return found;
}

/** As many rows as there may be, around the moment, with a note where others are left out. */
function around(rows: readonly DiagramRow[], moment: Moment): readonly DiagramRow[] {
  if (rows.length <= rowsMax) return rows;
  const after = rows.findIndex(({ seq }) => seq > moment);
  const place = after < 0 ? rows.length : after;
  const from = Math.min(Math.max(0, place - rowsMax / 2), rows.length - rowsMax);
  const kept = rows.slice(from, from + rowsMax);
  const leftOut = (count: number, where: string, { at, seq }: DiagramRow): readonly NoteRow[] =>
    count === 0
      ? []
      : [{ kind: 'note', seq, at, system: undefined, tone: 'note', text: `${count} rows ${where} are left out` }];
  const [first, last] = [kept[0], kept.at(-1)];
  if (first === undefined || last === undefined) return kept;
  return [...leftOut(from, 'before', first), ...kept, ...leftOut(rows.length - from - rowsMax, 'after', last)];
}

/** Whether it is a heartbeat, or its answer, that has come as it should. */
function isPulse({ kind, op }: TraceMessage): boolean {
  return ['heartbeat', 'ask', 'answer'].includes(kind) && (op === 'send' || op === 'deliver');
}

function addPulse(rows: DiagramRow[], { seq, at, from, to }: TraceMessage): void {
  const last = rows.at(-1);
  const system = from ?? to;
  const isMore = last?.kind === 'note' && last.pulses !== undefined && last.system === system;
  const pulses = isMore ? (last.pulses ?? 0) + 1 : 1;
  const text = `♥ ${pulses} ${pulses === 1 ? 'heartbeat or answer' : 'heartbeats and answers'}`;
  const row: NoteRow = {
    kind: 'note',
    seq: isMore ? last.seq : seq,
    at: isMore ? last.at : at,
    system,
    tone: 'note',
    text,
    pulses,
  };
  if (isMore) rows[rows.length - 1] = row;
  else rows.push(row);
}

function addMessage(rows: DiagramRow[], event: TraceMessage, sent: number | undefined): void {
  const { seq, at, from = wire, to = wire, kind, op, stream, subject, text } = event;
  const about = kind === 'open' ? subject : stream === undefined ? '' : shortName(stream);
  const label = [kind, about, text].filter((part) => part !== undefined && part !== '').join(' ');
  const last = rows.at(-1);
  const isMore =
    kind === 'data' &&
    last?.kind === 'message' &&
    last.label === label &&
    last.outcome === op &&
    last.from === from &&
    last.to === to;
  if (isMore) rows[rows.length - 1] = { ...last, count: last.count + 1 };
  else rows.push({ kind: 'message', seq, at, sentAt: sent, from, to, label, outcome: op, count: 1 });
}

/** The label of a message with how many it stands for. */
export function labelOf({ label, count }: MessageRow): string {
  return count === 1 ? label : `${label} ×${count}`;
}
