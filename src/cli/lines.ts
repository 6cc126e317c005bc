const newline = 0x0a;

/** A line without its newline, or a part of what came. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Whether it is a whole line, or the last part of one; the newline at the end of all may be missing. */
  readonly endsLine: boolean;
}

/** Cuts bytes, as they come from a pipe. */
export interface Splitter {
  /** What these bytes complete. */
  push(chunk: Uint8Array): Piece[];
  /** What is left at the end. */
  end(): Piece[];
  /** How many lines were longer than allowed, and were cut into several. */
  readonly cuts: number;
}

/**
 * Lines are bytes: nothing is decoded, and a carriage return stays. A line of more than `lineBytesMax` bytes becomes
 * several, each as long as allowed, cut between characters of UTF-8 where it is such text; so no line, however long,
 * is held in memory.
 */
export function createLineSplitter(lineBytesMax: number): Splitter {
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  let cuts = 0;
  let inCutLine = false;

  const take = (): Uint8Array => {
    const [first] = parts;
    const line = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts, partBytes);
    parts = [];
    partBytes = 0;
    return line;
  };

  const add = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    parts.push(bytes);
    partBytes += bytes.length;
  };

  /** Gives away full records of an unfinished line that is too long, and keeps what is left of it. */
  const cutInto = (lines: Piece[]): void => {
    while (partBytes > lineBytesMax) {
      const bytes = take();
      const end = characterStart(bytes, lineBytesMax);
      lines.push({ bytes: bytes.subarray(0, end), endsLine: false });
      add(bytes.subarray(end));
      if (!inCutLine) cuts += 1;
      inCutLine = true;
    }
  };

  return {
    push(chunk) {
      const lines: Piece[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        add(chunk.subarray(start, end));
        cutInto(lines);
        lines.push({ bytes: take(), endsLine: true });
        inCutLine = false;
        start = end + 1;
      }
      add(chunk.subarray(start));
      cutInto(lines);
      return lines;
    },
    end() {
      return partBytes === 0 ? [] : [{ bytes: take(), endsLine: true }];
    },
    get cuts() {
      return cuts;
    },
  };
}

/** Gives the bytes on as they come, in pieces of at most so many. Nothing is cut, as nothing is looked for. */
export function createPieceSplitter(pieceBytesMax: number): Splitter {
  return {
    push: (chunk) =>
      Array.from({ length: Math.ceil(chunk.length / pieceBytesMax) }, (_, index) => ({
        bytes: chunk.subarray(index * pieceBytesMax, (index + 1) * pieceBytesMax),
        endsLine: false,
      })),
    end: () => [],
    cuts: 0,
  };
}

/** The start of the character that `index` is in, at most three bytes before it; `index` where that is no UTF-8. */
function characterStart(bytes: Uint8Array, index: number): number {
  for (let start = index; start > Math.max(0, index - 4); start -= 1) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  }
  return index;
}
