import {
  beginOutflow,
  creditOf,
  endOf,
  isGrantComing,
  isGrantPossible,
  isSettled,
  isUnreachable,
  maySend,
  notePrompted,
  sendClose,
  sendRecord,
  takeGrant,
  type Outflow,
  type Window,
} from '../../machines/index.js';
import type { BudgetedStream, ConsumerBudget } from './consumer-budget.js';
import { StreamError } from '../errors.js';
import type { FramePool } from './frame-pool.js';
import type { Publisher } from '../transport/publisher.js';
import { FrameWriter } from './frame-writer.js';
import { AnnotationsUnderWay } from './annotation-window.js';
import { CreditQueue, waitingBytesOf } from './credit-queue.js';
import {
  annotationsOf,
  encodeAnnouncement,
  encodeDeliveryClose,
  type AnnouncedTerms,
  type ControlFrame,
  type WireRecord,
} from '../wire/index.js';

const nothing = (): void => undefined;

/** How many bytes of records wait for credit at most, from writers that do not await their writes. */
const waitingBytesMax = 64 * 1024 * 1024;

export interface SenderParameters {
  /** Where the frames go. */
  readonly inbox: string;
  /** Where the consumer answers: the reply subject of every frame, and what tells one producer's frames from another's. */
  readonly control: string;
  /** Whether something is sent in each round, also where the consumer has received and said everything. */
  readonly isKeptAlive?: boolean;
  readonly publisher: Publisher;
  /** Whether the consumer reads frames that hold several. */
  readonly joins?: boolean;
  /** The window of the consumer. */
  readonly offered: Window;
  /** What of it is used. */
  readonly window: Window;
  /** The largest record, as the smaller of both ends has it. */
  readonly recordBytesMax: number;
  /** What all streams of the consumer share. */
  readonly budget: ConsumerBudget;
  /** What the frames of the client are made of. */
  readonly pool: FramePool;
  readonly terms: AnnouncedTerms;
  /** Sets a timer for the reader to grant something, and gives what takes it back; undefined where it may take for ever. */
  awaitGrant?(onUnread: () => void): (() => void) | undefined;
  /** The reader has granted nothing for too long. */
  onUnread?(): void;
  /** Hears of what the stream's machine has to know: these are its events. */
  onEdge(edge: 'flow.blocked' | 'flow.starved' | 'flow.open' | 'peer.acknowledged'): void;
  /** So many announcements were not answered by a consumer that answers heartbeats. */
  onUnreachable(announcements: number): void;
  /** The stream cannot go on, for the reason given: what is next can never be published. */
  onFailure(error: unknown): void;
}

/**
 * One extended stream at its producer: numbers records, lets them wait for credit, keeps what is not acknowledged, and
 * sends it again when asked. Source: PROTOCOL.md, Delivery.
 */
export class Sender implements BudgetedStream {
  readonly #given: SenderParameters;
  readonly #frames: FrameWriter;
  readonly #waiting = new CreditQueue();
  readonly #annotations: AnnotationsUnderWay;
  #outflow: Outflow;
  #isBlocked = false;
  /** How many records were sent when the consumer was last asked for credit. */
  #askedAt: number | undefined;
  #isOver = false;
  /** What comes after the last waiting record. */
  #close: { readonly code: number; readonly text: string } | undefined;
  #stopAwaiting: () => void = nothing;
  #readers: (() => void)[] | undefined;

  constructor(given: SenderParameters) {
    this.#given = given;
    this.#frames = new FrameWriter(given);
    given.budget.join(this);
    this.#outflow = beginOutflow(given.window, given.offered);
    this.#annotations = new AnnotationsUnderWay(given.offered.bytes);
  }

