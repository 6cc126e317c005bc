/** A frame that was made, and is kept until the consumer has received it. */
export interface SentFrame {
  readonly bytes: Uint8Array;
  /** The number of the first item in it, and the number after the last one. Fragments of one record share a number. */
  readonly first: number;
  readonly end: number;
  /** As how many bytes it counts in the budget of its consumer. */
  readonly charge: number;
  /** Whether other streams are let in after it. */
  readonly isFragment: boolean;
}

/** Takes the memory of a frame that was published once, and released. */
export interface FrameMemory {
  release(bytes: Uint8Array): void;
}

/**
 * The frames of one stream from the first that may have to be sent again to the last that was made, and how far they
 * have been published. To send again is to go back.
 */
export class RetransmitBuffer {
  readonly #pool: FrameMemory;
  /** Those before `#head` were released, and are undefined. */
  #frames: (SentFrame | undefined)[] = [];
  #head = 0;
  /** The index of the next frame to publish. */
  #published = 0;
  /** Frames before this index may be on their way twice. */
  #resent = 0;

  constructor(pool: FrameMemory) {
    this.#pool = pool;
  }

  push(frame: SentFrame): void {
    this.#frames.push(frame);
  }

  /** The next frame to publish, which then counts as published; undefined where there is none. */
  next(): SentFrame | undefined {
    const frame = this.#frames[this.#published];
    if (frame !== undefined) this.#published += 1;
    return frame;
  }

  /** The next frame to publish, which stays the next one. */
  get upcoming(): SentFrame | undefined {
    return this.#frames[this.#published];
  }

  /** Puts others in the place of the next frame to publish, which say the same. */
  replaceUpcoming(frames: readonly SentFrame[]): void {
    this.#frames.splice(this.#published, 1, ...frames);
    if (this.#published < this.#resent) this.#resent += frames.length - 1;
  }

  /** How many frames are not published. */
  get unpublished(): number {
    return this.#frames.length - this.#published;
  }

  /** The number of the first item that is not published as a whole; undefined where every one is. */
  get firstUnpublished(): number | undefined {
    return this.#frames[this.#published]?.first;
  }

  get isEmpty(): boolean {
    return this.#head === this.#frames.length;
  }

  /** Forgets what holds only items before a number, and gives as how many bytes that counted. */
  release(number: number): number {
    let bytes = 0;
    for (let frame = this.#frames[this.#head]; frame !== undefined && frame.end <= number;) {
      bytes += frame.charge;
      // One that is on its way once more, or was never sent, must stay as it is: only a liar can have received it.
      if (this.#head >= this.#resent && this.#head < this.#published) this.#pool.release(frame.bytes);
      // The frame itself is given back at once, its place in the list in one go with many others.
      this.#frames[this.#head] = undefined;
      this.#head += 1;
      frame = this.#frames[this.#head];
    }
    // Nothing is acknowledged that was not published, but by a liar.
    this.#published = Math.max(this.#published, this.#head);
    if (this.isEmpty || this.#head >= 256) {
      this.#frames = this.isEmpty ? [] : this.#frames.slice(this.#head);
      this.#published -= this.#head;
      this.#resent = Math.max(0, this.#resent - this.#head);
      this.#head = 0;
    }
    return bytes;
  }

  /** Goes back to the frame that holds an item. */
  rewind(number: number): void {
    const holder = this.#frames.findIndex((frame) => frame !== undefined && frame.end > number);
    if (holder === -1) return;
    this.#resent = Math.max(this.#resent, this.#published);
    this.#published = Math.min(this.#published, holder);
  }

  /** Forgets everything, and gives as how many bytes it counted. */
  clear(): number {
    const bytes = this.#frames.slice(this.#head).reduce((sum, frame) => sum + (frame?.charge ?? 0), 0);
    this.#frames = [];
    this.#head = this.#published = this.#resent = 0;
    return bytes;
  }
}
