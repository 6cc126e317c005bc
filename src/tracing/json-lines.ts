import { messageOf } from '../errors.js';
import { printableJson } from '../wire/index.js';
import { checkedEvent } from './checked-event.js';
import type { TraceEvent } from '../trace-events/trace-event.js';
import { createTextLines, lineCharactersMax } from './text-lines.js';

/** Formats a trace event as a line of a JSON Lines file, including its newline. */
export function toJsonLine(event: TraceEvent): string {
  return `${printableJson(event)}\n`;
}

/** Reads a file of trace events piece by piece, as it comes. */
export interface JsonLinesReader {
  /** The trace events of the lines that this text completes. */
  push(text: string): readonly TraceEvent[];
  /** The trace event of the last line, where the text did not end with a newline. */
  end(): readonly TraceEvent[];
}

/**
 * Makes a reader that takes whatever comes: a line that is no trace event becomes a mark with its number, one of an
 * unknown type is kept, and empty lines are nothing. Marks get the time of the event before, and its number. So does a
 * line of more than 4,194,304 characters, none of which are kept.
 *
 * @param onMisfit Hears of each line that is no trace event, with its number, from 1 on, and why it is none.
 */
export function createJsonLinesReader(
  onMisfit: (line: number, why: string) => void = () => undefined,
): JsonLinesReader {
  const cut = createTextLines();
  let lines = 0;
  let seq = 0;
  let at = 0;

  const markOf = (why: string): TraceEvent => {
    onMisfit(lines, why);
    return { type: 'mark', seq, at, kind: 'warning', text: `line ${lines} is no trace event: ${why}` };
  };

  const read = (line: string | undefined): readonly TraceEvent[] => {
    lines += 1;
    if (line === undefined) return [markOf(`expected at most ${lineCharactersMax} characters, came more`)];
    if (line.trim() === '') return [];
    try {
      const event = checkedEvent(JSON.parse(line) as unknown);
      if (event.type === 'run') return [event];
      ({ seq, at } = event);
      return [event];
    } catch (error) {
      return [markOf(messageOf(error))];
    }
  };

  return {
    push: (text) => cut.push(text).flatMap(read),
    end: () => cut.end().flatMap(read),
  };
}

/**
 * Parses the text of a whole JSON Lines file. It never throws: a line that is no trace event becomes a mark with its
 * number and the reason.
 */
export function readJsonLines(text: string): readonly TraceEvent[] {
  const reader = createJsonLinesReader();
  return [...reader.push(text), ...reader.end()];
}
