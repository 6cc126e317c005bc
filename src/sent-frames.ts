/** A frame that was made, and is kept until the consumer has received it. */
export interface SentFrame {
  readonly bytes: Uint8Array;
  /** The number of the first item in it, and the number after the last one. Fragments of one record share a number. */
  readonly first: number;
  readonly end: number;
  /** How many bytes of records it counts for. */
  readonly recordBytes: number;
  /** Whether other streams are let in after it. */
  readonly isFragment: boolean;
}

/**
 * The frames of one stream from the first that may have to be sent again to the last that was made, and how far they
 * have been published. To send again is to go back.
 */
export class SentFrames {
  #frames: SentFrame[] = [];
  /** How many at the front of the list were released already. */
  #head = 0;
  #published = 0;

  push(frame: SentFrame): void {
    this.#frames.push(frame);
  }

  /** The next frame to publish, which then counts as published; undefined where there is none. */
  next(): SentFrame | undefined {
    const frame = this.#frames[this.#published];
    if (frame !== undefined) this.#published += 1;
    return frame;
  }

  /** The number of the first item that is not published as a whole; undefined where every one is. */
  get firstUnpublished(): number | undefined {
    return this.#frames[this.#published]?.first;
  }

  get isEmpty(): boolean {
    return this.#head === this.#frames.length;
  }

  /** Forgets what holds only items before a number, and gives the bytes of records that were in it. */
  release(number: number): number {
    let bytes = 0;
    for (let frame = this.#frames[this.#head]; frame !== undefined && frame.end <= number;) {
      bytes += frame.recordBytes;
      this.#head += 1;
      frame = this.#frames[this.#head];
    }
    // What was released is given back in one go. Nothing is acknowledged that was not published, but by a liar.
    if (this.#head === this.#frames.length || this.#head >= 256) {
      this.#frames = this.#frames.slice(this.#head);
      this.#published = Math.max(0, this.#published - this.#head);
      this.#head = 0;
    } else if (this.#published < this.#head) {
      this.#published = this.#head;
    }
    return bytes;
  }

  /** Goes back to the frame that holds an item. */
  rewind(number: number): void {
    const holder = this.#frames.findIndex(({ end }, index) => index >= this.#head && end > number);
    if (holder !== -1) this.#published = Math.min(this.#published, holder);
  }

  /** Forgets everything, and gives the bytes of records that were in it. */
  clear(): number {
    return this.release(Infinity);
  }
}