  /** How many records, and bytes of records, were sent. */
  get sent(): { readonly records: number; readonly bytes: number } {
    return { records: this.#outflow.sent, bytes: this.#outflow.sentBytes };
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

  /** The largest record that the stream takes. */
  get recordBytesMax(): number {
    return this.#given.recordBytesMax;
  }

  /** Undefined where a record can be written at once; otherwise resolves when one can, or never will. */
  ready(): Promise<void> | undefined {
    if (this.#isOver || this.desiredSize > 0) return undefined;
    return new Promise((resolve) => (this.#readers ??= []).push(resolve));
  }

  /**
   * Sends a record, now or when there is credit. Undefined where it was sent and more can be in this turn of the event
   * loop. Throws a `StreamError`: `tooLarge`, or `tooMuchWaiting`.
   *
   * @param signal Takes a waiting record back.
   */
  write(given: WireRecord, signal?: AbortSignal): Promise<void> | undefined {
    const annotations = annotationsOf(given);
    const record = annotations === undefined ? given : { ...given, annotations };
    const { length } = record.data;
    const { recordBytesMax } = this.#given;
    if (length > recordBytesMax) {
      throw new StreamError(
        'tooLarge',
        `record: expected at most ${recordBytesMax} bytes (recordBytesMax), came ${length}`,
      );
    }
    if (this.#waiting.length === 0 && this.#hasCredit(record)) {
      this.#send(record);
      return this.#frames.nextTurn();
    }
    if (this.#waiting.bytes + waitingBytesOf(record) > waitingBytesMax && this.#waiting.length > 0) {
      throw new StreamError(
        'tooMuchWaiting',
        `record: ${this.#waiting.length} records of ${this.#waiting.bytes} bytes wait for credit already: await the writes`,
      );
    }
    const written = this.#waiting.add(record, signal, () => {
      this.#pumpWaiting();
    });
    if (!this.#isBlocked) {
      this.#isBlocked = true;
      this.#awaitGrant();
      this.#given.onEdge('flow.blocked');
      this.#askIfStarved();
    }
    return written;
  }

  /**
   * Says how far the stream has come, unless the consumer has received and said everything.
   *
   * @param isRound whether the consumer has just answered a round of heartbeats, so that it must answer this as well.
   */
  probe(isRound: boolean): void {
    const { terms, isKeptAlive = false } = this.#given;
    const isIdle = isSettled(this.#outflow) && !this.#isBlocked;
    if (this.#isOver || (isIdle && !(isKeptAlive && isRound))) return;
    if (isRound) {
      if (isUnreachable(this.#outflow, terms.missedHeartbeatsMax)) {
        this.#given.onUnreachable(this.#outflow.prompts.length);
        return;
      }
    }
    const end = this.announce();
    if (isRound) this.#outflow = notePrompted(this.#outflow, end);
  }

  /** Says how far the stream has come, and returns it: the number of the next item. */
  announce(): number {
    if (this.#isOver) return endOf(this.#outflow);
    this.#frames.flush();
    // A record whose fragments are still going out is not missing: to ask for it would begin it anew, again and again.
    const end = this.#frames.firstUnpublished ?? endOf(this.#outflow);
    this.#frames.publish(encodeAnnouncement({ end, isWanting: this.#isBlocked, terms: this.#given.terms }));
    return end;
  }

  /** Sends the close after everything before it, and keeps it until it is acknowledged. */
  finish(code: number, text: string): void {
    this.#close = { code, text };
    this.#closeAfterWaiting();
  }

  /** Sends a close that ends everything here and now. What has not arrived cannot be had again. */
  stop(code: number, text: string): void {
    if (this.#isOver) return;
    this.#frames.flush();
    // A source that came to its own end has said how; only what is missing is lost.
    const end = this.#outflow.isClosed && this.#close !== undefined ? this.#close : { code, text };
    // Nothing repeats it, so it waits for a lost connection where all else is sent again.
    const close = { number: this.#outflow.sent, isFinal: true, ...end };
    this.#frames.publishOnce((bytesMax) => encodeDeliveryClose(close, bytesMax));
    this.release(text);
  }

  /** The stream is over: nothing is kept, nobody waits. */
  release(text: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopAwaiting();
    this.#frames.end();
    this.#given.budget.leave(this);
    // An error has its stack taken, which a stream that ends well need not pay for.
    this.#waiting.refuse(() => new StreamError('writerClosed', `the stream is over: ${text}`));
    this.#wake();
  }

  /** Takes what the consumer says. False where it speaks of what was never sent. */
  onGrant(grant: ControlFrame & { readonly type: 'grant' | 'resume' }): boolean {
    if (this.#isOver) return true;
    if (!isGrantPossible(this.#outflow, grant)) return false;
    const { consumed } = this.#outflow;
    this.#outflow = takeGrant(this.#outflow, grant);
    if (this.#isBlocked && this.#outflow.consumed > consumed) this.#awaitGrant();
    this.#annotations.release(this.#outflow.consumed);
    this.#frames.release(this.#outflow.acknowledged);
    this.#pumpWaiting();
    if (this.#outflow.isClosed && isSettled(this.#outflow)) this.#given.onEdge('peer.acknowledged');
    return true;
  }

  /** Sends everything again from the first item that the consumer lacks. */
  resend(): void {
    if (this.#isOver) return;
    this.#frames.flush();
    this.#frames.resend(this.#outflow.acknowledged);
  }

  onRoom(): void {
    this.#pumpWaiting();
  }

  onShortage(): void {
    if (!this.#isOver && !this.#frames.isEmpty) this.#given.onEdge('flow.starved');
  }

  #hasCredit({ data, annotations }: WireRecord): boolean {
    if (!maySend(this.#outflow, data.length) || !this.#annotations.hasRoomFor(annotations?.length ?? 0)) return false;
    return this.#given.budget.admits(data.length, this);
  }

  #send(record: WireRecord): void {
    const number = this.#outflow.sent;
    const { length } = record.data;
    this.#outflow = sendRecord(this.#outflow, length);
    this.#annotations.add(number, record.annotations?.length ?? 0);
    this.#frames.add(number, record);
  }

  #pumpWaiting(): void {
    for (let next = this.#waiting.next; next !== undefined; next = this.#waiting.next) {
      if (!this.#hasCredit(next)) {
        this.#askIfStarved();
        return;
      }
      const first = this.#waiting.shift();
      if (first === undefined) return;
      this.#send(first.record);
      first.settle();
    }
    if (this.#isBlocked) {
      this.#isBlocked = false;
      this.#stopAwaiting();
      this.#given.onEdge('flow.open');
    }
    this.#closeAfterWaiting();
    if (this.desiredSize > 0) this.#wake();
  }

  /** Once for all that the consumer has: it grants then as soon as its reader has nothing left to consume. */
  #askIfStarved(): void {
    if (this.#askedAt === this.#outflow.sent || isGrantComing(this.#outflow)) return;
    this.#askedAt = this.#outflow.sent;
    this.#given.onEdge('flow.starved');
  }

  #awaitGrant(): void {
    this.#stopAwaiting();
    this.#stopAwaiting = this.#given.awaitGrant?.(() => this.#given.onUnread?.()) ?? nothing;
  }

  #closeAfterWaiting(): void {
    if (this.#close === undefined || this.#waiting.length > 0 || this.#isOver || this.#outflow.isClosed) return;
    const number = this.#outflow.sent;
    this.#outflow = sendClose(this.#outflow);
    this.#frames.addClose(number, this.#close.code, this.#close.text);
  }

  #wake(): void {
    const readers = this.#readers;
    this.#readers = undefined;
    if (readers !== undefined) for (const resolve of readers) resolve();
  }
}
