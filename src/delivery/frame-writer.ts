import { afterTurn } from '../transport/after-turn.js';
import type { ConsumerBudget } from './consumer-budget.js';
import { frameBytesMax, type FramePool } from './frame-pool.js';
import { nextTask } from '../transport/next-task.js';
import type { Publisher, Payload } from '../transport/publisher.js';
import { RetransmitBuffer } from './retransmit-buffer.js';
import {
  bodyOf,
  encodeDeliveryClose,
  fragmentOverheadBytes,
  joinedOverheadBytes,
  joinFrames,
  recordLength,
  RecordsFrameBuilder,
  splitBody,
  splitDeliveryFrame,
  type WireRecord,
} from '../wire/index.js';

/**
 * How many full frames are published together, while the next ones are being filled: a NATS client writes them in one
 * system call, the cost of which at both ends and in the server would show for each alone.
 */
const framesPerWrite = 2;

/** How many bytes of frames one stream fills before the event loop turns, so that others, and grants, get in between. */
const turnBytesMax = 256 * 1024;

/** Frames of at most so many bytes may share a message: larger ones are not worth copying. */
const joinedFrameBytesMax = 4 * 1024;

/** What a message costs a server beside its payload, roughly: two subjects and the line that they stand in. */
const messageOverheadBytes = 128;

export interface FrameWriterParameters {
  /** Where the frames go. */
  readonly inbox: string;
  /** Their reply subject. */
  readonly control: string;
  readonly publisher: Publisher;
  /** Is charged for what is kept. */
  readonly budget: ConsumerBudget;
  readonly pool: FramePool;
  /** Whether the consumer reads frames that hold several. */
  readonly joins?: boolean;
  /** What is next can never be published, for the reason given. Nothing is published any more. */
  onFailure(error: unknown): void;
}

/**
 * Puts the items of one extended stream into frames, publishes these in order, and keeps them until they are released,
 * so that it can go back. Records that are written in one turn of the event loop share a frame.
 */
export class FrameWriter {
  readonly #given: FrameWriterParameters;
  readonly #sent: RetransmitBuffer;
  #builder: RecordsFrameBuilder | undefined;
  /** The most bytes of the frame that is being filled. */
  #bytesMax = frameBytesMax;
  /** As how many bytes the frame that is being filled counts. */
  #builderCharge = 0;
  #sizeHint = 256;
  #turnBytes = 0;
  #nextTurn: Promise<void> | undefined;
  #isTurnEndDue = false;
  /** Small frames that wait for the end of the turn, to share a message. */
  #joining: Uint8Array[] | undefined;
  #joinedBytes = 0;
  #isPublishing = false;
  #isOver = false;
  #hasFailed = false;

