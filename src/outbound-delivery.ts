import {
  beginOutflow,
  creditOf,
  endOf,
  isGrantPossible,
  isSettled,
  maySend,
  sendClose,
  sendRecord,
  takeGrant,
  type Outflow,
  type Window,
} from '../machines/index.js';
import { afterTurn } from './after-turn.js';
import type { BudgetWaiter, ByteBudget } from './byte-budget.js';
import { messageOf, StreamError } from './errors.js';
import { nextTask } from './next-task.js';
import type { Outbound } from './outbound.js';
import { SentFrames } from './sent-frames.js';
import {
  bodyOf,
  encodeAnnouncement,
  encodeDeliveryClose,
  encodeFragment,
  fragmentOverheadBytes,
  recordLength,
  RecordsFrameBuilder,
  type AnnouncedTerms,
  type ControlFrame,
  type WireRecord,
} from './wire/index.js';

/** The most bytes of a frame: small enough that no stream keeps others waiting, large enough to pay for a message. */
const frameBytesMax = 32 * 1024;

/** How many bytes of records wait for credit at most, from writers that do not await their writes. */
const waitingBytesMax = 64 * 1024 * 1024;

export interface OutboundDeliveryParameters {
  /** Where the frames go. */
  readonly inbox: string;
  /** Where the consumer answers: the reply subject of every frame, and what tells one producer's frames from another's. */
  readonly control: string;
  readonly outbound: Outbound;
  readonly window: Window;
  /** The largest record, as the smaller of both ends has it. */
  readonly recordBytesMax: number;
  readonly budget: ByteBudget;
  readonly terms: AnnouncedTerms;
  /** Hears of edges: credit is used up, there is some again, everything including the close has been acknowledged. */
  readonly onEdge: (edge: 'blocked' | 'open' | 'acknowledged') => void;
  readonly onFailure: (error: unknown) => void;
}

interface WaitingRecord {
  readonly record: WireRecord;
  readonly settle: (error?: unknown) => void;
}

/**
 * The frames of one extended stream at its producer: numbers records, waits for credit, keeps what is not acknowledged,
 * and sends it again when asked. Source: PROTOCOL.md, Delivery.
 *
 * Records that are written in one turn of the event loop share a frame.
 */
export class OutboundDelivery implements BudgetWaiter {
  readonly #given: OutboundDeliveryParameters;
  readonly #frames = new SentFrames();
  readonly #waiting: WaitingRecord[] = [];
  #outflow: Outflow;
  #builder: RecordsFrameBuilder | undefined;
  #builderBytes = 0;
  #sizeHint = 256;
  #isFlushDue = false;
  #isPublishing = false;
  #isBlocked = false;
  #isOver = false;
  #waitingBytes = 0;
  /** What comes after the last waiting record. */
  #close: { readonly code: number; readonly text: string } | undefined;
  readonly #readers = new Set<() => void>();

  constructor(given: OutboundDeliveryParameters) {
    this.#given = given;
    this.#outflow = beginOutflow(given.window);
  }

