/** A record as it came: its bytes, and superjson's annotations in JSON where the peer sent them. */
export interface QueuedRecord {
  readonly data: Uint8Array;
  readonly annotations?: Uint8Array;
}

/** As how many bytes a record counts: with what it brings along beside its data. */
export function heldBytesOf({ data, annotations }: QueuedRecord): number {
  return data.length + (annotations?.length ?? 0);
}

/**
 * The records of one stream that wait for their reader, bounded in number and in bytes. Nothing here waits: `push`
 * says whether there was room, and what follows from a full queue is the machine's to decide.
 */
export class RecordQueue {
  readonly #recordsMax: number;
  readonly #bytesMax: number;
  #records: (QueuedRecord | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #isSlow = false;

  constructor(recordsMax: number, bytesMax: number) {
    this.#recordsMax = recordsMax;
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#records.length - this.#head;
  }

  /** How many bytes wait, annotations included. */
  get bytes(): number {
    return this.#bytes;
  }

  hasRoomFor(bytes: number): boolean {
    return this.length < this.#recordsMax && this.#bytes + bytes <= this.#bytesMax;
  }

  /** Whether the queue has just become three quarters full. It has to be half empty before it can become so again. */
  isSlow(): boolean {
    const fill = Math.max(this.length / this.#recordsMax, this.#bytes / this.#bytesMax);
    if (fill < 0.5) this.#isSlow = false;
    if (fill < 0.75 || this.#isSlow) return false;
    this.#isSlow = true;
    return true;
  }

  push(record: QueuedRecord): void {
    this.#records.push(record);
    this.#bytes += heldBytesOf(record);
  }

  shift(): QueuedRecord | undefined {
    const record = this.#records[this.#head];
    if (record === undefined) return undefined;
    this.#records[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= heldBytesOf(record);
    // The taken half is given back in one go, so that a queue that never runs empty does not grow.
    if (this.#head === this.#records.length) {
      this.#records = [];
      this.#head = 0;
    } else if (this.#head >= 1024 && this.#head * 2 >= this.#records.length) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
    return record;
  }

  clear(): void {
    this.#records = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
