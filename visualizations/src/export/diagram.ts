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
export function diagramOf(records: readonly TraceEvent[]): Diagram {
  const lifelines = new Set<string>();
  const values = new Map<string, string>();
  const sentAt = new Map<string, number>();
  const rows: DiagramRow[] = [];
  let label = '';
  let unit: Diagram['unit'] = 'ms';
  let usesWire = false;

  const note = (at: number, system: string | undefined, tone: NoteRow['tone'], text: string): void => {
    if (system !== undefined) lifelines.add(system);
    rows.push({ kind: 'note', at, system, tone, text });
  };

  for (const record of records) {
    switch (record.type) {
      case 'run':
        ({ label, unit } = record);
        break;
      case 'system':
        lifelines.add(record.system);
        if (record.op !== 'start') note(record.at, record.system, 'life', record.op === 'crash' ? 'crashes' : 'stops');
        break;
      case 'actor':
        values.set(`${record.system} ${record.actor}`, stateText(record.value));
        break;
      case 'step': {
        const key = `${record.system} ${record.actor}`;
        const [before, after] = [values.get(key), stateText(record.value)];
        values.set(key, after);
        const over = record.status === 'active' ? '' : ` (${record.status})`;
        if (before !== after || over !== '') {
          const change = before === after ? after : `${before ?? '?'} → ${after}`;
          note(record.at, record.system, 'state', `${shortName(record.actor)}: ${change}${over}`);
        }
        break;
      }
      case 'message':
        if (record.op === 'send' && record.to !== undefined) {
          sentAt.set(record.message, record.at);
        } else {
          usesWire ||= record.from === undefined || record.to === undefined;
          addMessage(rows, record, sentAt.get(record.message));
        }
        break;
      case 'link':
        for (const system of record.systems) note(record.at, system, 'fault', `link ${record.op}`);
        break;
      case 'end':
        note(record.at, record.system, 'end', `${shortName(record.stream)} ends: ${record.reason}, ${record.code}`);
        break;
      case 'gap':
        note(record.at, undefined, 'warning', `${record.dropped} trace events were left out`);
        break;
      case 'mark':
        note(record.at, record.system, record.kind, record.text);
        break;
      default:
        // Statecharts, timers and counts have no place in a sequence diagram.
        break;
    }
  }
  return { label, unit, lifelines: usesWire ? [...lifelines, wire] : [...lifelines], rows };
}

function addMessage(rows: DiagramRow[], record: TraceMessage, sent: number | undefined): void {
  const { at, from = wire, to = wire, kind, op, stream, subject, text } = record;
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
