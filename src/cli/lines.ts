const newline = 0x0a;

/** Cuts bytes, as they come from a pipe, into lines. */
export interface LineSplitter {
  /** The lines that these bytes complete, without their newlines. */
  push(chunk: Uint8Array): Uint8Array[];
  /** The last line, where the bytes did not end with a newline. */
  end(): Uint8Array[];
  /** How many lines were longer than allowed, and were cut into several. */
  readonly cuts: number;
}

/**
 * Lines are bytes: nothing is decoded, and a carriage return stays. A line of more than `lineBytesMax` bytes becomes
 * several, each as long as allowed, cut between characters of UTF-8 where it is such text; so no line, however long,
 * is held in memory.
 */
export function createLineSplitter(lineBytesMax: number): LineSplitter {
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
  const cutInto = (lines: Uint8Array[]): void => {
    while (partBytes > lineBytesMax) {
      const bytes = take();
      const end = characterStart(bytes, lineBytesMax);
      lines.push(bytes.subarray(0, end));
      add(bytes.subarray(end));
      if (!inCutLine) cuts += 1;
      inCutLine = true;
    }
  };

  return {
    push(chunk) {
      const lines: Uint8Array[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
        add(chunk.subarray(start, end));
        cutInto(lines);
        lines.push(take());
        inCutLine = false;
        start = end + 1;
      }
      add(chunk.subarray(start));
      cutInto(lines);
      return lines;
    },
    end() {
      return partBytes === 0 ? [] : [take()];
    },
    get cuts() {
      return cuts;
    },
  };
}

/** The start of the character that `index` is in, at most three bytes before it; `index` where that is no UTF-8. */
function characterStart(bytes: Uint8Array, index: number): number {
  for (let start = index; start > Math.max(0, index - 4); start -= 1) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  }
  return index;
}
