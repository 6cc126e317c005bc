import { bytesText, durationText } from '../drawing/time-text.js';
import type { Arrow, Row } from './rows.js';

/** The last token of an inbox, by which people tell streams apart. */
export function shortName(stream: string): string {
  return stream.slice(stream.lastIndexOf('.') + 1).slice(0, 10);
}

/** What stands above an arrow. `isOneStream`: the stream needs no name, since only one is shown. */
export function arrowLabel(arrow: Arrow, isOneStream: boolean): string {
  const { kind, stream, subject, text, count, bytes, isMixed, isEvent } = arrow;
  if (isEvent) return count > 1 ? `${kind} ×${count}` : kind;
  const name =
    kind === 'open'
      ? subject
      : isOneStream || stream === undefined
        ? ''
        : isMixed
          ? 'several streams'
          : shortName(stream);
  // The text of a model's message begins with its kind.
  const said = text?.startsWith(kind) === true ? [text] : [kind, text];
  const parts = count > 1 ? [kind, `×${count}`, bytesText(bytes), name] : [...said, name];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}

/** What befell a message, where something did. */
export function outcomeText(arrow: Arrow): string {
  if (arrow.isLate) return 'late';
  return { underWay: '', delivered: '', dropped: 'lost', dead: 'nobody there', duplicate: 'again' }[arrow.outcome];
}

export function foldText(row: Row, unit: 'ms' | 'tick'): string {
  const { rounds = 0, answered = 0, roundTrip } = row;
  const missing = rounds - answered;
  const parts = [
    `${rounds} ${rounds === 1 ? 'heartbeat' : 'heartbeats'}`,
    missing > 0 ? `${missing} not answered yet` : 'answered',
    roundTrip === undefined ? '' : durationText(roundTrip, unit),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/**
 * A row in one sentence: for the line below the diagram, the table, and screen readers. `nameOf`: what a lifeline is
 * called.
 */
export function rowText(
  row: Row,
  arrows: readonly Arrow[],
  unit: 'ms' | 'tick',
  nameOf: (lane: string) => string = (lane) => lane,
): string {
  if (row.kind === 'heartbeats') return foldText(row, unit);
  const where = row.lane ?? row.system;
  if (row.kind !== 'message')
    return [where === undefined ? where : nameOf(where), row.text].filter((part) => part !== undefined).join(': ');
  if (arrows.length === 0) return `${row.message ?? 'message'} comes to ${row.system ?? 'the wire'}`;
  return arrows
    .map((arrow) => {
      const took =
        arrow.outcome === 'delivered' && arrow.endAt > arrow.startAt
          ? ` in ${durationText(arrow.endAt - arrow.startAt, unit)}`
          : '';
      const outcome = outcomeText(arrow);
      const [from, to] = [arrow.from, arrow.to].map((lane) => (lane === undefined ? 'NATS' : nameOf(lane)));
      const size = arrow.isEvent ? '' : `, ${bytesText(arrow.bytes)}`;
      return `${from} → ${to}: ${arrowLabel(arrow, false)}${size}${took}${outcome === '' ? '' : `, ${outcome}`}`;
    })
    .join('; ');
}
