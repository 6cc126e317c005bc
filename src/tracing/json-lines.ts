import { messageOf } from '../errors.js';
import { checkedRecord } from './checked-record.js';
import type { AnyRecord } from './record.js';
import { createTextLines, lineCharactersMax } from './text-lines.js';

/** One record as a line of a file, with its newline. */
export function toJsonLine(record: AnyRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Reads a file of records piece by piece, as it comes. */
export interface JsonLinesReader {
  /** The records of the lines that this text completes. */
  push(text: string): readonly AnyRecord[];
  /** The record of the last line, where the text did not end with a newline. */
  end(): readonly AnyRecord[];
}

/**
 * Makes a reader that takes whatever comes: a line that is no record becomes a mark with its number, a record of an
 * unknown type is kept, and empty lines are nothing. Marks get the time of the record before, and its number. So does a
 * line of more than 4,194,304 characters, none of which are kept.
 */
export function createJsonLinesReader(): JsonLinesReader {
  const cut = createTextLines();
  let lines = 0;
  let seq = 0;
  let at = 0;

  const markOf = (why: string): AnyRecord => {
    return { type: 'mark', seq, at, kind: 'warning', text: `line ${lines} is no record: ${why}` };
  };

  const read = (line: string | undefined): readonly AnyRecord[] => {
    lines += 1;
    if (line === undefined) return [markOf(`expected at most ${lineCharactersMax} characters, came more`)];
    if (line.trim() === '') return [];
    try {
      const record = checkedRecord(JSON.parse(line) as unknown);
      if (record.type === 'run') return [record];
      ({ seq, at } = record);
      return [record];
    } catch (error) {
      return [markOf(messageOf(error))];
    }
  };

  return {
    push: (text) => cut.push(text).flatMap(read),
    end: () => cut.end().flatMap(read),
  };
}

/** The records of a whole file. See {@link createJsonLinesReader} for what becomes of lines that are none. */
export function readJsonLines(text: string): readonly AnyRecord[] {
  const reader = createJsonLinesReader();
  return [...reader.push(text), ...reader.end()];
}
