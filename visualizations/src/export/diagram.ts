import type { TraceEvent, TraceMark, TraceMessage } from '../../../src/trace-events/trace-event.js';
import { stateText } from '../model/state-text.js';

/** What became of a message, and of which others like it that followed at once. */
export interface MessageRow {
  readonly kind: 'message';
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
  readonly at: number;
  /** Undefined for what concerns all. */
  readonly system: string | undefined;
  readonly text: string;
  readonly tone: TraceMark['kind'] | 'state' | 'life' | 'end';
}

export type DiagramRow = MessageRow | NoteRow;

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

/** The run as rows, records of one stream that follow each other folded into one. */
export function diagramOf(events: readonly TraceEvent[]): Diagram {
  const lifelines = new Set<string>();
  const values = new Map<string, string>();
  const sentAt = new Map<string, number>();
  const rows: DiagramRow[] = [];
  let label = '';
  let startedAt: number | undefined;
  let unit: Diagram['unit'] = 'ms';
  let usesWire = false;

  const note = (at: number, system: string | undefined, tone: NoteRow['tone'], text: string): void => {
    if (system !== undefined) lifelines.add(system);
    rows.push({ kind: 'note', at, system, tone, text });
  };

  for (const event of events) {
    switch (event.type) {
      case 'run':
        ({ label, unit, startedAt } = event);
        break;
      case 'system':
        lifelines.add(event.system);
        if (event.op !== 'start') note(event.at, event.system, 'life', event.op === 'crash' ? 'crashes' : 'stops');
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
          note(event.at, event.system, 'state', `${shortName(event.actor)}: ${change}${over}`);
        }
        break;
      }
      case 'message':
        if (event.op === 'send' && event.to !== undefined) {
          sentAt.set(event.message, event.at);
        } else {
          usesWire ||= event.from === undefined || event.to === undefined;
          addMessage(rows, event, sentAt.get(event.message));
        }
        break;
      case 'contact':
        for (const system of event.systems) {
          note(event.at, system, 'fault', event.op === 'lost' ? 'not heard any more' : 'heard again');
        }
        break;
      case 'link':
        for (const system of event.systems) note(event.at, system, 'fault', `link ${event.op}`);
        break;
      case 'end':
        note(event.at, event.system, 'end', `${shortName(event.stream)} ends: ${event.reason}, ${event.code}`);
        break;
      case 'gap':
        note(event.at, undefined, 'warning', `${event.dropped} trace events were left out`);
        break;
      case 'mark':
        note(event.at, event.system, event.kind, event.text);
        break;
      default:
        // Statecharts, timers and counts have no place in a sequence diagram.
        break;
    }
  }
  const began = startedAt === undefined ? {} : { startedAt };
  return { label, unit, ...began, lifelines: usesWire ? [...lifelines, wire] : [...lifelines], rows };
}

function addMessage(rows: DiagramRow[], event: TraceMessage, sent: number | undefined): void {
  const { at, from = wire, to = wire, kind, op, stream, subject, text } = event;
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
  else rows.push({ kind: 'message', at, sentAt: sent, from, to, label, outcome: op, count: 1 });
}

/** The label of a message with how many it stands for. */
export function labelOf({ label, count }: MessageRow): string {
  return count === 1 ? label : `${label} ×${count}`;
}
