import { randomBytes } from 'node:crypto';
import { toJsonBytes } from './record-format.js';
import { printableJson } from '../wire/index.js';

/**
 * What `open` asks of `serve`, and how `serve` answers: that stdout and stderr of the command arrive apart, and as they
 * were. Whoever does not ask gets records that anybody can read.
 */
const outputHeader = 'Stream-Output';

/** By lines, or by whatever pieces the pipes give. */
export type OutputForm = 'lines' | 'pieces';

export type OutputSource = 'stdout' | 'stderr';

/** A piece of what a command prints. */
export interface OutputPiece {
  readonly source: OutputSource;
  readonly bytes: Uint8Array;
  /** Whether a newline followed, or would have in the end: the piece is a whole line, or the last part of one. */
  readonly endsLine: boolean;
}

/** What stands before each piece: whose it is, and whether it ends a line. */
const tags = { stdout: { line: 'o', part: 'O' }, stderr: { line: 'e', part: 'E' } } as const;

const encoder = new TextEncoder();

/** The first record of a producer that does as it was asked, which no other would make. */
function greeting(nonce: string): string {
  return `nats-stream output ${nonce}`;
}

/** What `open` sends along, and what it reads by it. */
export interface OutputRequest {
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The piece in a record; the first one is asked too. Undefined where the record holds none, as the greeting does.
   * Of a producer that does not do as it was asked each record is a line of stdout, whose source is not known.
   */
  read(record: Uint8Array): (Omit<OutputPiece, 'source'> & { readonly source?: OutputSource }) | undefined;
}

export function requestOutput(form: OutputForm): OutputRequest {
  const nonce = randomBytes(12).toString('hex');
  let isTagged: boolean | undefined;
  return {
    headers: { [outputHeader]: `${form} ${nonce}` },
    read(record) {
      if (isTagged === undefined) {
        isTagged = Buffer.from(record).equals(encoder.encode(greeting(nonce)));
        if (isTagged) return undefined;
      }
      const bytes = isTagged ? record.subarray(1) : record;
      if (!isTagged) return { bytes, endsLine: form === 'lines' };
      const tag = String.fromCharCode(record[0] ?? 0);
      const source = tag.toLowerCase() === tags.stderr.line ? 'stderr' : 'stdout';
      return { source, bytes, endsLine: tag === tag.toLowerCase() };
    },
  };
}

/** How the records of one stream are made of what its command prints. */
export interface OutputFormat {
  readonly form: OutputForm;
  /** The first record, where there is one. */
  readonly first: Uint8Array | undefined;
  /** The longest piece whose record has at most so many bytes. */
  pieceBytesMax(recordBytesMax: number): number;
  toRecord(piece: OutputPiece): Uint8Array;
}

/** @param headers Those of the request. @param asJson Whether each record is to be a JSON object, whoever reads it. */
export function outputFormat(headers: ReadonlyMap<string, readonly string[]>, asJson: boolean): OutputFormat {
  if (asJson) return jsonFormat;
  const asked = Array.from(headers).find(([name]) => name.toLowerCase() === outputHeader.toLowerCase());
  const [, form, nonce] = /^(lines|pieces) (\w{1,64})$/.exec(asked?.[1][0] ?? '') ?? [];
  return form === undefined || nonce === undefined ? markedFormat() : taggedFormat(form as OutputForm, nonce);
}

function taggedFormat(form: OutputForm, nonce: string): OutputFormat {
  return {
    form,
    first: encoder.encode(greeting(nonce)),
    pieceBytesMax: (recordBytesMax) => Math.max(1, recordBytesMax - 1),
    toRecord({ source, bytes, endsLine }) {
      const record = new Uint8Array(bytes.length + 1);
      record[0] = tags[source][endsLine ? 'line' : 'part'].charCodeAt(0);
      record.set(bytes, 1);
      return record;
    },
  };
}

/** JSON takes up to 6 bytes for one: `\u0000`. */
const jsonFormat: OutputFormat = {
  form: 'lines',
  first: undefined,
  pieceBytesMax: (recordBytesMax) => Math.max(1, Math.floor((recordBytesMax - 64) / 6)),
  toRecord: ({ source, bytes, endsLine }) =>
    encoder.encode(printableJson({ stream: source, ...toJsonBytes(bytes), ...(endsLine ? {} : { cut: true }) })),
};

const stderrMark = encoder.encode('stderr: ');
const cutMark = encoder.encode('cut: ');

/** Lines as they are: those of stderr are marked, and so is each part of a line that is cut but the first. */
function markedFormat(): OutputFormat {
  const isCut = { stdout: false, stderr: false };
  return {
    form: 'lines',
    first: undefined,
    pieceBytesMax: (recordBytesMax) => Math.max(1, recordBytesMax - stderrMark.length - cutMark.length),
    toRecord({ source, bytes, endsLine }) {
      const marks = [...(source === 'stderr' ? [stderrMark] : []), ...(isCut[source] ? [cutMark] : [])];
      isCut[source] = !endsLine;
      return marks.length === 0 ? bytes : Buffer.concat([...marks, bytes]);
    },
  };
}
