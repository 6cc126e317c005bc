import type { SequencedEvent } from './types.js';

/** Whether an event is one to which people jump: a mark, a gap, a crash, a link or a process that is gone. */
export function isMarked(event: SequencedEvent): boolean {
  return (
    event.type === 'mark' ||
    event.type === 'gap' ||
    (event.type === 'contact' && event.op === 'lost' && event.reason !== 'disconnected') ||
    (event.type === 'system' && event.op === 'crash') ||
    // Of its own connection whoever collects says more in a mark.
    (event.type === 'link' && event.op !== 'restored' && event.systems.length > 0)
  );
}

/** What it says. */
export function markText(event: SequencedEvent): string {
  if (event.type === 'mark') return event.text;
  if (event.type === 'gap') return `${event.dropped} trace events were left out`;
  if (event.type === 'system') return `${event.system} crashes`;
  if (event.type === 'contact') return `${event.systems.join(', ')} not heard any more`;
  if (event.type !== 'link') return event.type;
  return event.systems.length === 0 ? `connection ${event.op}` : `link of ${event.systems.join(', ')} ${event.op}`;
}