  /** How many bytes of records can be written without waiting. 0 where none can, or one must wait for others. */
  get desiredSize(): number {
    if (this.#isOver || this.#waiting.length > 0) return 0;
    const credit = creditOf(this.#outflow);
    return credit.records === 0 ? 0 : credit.bytes;
  }

  /** How many records may still be sent. */
  get credit(): number {
    return creditOf(this.#outflow).records;
  }

  /** Undefined where a record can be written at once; otherwise resolves when one can, or never will. */
  ready(): Promise<void> | undefined {
    if (this.#isOver || this.desiredSize > 0) return undefined;
    return new Promise((resolve) => this.#readers.add(resolve));
  }

  /**
   * Sends a record, now or when there is credit. Undefined where it was sent. Throws a `StreamError` `tooLarge`.
   *
   * @param signal Takes a waiting record back.
   */
  write(record: WireRecord, signal?: AbortSignal): Promise<void> | undefined {
    const { recordBytesMax } = this.#given;
    if (record.data.length > recordBytesMax) {
      throw new StreamError(
        'tooLarge',
        `record: expected at most ${recordBytesMax} bytes (recordBytesMax), came ${record.data.length}`,
      );
    }
    if (this.#waiting.length === 0 && this.#hasCredit(record.data.length)) {
      this.#send(record);
      return undefined;
    }
    if (this.#waitingBytes + record.data.length > waitingBytesMax && this.#waiting.length > 0) {
      throw new StreamError(
        'tooMuchWaiting',
        `record: ${this.#waiting.length} records of ${this.#waitingBytes} bytes wait for credit already: await the writes`,
      );
    }
    return this.#wait(record, signal);
  }

  /** Says how far the stream has come, unless the consumer has received and said everything. */
  announce(always: boolean): void {
    if (this.#isOver || (!always && isSettled(this.#outflow) && !this.#isBlocked)) return;
    this.#flush();
    // A record whose fragments are still going out is not missing: to ask for it would begin it anew, again and again.
    const end = this.#frames.firstUnpublished ?? endOf(this.#outflow);
    const frame = { end, isWanting: this.#isBlocked, terms: this.#given.terms };
    this.#publish(encodeAnnouncement(frame));
  }

  /** Sends the close after everything before it, and keeps it until it is acknowledged. */
  finish(code: number, text: string): void {
    this.#close = { code, text };
    this.#afterWaiting();
  }

  /** Sends a close that ends everything here and now. What has not arrived cannot be had again. */
  stop(code: number, text: string): void {
    if (this.#isOver) return;
    this.#flush();
    // A source that came to its own end has said how; only what is missing is lost.
    const end = this.#outflow.isClosed && this.#close !== undefined ? this.#close : { code, text };
    // Nothing repeats it, so it waits for a lost connection where all else is sent again.
    this.#publishOnce(encodeDeliveryClose({ number: this.#outflow.sent, isFinal: true, ...end }));
    this.release(text);
  }

  /** The stream is over: nothing is kept, nobody waits. */
  release(text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#given.budget.forget(this);
    this.#given.budget.give(this.#frames.clear() + this.#builderBytes);
    this.#builder = undefined;
    const error = new StreamError('writerClosed', `the stream is over: ${text}`);
    for (const { settle } of this.#waiting.splice(0)) settle(error);
    this.#waitingBytes = 0;
    this.#wake();
  }

  /** Takes what the consumer says. False where it speaks of what was never sent. */
  onGrant(grant: ControlFrame & { readonly type: 'grant' | 'resume' }): boolean {
    if (this.#isOver) return true;
    if (!isGrantPossible(this.#outflow, grant)) return false;
    this.#outflow = takeGrant(this.#outflow, grant);
    this.#given.budget.give(this.#frames.release(this.#outflow.acknowledged));
    this.#pumpWaiting();
    if (this.#outflow.isClosed && isSettled(this.#outflow)) this.#given.onEdge('acknowledged');
    return true;
  }

  /** Sends everything again from the first item that the consumer lacks. */
  resend(): void {
    if (this.#isOver) return;
    this.#flush();
    this.#frames.rewind(this.#outflow.acknowledged);
    this.#publishFrames();
  }

  onRoom(): void {
    this.#pumpWaiting();
  }

  #hasCredit(bytes: number): boolean {
    if (!maySend(this.#outflow, bytes)) return false;
    if (this.#given.budget.hasRoomFor(bytes) || (this.#frames.isEmpty && this.#builder === undefined)) return true;
    this.#given.budget.await(this);
    return false;
  }

  #wait(record: WireRecord, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: WaitingRecord = {
        // The caller may use its bytes again as soon as it pleases.
        record: { ...record, data: record.data.slice() },
        settle: (error) => {
          signal?.removeEventListener('abort', onAbort);
          if (error === undefined) resolve();
          else reject(error instanceof Error ? error : new Error(messageOf(error)));
        },
      };
      const onAbort = () => {
        const index = this.#waiting.indexOf(waiting);
        if (index < 0) return;
        this.#waiting.splice(index, 1);
        this.#waitingBytes -= waiting.record.data.length;
        waiting.settle(signal?.reason);
        this.#pumpWaiting();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiting);
      this.#waitingBytes += record.data.length;
      if (!this.#isBlocked) {
        this.#isBlocked = true;
        this.#given.onEdge('blocked');
      }
    });
  }

  #pumpWaiting(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!this.#hasCredit(first.record.data.length)) return;
      this.#waiting.shift();
      this.#waitingBytes -= first.record.data.length;
      this.#send(first.record);
      first.settle();
    }
    if (this.#isBlocked) {
      this.#isBlocked = false;
      this.#given.onEdge('open');
    }
    this.#afterWaiting();
    if (this.desiredSize > 0) this.#wake();
  }

  #afterWaiting(): void {
    if (this.#close === undefined || this.#waiting.length > 0 || this.#isOver || this.#outflow.isClosed) return;
    this.#flush();
    const number = this.#outflow.sent;
    this.#outflow = sendClose(this.#outflow);
    const bytes = encodeDeliveryClose({ number, isFinal: false, ...this.#close });
    this.#frames.push({ bytes, first: number, end: number + 1, recordBytes: 0, isFragment: false });
    this.#publishFrames();
  }

  #wake(): void {
    const readers = [...this.#readers];
    this.#readers.clear();
    for (const resolve of readers) resolve();
  }

  #send(record: WireRecord): void {
    const number = this.#outflow.sent;
    this.#outflow = sendRecord(this.#outflow, record.data.length);
    this.#given.budget.take(record.data.length);
    const { body, isAnnotated } = bodyOf(record);
    const most = Math.min(frameBytesMax, this.#given.outbound.payloadBytesMax);
    const length = recordLength(body.length);
    if (length + fragmentOverheadBytes > most) {
      this.#flush();
      this.#sendFragments(number, body, isAnnotated, record.data.length, most - fragmentOverheadBytes);
      return;
    }
    if (this.#builder !== undefined && this.#builder.length + length > most) this.#flush();
    this.#builder ??= new RecordsFrameBuilder(number, this.#sizeHint);
    this.#builder.append(body, isAnnotated);
    this.#builderBytes += record.data.length;
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      afterTurn(() => {
        this.#isFlushDue = false;
        this.#flush();
      });
    }
  }

  #sendFragments(number: number, body: Uint8Array, isAnnotated: boolean, dataBytes: number, most: number): void {
    for (let offset = 0; offset < body.length; offset += most) {
      const part = body.subarray(offset, offset + most);
      const isLast = offset + part.length === body.length;
      this.#frames.push({
        bytes: encodeFragment({ number, isAnnotated, totalBytes: body.length, offset, part }),
        first: number,
        end: number + 1,
        recordBytes: isLast ? dataBytes : 0,
        isFragment: true,
      });
    }
    this.#publishFrames();
  }

  /** Closes the frame that is being filled, and publishes it. */
  #flush(): void {
    const builder = this.#builder;
    if (builder === undefined) return;
    const bytes = builder.finish();
    this.#sizeHint = Math.min(bytes.length, frameBytesMax);
    this.#frames.push({
      bytes,
      first: builder.first,
      end: builder.first + builder.count,
      recordBytes: this.#builderBytes,
      isFragment: false,
    });
    this.#builder = undefined;
    this.#builderBytes = 0;
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
      const frame = this.#frames.next();
      if (frame === undefined) return;
      this.#publish(frame.bytes);
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

  #publish(bytes: Uint8Array): void {
    if (!this.#given.outbound.isSuspended) this.#publishOnce(bytes);
  }

  #publishOnce(bytes: Uint8Array): void {
    const { outbound, inbox, control } = this.#given;
    try {
      outbound.publish(inbox, bytes, control);
    } catch (error) {
      this.#given.onFailure(error);
    }
  }
}
