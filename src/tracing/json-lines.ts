import { messageOf } from '../errors.js';
import { checkedRecord } from './checked-record.js';
import type { AnyRecord } from './record.js';

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
 * unknown type is kept, and empty lines are nothing. Marks get the time of the record before, and its number.
 */
export function createJsonLinesReader(): JsonLinesReader {
  let rest = '';
  let lines = 0;
  let seq = 0;
  let at = 0;

  const read = (line: string): readonly AnyRecord[] => {
    lines += 1;
    if (line.trim() === '') return [];
    try {
      const record = checkedRecord(JSON.parse(line) as unknown);
      if (record.type === 'run') return [record];
      ({ seq, at } = record);
      return [record];
    } catch (error) {
      const text = `line ${lines} is no record: ${messageOf(error)}`;
      return [{ type: 'mark', seq, at, kind: 'warning', text }];
    }
  };

  return {
    push: (text) => {
      const parts = `${rest}${text}`.split('\n');
      rest = parts.pop() ?? '';
      return parts.flatMap(read);
    },
    end: () => {
      const last = rest;
      rest = '';
      return last === '' ? [] : read(last);
    },
  };
}

/** The records of a whole file. See {@link createJsonLinesReader} for what becomes of lines that are none. */
export function readJsonLines(text: string): readonly AnyRecord[] {
  const reader = createJsonLinesReader();
  return [...reader.push(text), ...reader.end()];
}
