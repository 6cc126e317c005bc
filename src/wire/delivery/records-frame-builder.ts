import { frameKinds } from './delivery-frames.js';
import { varintLength, writeVarint } from '../varint.js';

/** How many bytes a record takes within a frame. */
export function recordLength(bodyBytes: number): number {
  return varintLength(bodyBytes * 2) + bodyBytes;
}

/** Where a {@link RecordsFrameBuilder} has its memory from. */
export interface BuilderMemory {
  /** Memory of at least so many bytes, whatever is in it. */
  take(bytes: number): Uint8Array;
  /** Takes memory back that nobody uses. */
  giveBack(memory: Uint8Array): void;
}

/** Collects records into one frame, each copied at once, so that its owner may use the bytes again. */
export class RecordsFrameBuilder {
  readonly #memory: BuilderMemory;
  #bytes: Uint8Array;
  #length: number;
  readonly first: number;
  count = 0;

  /** @param sizeHint How many bytes the frame may come to. */
  constructor(first: number, sizeHint: number, memory: BuilderMemory) {
    this.#memory = memory;
    this.first = first;
    const start = 1 + varintLength(first);
    this.#bytes = memory.take(Math.max(sizeHint, start + 64));
    this.#bytes[0] = frameKinds.records;
    this.#length = writeVarint(first, this.#bytes, 1);
  }

  /** How many bytes the frame has so far. */
  get length(): number {
    return this.#length;
  }

  append(body: Uint8Array, isAnnotated: boolean): void {
    const needed = this.#length + recordLength(body.length);
    if (needed > this.#bytes.length) {
      const larger = this.#memory.take(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    const at = writeVarint(body.length * 2 + (isAnnotated ? 1 : 0), this.#bytes, this.#length);
    this.#bytes.set(body, at);
    this.#length = at + body.length;
    this.count += 1;
  }

  /** The frame. It is kept until it is acknowledged, so it holds little more memory than it needs. */
  finish(): Uint8Array {
    const isTight = this.#length * 4 >= this.#bytes.length * 3;
    if (isTight) return this.#bytes.subarray(0, this.#length);
    const frame = this.#bytes.slice(0, this.#length);
    this.#memory.giveBack(this.#bytes);
    return frame;
  }
}
