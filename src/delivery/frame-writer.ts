import { afterTurn } from '../transport/after-turn.js';
import { frameBytesMax, type FrameMemory } from './frame-pool.js';
import { nextTask } from '../transport/next-task.js';
import type { Outbound } from '../transport/publisher.js';
import { SentFrames } from './retransmit-buffer.js';
import {
  bodyOf,
  encodeDeliveryClose,
  encodeFragment,
  fragmentOverheadBytes,
  recordLength,
  RecordsFrameBuilder,
  type WireRecord,
} from '../wire/index.js';

/**
 * How many full frames are published together, while the next ones are being filled: a NATS client writes them in one
 * system call, the cost of which at both ends and in the server would show for each alone.
 */
const framesPerWrite = 2;

/** How many bytes of frames one stream fills before the event loop turns, so that others, and grants, get in between. */
const turnBytesMax = 256 * 1024;

export interface OutboundFramesParameters {
  /** Where the frames go. */
  readonly inbox: string;
  /** Their reply subject. */
  readonly control: string;
  readonly outbound: Outbound;
  readonly memory: FrameMemory;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Puts the items of one extended stream into frames, publishes these in order, and keeps them until they are released,
 * so that it can go back. Records that are written in one turn of the event loop share a frame.
 */
export class OutboundFrames {
  readonly #given: OutboundFramesParameters;
  readonly #sent: SentFrames;
  #builder: RecordsFrameBuilder | undefined;
  /** The most bytes of the frame that is being filled. */
  #bytesMax = frameBytesMax;
  #builderBytes = 0;
  #sizeHint = 256;
  #turnBytes = 0;
  #nextTurn: Promise<void> | undefined;
  #isFlushDue = false;
  #isPublishing = false;
  #isOver = false;

  constructor(given: OutboundFramesParameters) {
    this.#given = given;
    this.#sent = new SentFrames((bytes) => {
      given.memory.release(bytes);
    });
  }

  /** Whether nothing is kept. */
  get isEmpty(): boolean {
    return this.#sent.isEmpty && this.#builder === undefined;
  }

  /** The number of the first item that is not published as a whole; undefined where every one is. */
  get firstUnpublished(): number | undefined {
    return this.#sent.firstUnpublished;
  }

  /** Undefined while this turn of the event loop has room for more records; otherwise resolves in a later one. */
  nextTurn(): Promise<void> | undefined {
    if (this.#turnBytes < turnBytesMax) return undefined;
    this.#nextTurn ??= nextTask().then(() => {
      this.#nextTurn = undefined;
      this.#turnBytes = 0;
    });
    return this.#nextTurn;
  }

  add(number: number, record: WireRecord): void {
    const body = bodyOf(record);
    const length = recordLength(body.length);
    // How large a message may be is asked where a frame begins: to ask the connection for each record would show.
    if (this.#builder === undefined) this.#bytesMax = Math.min(frameBytesMax, this.#given.outbound.payloadBytesMax);
    if (length + fragmentOverheadBytes > this.#bytesMax) {
      this.flush();
      this.#addFragments(number, record, body, this.#bytesMax - fragmentOverheadBytes);
      return;
    }
    if (this.#builder !== undefined && this.#builder.length + length > this.#bytesMax) this.#closeFrame();
    this.#builder ??= new RecordsFrameBuilder(number, this.#sizeHint, this.#given.memory);
    this.#builder.append(body, record.superjson !== undefined);
    this.#builderBytes += record.data.length;
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      afterTurn(() => {
        this.#isFlushDue = false;
        this.flush();
      });
    }
  }

  addClose(number: number, code: number, text: string): void {
    this.flush();
    const bytes = encodeDeliveryClose({ number, isFinal: false, code, text });
    this.#sent.push({ bytes, first: number, end: number + 1, recordBytes: 0, isFragment: false });
    this.#publishFrames();
  }

  /** Publishes everything, the frame that is being filled included. */
  flush(): void {
    this.#closeFrame();
    this.#publishFrames();
  }

  /** Publishes everything again from an item on. */
  resend(number: number): void {
    this.#sent.rewind(number);
    this.#publishFrames();
  }

  /** Forgets what holds only items before a number, and gives the bytes of records that were in it. */
  release(number: number): number {
    return this.#sent.release(number);
  }

  /** The stream is over: forgets everything, and gives the bytes of records that were in it. */
  end(): number {
    this.#isOver = true;
    const bytes = this.#sent.clear() + this.#builderBytes;
    this.#builder = undefined;
    this.#builderBytes = 0;
    return bytes;
  }

  /** Publishes a frame that is not kept. While the connection is down it is dropped: a later one says the same. */
  publish(bytes: Uint8Array): void {
    if (!this.#given.outbound.isSuspended) this.publishOnce(bytes);
  }

  /** Publishes a frame that nothing repeats. While the connection is down it waits. */
  publishOnce(bytes: Uint8Array): void {
    const { outbound, inbox, control, onFailure } = this.#given;
    try {
      outbound.publish(inbox, bytes, control);
    } catch (error) {
      onFailure(error);
    }
  }

  #closeFrame(): void {
    const builder = this.#builder;
    if (builder === undefined) return;
    const bytes = builder.finish();
    // The last frame of a window is a small one among large ones.
    this.#sizeHint = Math.max(bytes.length, Math.trunc(this.#sizeHint / 2));
    this.#turnBytes += bytes.length;
    const end = builder.first + builder.count;
    this.#sent.push({ bytes, first: builder.first, end, recordBytes: this.#builderBytes, isFragment: false });
    this.#builder = undefined;
    this.#builderBytes = 0;
    if (this.#sent.unpublished >= framesPerWrite) this.#publishFrames();
  }

  #addFragments(number: number, record: WireRecord, body: Uint8Array, partBytesMax: number): void {
    for (let offset = 0; offset < body.length; offset += partBytesMax) {
      const part = body.subarray(offset, offset + partBytesMax);
      const isLast = offset + part.length === body.length;
      const isAnnotated = record.superjson !== undefined;
      this.#sent.push({
        bytes: encodeFragment({ number, isAnnotated, totalBytes: body.length, offset, part }),
        first: number,
        end: number + 1,
        recordBytes: isLast ? record.data.length : 0,
        isFragment: true,
      });
    }
    this.#publishFrames();
  }

  /** Publishes what is not published, in order, and lets others in between the parts of large records. */
  #publishFrames(): void {
    const { outbound } = this.#given;
    while (!this.#isPublishing && !this.#isOver) {
      if (outbound.isSuspended) {
        this.#publishAfter(outbound.ready());
        return;
      }
      const frame = this.#sent.next();
      if (frame === undefined) return;
      this.publish(frame.bytes);
      if (frame.isFragment) this.#publishAfter(Promise.resolve(outbound.ready()).then(nextTask));
    }
  }

  #publishAfter(time: Promise<void> | undefined): void {
    this.#isPublishing = true;
    void Promise.resolve(time).then(() => {
      this.#isPublishing = false;
      this.#publishFrames();
    });
  }
}