  constructor(given: FrameWriterParameters) {
    this.#given = given;
    this.#sent = new RetransmitBuffer(given.pool);
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
    if (this.#builder === undefined) this.#bytesMax = Math.min(frameBytesMax, this.#given.publisher.payloadBytesMax);
    if (length + fragmentOverheadBytes > this.#bytesMax) {
      this.flush();
      this.#addFragments(number, record, body);
      return;
    }
    if (this.#builder !== undefined && this.#builder.length + length > this.#bytesMax) this.#closeFrame();
    this.#builder ??= new RecordsFrameBuilder(number, this.#sizeHint, this.#given.pool);
    this.#builder.append(body, record.superjson !== undefined);
    this.#builderCharge += length;
    this.#given.budget.take(length);
    this.#endTurnLater();
  }

  addClose(number: number, code: number, text: string): void {
    this.flush();
    const bytes = encodeDeliveryClose({ number, isFinal: false, code, text });
    const charge = bytes.length + messageOverheadBytes;
    this.#given.budget.take(charge);
    this.#sent.push({ bytes, first: number, end: number + 1, charge, isFragment: false });
    this.#publishFrames();
  }

  /** Publishes everything, the frame that is being filled included; what can share a message, at the end of the turn. */
  flush(): void {
    this.#closeFrame();
    this.#publishFrames();
  }

  /** Publishes everything again from an item on. */
  resend(number: number): void {
    this.#sent.rewind(number);
    this.#publishFrames();
  }

  /** Forgets what holds only items before a number. */
  release(number: number): void {
    this.#given.budget.give(this.#sent.release(number));
  }

  /** The stream is over: forgets everything. */
  end(): void {
    this.#isOver = true;
    this.#joining = undefined;
    const charge = this.#sent.clear() + this.#builderCharge;
    this.#builder = undefined;
    this.#builderCharge = 0;
    this.#given.budget.give(charge);
  }

  /** Publishes a frame that is not kept. While the connection is down it is dropped: a later one says the same. */
  publish(bytes: Uint8Array): void {
    if (this.#given.publisher.isSuspended) return;
    if (this.#given.joins === true && bytes.length <= joinedFrameBytesMax) this.#join(bytes);
    else this.publishOnce(bytes);
  }

  /** Publishes a frame that nothing repeats, after what waits to share a message. While the connection is down it waits. */
  publishOnce(payload: Payload): void {
    this.#publishJoined();
    this.#publishNow(payload);
  }

  #publishNow(payload: Payload): void {
    const { publisher, inbox, control } = this.#given;
    try {
      publisher.publish(inbox, payload, control);
    } catch (error) {
      this.#fail(error);
    }
  }

  #join(bytes: Uint8Array): void {
    if (this.#joinedBytes + bytes.length + joinedOverheadBytes > frameBytesMax) this.#publishJoined();
    if (this.#joining === undefined) this.#joining = [bytes];
    else this.#joining.push(bytes);
    this.#joinedBytes += bytes.length + joinedOverheadBytes;
    this.#endTurnLater();
  }

  #publishJoined(): void {
    const frames = this.#joining;
    if (frames === undefined) return;
    const isOneMessage = frames.length > 1 && this.#joinedBytes < this.#given.publisher.payloadBytesMax;
    this.#joining = undefined;
    this.#joinedBytes = 0;
    for (const bytes of isOneMessage ? [joinFrames(frames)] : frames) this.#publishNow(bytes);
  }

  #endTurnLater(): void {
    if (this.#isTurnEndDue) return;
    this.#isTurnEndDue = true;
    afterTurn(() => {
      this.#isTurnEndDue = false;
      this.flush();
      this.#publishJoined();
    });
  }

  #failForSize(bytesMax: number): void {
    this.#fail(new Error(`expected messages that hold a part of a record, came a max_payload of ${bytesMax} bytes`));
  }

  /** Once: what else cannot be published then is no news. */
  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#given.onFailure(error);
  }

  #closeFrame(): void {
    const builder = this.#builder;
    if (builder === undefined) return;
    const bytes = builder.finish();
    // The last frame of a window is a small one among large ones.
    this.#sizeHint = Math.max(bytes.length, Math.trunc(this.#sizeHint / 2));
    this.#turnBytes += bytes.length;
    const end = builder.first + builder.count;
    const charge = bytes.length + messageOverheadBytes;
    this.#given.budget.take(charge - this.#builderCharge);
    this.#sent.push({ bytes, first: builder.first, end, charge, isFragment: false });
    this.#builder = undefined;
    this.#builderCharge = 0;
    if (this.#sent.unpublished >= framesPerWrite) this.#publishFrames();
  }

  #addFragments(number: number, record: WireRecord, body: Uint8Array): void {
    const { budget } = this.#given;
    const isAnnotated = record.superjson !== undefined;
    const whole = { number, isAnnotated, totalBytes: body.length, offset: 0, part: body };
    const parts = splitBody(whole, this.#bytesMax);
    if (parts === undefined) {
      this.#failForSize(this.#bytesMax);
      return;
    }
    let chargeLeft = budget.recordChargeMax;
    for (const part of parts) {
      const charge = Math.min(chargeLeft, part.bytes.length + messageOverheadBytes);
      chargeLeft -= charge;
      budget.take(charge);
      this.#sent.push({ ...part, charge });
    }
    this.#publishFrames();
  }

  /** Publishes what is not published, in order, and lets others in between the parts of large records. */
  #publishFrames(): void {
    const { publisher } = this.#given;
    while (!this.#isPublishing && !this.#isOver && !this.#hasFailed) {
      if (publisher.isSuspended) {
        this.#publishAfter(publisher.ready());
        return;
      }
      if (!this.#fitUpcoming()) return;
      const frame = this.#sent.next();
      if (frame === undefined) return;
      this.publish(frame.bytes);
      if (frame.isFragment) this.#publishAfter(Promise.resolve(publisher.ready()).then(nextTask));
    }
  }

  /**
   * What the connection takes may have become less since the frame was made: the server was started anew with another
   * configuration, say, or the connection went to another one. The frame is then sent as several.
   */
  #fitUpcoming(): boolean {
    const frame = this.#sent.upcoming;
    const { payloadBytesMax } = this.#given.publisher;
    if (frame === undefined || frame.bytes.length <= payloadBytesMax) return true;
    const parts = splitDeliveryFrame(frame.bytes, payloadBytesMax);
    if (parts === undefined) {
      this.#failForSize(payloadBytesMax);
      return false;
    }
    // All of the charge goes with the last part, the one that is kept for the longest.
    this.#sent.replaceUpcoming(
      parts.map((part, index) => ({ ...part, charge: index === parts.length - 1 ? frame.charge : 0 })),
    );
    return true;
  }

  #publishAfter(time: Promise<void> | undefined): void {
    this.#isPublishing = true;
    void Promise.resolve(time).then(() => {
      this.#isPublishing = false;
      this.#publishFrames();
    });
  }
}
