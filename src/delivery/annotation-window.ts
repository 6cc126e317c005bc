/** How many windows of annotations may be under way beside the window of data that they are annotations of. */
const windowsOfAnnotations = 4;

/**
 * How many bytes of annotations may be under way in a stream: sent, and not consumed. They do not count as data, so that
 * credit means the same to peers of every version, and must not be the way around it. Source: PROTOCOL.md, Credit.
 */
export function annotationBytesMax(windowBytes: number): number {
  return windowBytes * windowsOfAnnotations;
}

/** The annotations of one stream that its producer has sent, until it hears that their records were consumed. */
export class AnnotationsUnderWay {
  readonly #bytesMax: number;
  /** Annotated records only, in order: the number of each, and how many bytes its annotations have. */
  #sent: { readonly number: number; readonly bytes: number }[] | undefined;
  #bytes = 0;

  /** @param windowBytes The window that the consumer offers. */
  constructor(windowBytes: number) {
    this.#bytesMax = annotationBytesMax(windowBytes);
  }

  /** Whether so many bytes more may be under way. Those of one record always may. */
  hasRoomFor(bytes: number): boolean {
    return bytes === 0 || this.#bytes === 0 || this.#bytes + bytes <= this.#bytesMax;
  }

  add(number: number, bytes: number): void {
    if (bytes === 0) return;
    (this.#sent ??= []).push({ number, bytes });
    this.#bytes += bytes;
  }

  /** The reader has consumed every record before a number. */
  release(number: number): void {
    if (this.#sent === undefined) return;
    const kept = this.#sent.findIndex((sent) => sent.number >= number);
    for (const { bytes } of this.#sent.splice(0, kept === -1 ? this.#sent.length : kept)) this.#bytes -= bytes;
  }
}
