import type { Json, TraceEvent, TraceMessage } from '../../trace-events/trace-event.js';

/** So many lines are drawn: those before the last one. */
const linesMax = 40;

const timeWidth = 10;
const columnWidth = 26;

interface Line {
  readonly time: string;
  readonly row: string[];
  readonly note: string;
}

/**
 * What a trace tells up to its end as text: lifelines, messages between them, timers, and what each actor does at the
 * right. Of a long one the last lines.
 */
export function traceDiagram(trace: readonly TraceEvent[]): string {
  const shown = lastShown(trace);
  const systems = [...new Set(shown.flatMap(systemsOf))];
  const columnOf = (system: string | undefined) => timeWidth + Math.max(0, systems.indexOf(system ?? '')) * columnWidth;
  const width = timeWidth + systems.length * columnWidth;
  const senders = new Map<string, string>();
  for (const event of shown) {
    if (event.type === 'message' && event.op === 'send' && event.from !== undefined)
      senders.set(event.message, event.from);
  }
  const arrived = new Set(
    shown.flatMap((event) => (event.type === 'message' && event.op === 'deliver' ? [event.message] : [])),
  );

  const lifelines = (): string[] => {
    const row = Array.from({ length: width }, () => ' ');
    for (const system of systems) row[columnOf(system)] = '│';
    return row;
  };
  const put = (row: string[], at: number, text: string): string[] => {
    Array.from(text).forEach((character, index) => {
      row[at + index] = character;
    });
    return row;
  };

  const arrow = (message: TraceMessage): string[] | undefined => {
    const { op, message: id, kind, to } = message;
    const from = message.from ?? senders.get(id);
    if (op === 'send') {
      if (arrived.has(id)) return undefined;
      return put(lifelines(), columnOf(from) + 1, `── ${kind} ──>`);
    }
    if (op === 'deliver') {
      if (from === undefined || from === to) return put(lifelines(), columnOf(to) + 2, `<── ${kind}`);
      const [start, end] = [columnOf(from), columnOf(to)];
      const [left, right] = [Math.min(start, end) + 1, Math.max(start, end) - 1];
      const row = put(lifelines(), left, '─'.repeat(Math.max(0, right - left + 1)));
      put(row, start < end ? right : left, start < end ? '>' : '<');
      return put(row, left + 3, ` ${kind} `.slice(0, Math.max(0, right - left - 5)));
    }
    return put(lifelines(), columnOf(message.from ?? to) + 2, `x ${op} ${kind}`);
  };

  const lines = shown.flatMap((event): readonly Line[] => {
    const time = 'at' in event ? String(Math.round(event.at * 1_000) / 1_000) : '';
    switch (event.type) {
      case 'system':
        return [{ time, row: put(lifelines(), columnOf(event.system), `${event.op}s`), note: '' }];
      case 'actor':
        return [{ time, row: lifelines(), note: `${shortName(event.actor)}: ${stateText(event.value)}` }];
      case 'step': {
        const status = event.status === 'active' ? '' : ` (${event.status})`;
        const note = `${shortName(event.actor)}: ${event.event.type} -> ${stateText(event.value)}${status}`;
        return [{ time, row: put(lifelines(), columnOf(event.system), '●'), note }];
      }
      case 'timer':
        if (event.op !== 'fire') return [];
        return [
          { time, row: put(lifelines(), columnOf(event.system), `◷ ${event.delay}`), note: shortName(event.actor) },
        ];
      case 'message': {
        const row = arrow(event);
        return row === undefined ? [] : [{ time, row, note: '' }];
      }
      case 'link':
        return [{ time, row: put(lifelines(), columnOf(event.systems[0]), `✂ link ${event.op}`), note: '' }];
      case 'counts':
        return [{ time, row: lifelines(), note: `${shortName(event.actor)}: ${event.records} records` }];
      case 'end':
        return [{ time, row: lifelines(), note: `${shortName(event.actor)}: ${event.reason} ${event.code}` }];
      case 'mark':
        return [{ time, row: put(lifelines(), columnOf(event.system), '!'), note: event.text }];
      default:
        return [];
    }
  });
  const head = put(
    Array.from({ length: width }, () => ' '),
    0,
    'time',
  );
  for (const system of systems) put(head, columnOf(system), system.slice(0, columnWidth - 2));
  const drawn = lines.slice(-linesMax).map(({ time, row, note }) => {
    put(row, 0, time.padStart(timeWidth - 2));
    // What is drawn beyond the last lifeline leaves holes.
    const drawnRow = Array.from(row as readonly (string | undefined)[], (character) => character ?? ' ').join('');
    return `${drawnRow.padEnd(width)}${note}`.trimEnd();
  });
  const left = trace.length - shown.length;
  return [head.join('').trimEnd(), ...(left > 1 ? [`   … ${left} trace events before`] : []), ...drawn].join('\n');
}

function lastShown(trace: readonly TraceEvent[]): readonly TraceEvent[] {
  const shown: TraceEvent[] = [];
  for (let index = trace.length - 1; index >= 0 && shown.length < linesMax; index -= 1) {
    const event = trace[index];
    if (event === undefined || event.type === 'run' || event.type === 'machine') continue;
    if (event.type === 'timer' && event.op !== 'fire') continue;
    shown.push(event);
  }
  return shown.reverse();
}

function systemsOf(event: TraceEvent): readonly string[] {
  if (event.type === 'message') return [event.from, event.to].filter((system) => system !== undefined);
  if (event.type === 'link') return event.systems;
  const { system } = event as { readonly system?: string };
  return system === undefined ? [] : [system];
}

/** Ids of streams are long, and differ in their ends. */
function shortName(actor: string): string {
  return actor.length <= 24 ? actor : `…${actor.slice(-23)}`;
}

function stateText(value: Json): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
  return Object.entries(value as Readonly<Record<string, Json>>)
    .map(([key, child]) => {
      const below = stateText(child);
      return below === '' ? key : `${key}.${below}`;
    })
    .join(' ');
}
