import {
  beginInflow,
  closeInflow,
  consume,
  forgetGap,
  grantOf,
  isGrantDue,
  isOverrun,
  noteGranted,
  receiveAnnouncement,
  receiveBytes,
  receiveItems,
  type Arrival,
  type Inflow,
  type Window,
} from '../../machines/index.js';
import { annotationBytesMax } from './annotation-window.js';
import { AssemblyBudget, type BudgetedAssembly } from './assembly-budget.js';
import {
  encodeControl,
  isImportReply,
  recordOf,
  type AnnouncedTerms,
  type ControlFrame,
  type DeliveryFrame,
  type FragmentFrame,
  type ReceivedRecord,
} from '../wire/index.js';

/** What an extended stream brings about at its consumer. */
export interface ReceiverHost {
  /** The producer has shown that it knows the extension, and how often it will be heard. */
  announced(terms: AnnouncedTerms | undefined): void;
  /** Something is missing, also where it was missing before and must be asked for again. */
  gap(): void;
  /** What was missing has come. */
  recovered(): void;
  /** The next records, in order and each once. */
  records(records: readonly ReceivedRecord[]): void;
  /** The close came, after everything before it. */
  closedBy(code: number, text: string): void;
  /** The stream was ended, and what is missing cannot be had again. */
  lost(code: number, text: string): void;
  /** The producer breaks the rules; the text says what was expected and what came. */
  broken(text: string): void;
  publish(subject: string, control: Uint8Array): void;
}

/** A record that comes in parts. They are put together in one buffer, which grows with what has come. */
interface Assembly {
  readonly number: number;
  readonly totalBytes: number;
  body: Uint8Array;
  length: number;
}

/** With so much an assembly begins, however long its record is told to be. */
const firstBodyBytes = 64 * 1024;

/**
 * The frames of one extended stream at its consumer: puts records in order, drops what came before, asks for what is
 * missing, and grants credit as the reader consumes. Source: PROTOCOL.md, Delivery.
 */
export class Receiver implements BudgetedAssembly {
  readonly #host: ReceiverHost;
  readonly #recordBytesMax: number;
  #inflow: Inflow;
  #control: string | undefined;
  /** Whether a plain producer was heard first. */
  #isPlain = false;
  #assembly: Assembly | undefined;
  /** The record for whose parts there is no room yet. */
  #refused: number | undefined;
  readonly #assemblies: AssemblyBudget;
  readonly #assembliesBytesMax: number;
  /** How many bytes of annotations wait for the reader. */
  #annotationBytes = 0;
  /** What is due to be said of frames that share a message; undefined where none is being taken. */
  #joined: 'silent' | 'grant' | 'resume' | 'over' | undefined;

  /**
   * @param assemblies What all streams of the connection share for records that are larger than their windows.
   * @param assembliesBytesMax How much that may be.
   */
  constructor(
    window: Window,
    recordBytesMax: number,
    host: ReceiverHost,
    assemblies = new AssemblyBudget(),
    assembliesBytesMax = Infinity,
  ) {
    this.#host = host;
    this.#recordBytesMax = recordBytesMax;
    this.#inflow = beginInflow(window);
    this.#assemblies = assemblies;
    this.#assembliesBytesMax = assembliesBytesMax;
  }

  /** How many bytes are held: what waits for the reader, and what has come of a record that has not come as a whole. */
  get heldBytes(): number {
    const { receivedBytes, consumedBytes } = this.#inflow;
    return receivedBytes - consumedBytes + this.#annotationBytes + (this.#assembly?.body.length ?? 0);
  }

  /** The stream is over: nothing is put together any more. */
  release(): void {
    this.drop();
    this.#assemblies.release(this);
  }

  drop(): void {
    this.#assembly = undefined;
  }

  /** Parts were dropped for want of room: they are asked for now. What is still under way of them is dropped as well. */
  onRoom(): void {
    if (this.#refused === this.#inflow.next) this.catchUp();
  }

  /** Whether the producer has shown that it knows the extension. */
  get isExtended(): boolean {
    return this.#control !== undefined;
  }

  /** Where the producer hears of this stream; undefined until it has shown that it knows the extension. */
  get control(): string | undefined {
    return this.#control;
  }

  /** A plain producer was heard first, so that an extended one is another one. */
  keepPlain(): void {
    this.#isPlain = true;
  }

  /** The number of the first record that has not come. */
  get next(): number {
    return this.#inflow.next;
  }

  /** Whether a frame is of the producer that answered first. Another one, which took the same request, is told to stop. */
  accepts(frame: DeliveryFrame, reply: string): boolean {
    if (this.#control === undefined && !this.#isPlain) {
      this.#control = reply;
      this.#host.announced(frame.type === 'announcement' ? frame.terms : undefined);
      return true;
    }
    if (this.#control === reply) return true;
    if (isImportReply(this.#control) && isImportReply(reply)) {
      // The server makes a new one for each message that comes from another account: the last one leads back.
      this.#control = reply;
      return true;
    }
    this.#host.publish(reply, encodeControl({ type: 'cancel', text: 'another producer serves the stream' }));
    return false;
  }

  /** From now on frames are taken that share a message: what is said of them is said once, at {@link endJoined}. */
  beginJoined(): void {
    this.#joined = 'silent';
  }

  /** The last of them was taken. */
  endJoined(): void {
    const due = this.#joined;
    this.#joined = undefined;
    if (due === 'resume' && this.#inflow.isRecovering) this.resume();
    else if (due === 'grant' || due === 'resume') this.grant();
  }

  onFrame(frame: DeliveryFrame): void {
    switch (frame.type) {
      case 'announcement':
        this.#onAnnouncement(frame);
        return;
      case 'records':
        this.#take(receiveItems(this.#inflow, frame.first, frame.records.length), frame.records);
        return;
      case 'fragment':
        this.#onFragment(frame);
        return;
      case 'deliveryClose': {
        if (frame.isFinal && frame.number > this.#inflow.next) {
          this.#host.lost(frame.code, frame.text);
          return;
        }
        const arrival = receiveItems(this.#inflow, frame.number, 1);
        this.#take(arrival, []);
        if (arrival.taken === 0) return;
        this.#inflow = closeInflow(this.#inflow);
        // Nothing comes behind it that could be said with it.
        if (this.#joined !== undefined) this.#joined = 'over';
        this.grant();
        this.#host.closedBy(frame.code, frame.text);
      }
    }
  }

  /** The reader has consumed a record. Nothing follows from it where the producer is a plain one. */
  onConsumed(bytes: number, annotationBytes = 0): void {
    if (this.#control === undefined) return;
    this.#annotationBytes -= annotationBytes;
    this.#inflow = consume(this.#inflow, bytes);
    if (isGrantDue(this.#inflow)) this.grant();
  }

  /** The link was away: asks for everything from the first record that has not come, if there is any. */
  catchUp(): void {
    this.#inflow = forgetGap(this.#inflow);
    this.resume();
  }

  /** Asks for everything from the first record that has not come. */
  resume(): void {
    if (this.#joined !== undefined) {
      this.#joined = 'resume';
      return;
    }
    this.#inflow = noteGranted(this.#inflow);
    this.#say({ type: 'resume', ...grantOf(this.#inflow) });
  }

  /** Tells the producer that nobody reads any more. */
  cancel(text: string): void {
    this.#say({ type: 'cancel', text });
  }

  grant(): void {
    this.#inflow = noteGranted(this.#inflow);
    if (this.#joined === 'silent' || this.#joined === 'grant') {
      this.#joined = 'grant';
      return;
    }
    if (this.#joined === 'resume') return;
    this.#say({ type: 'grant', ...grantOf(this.#inflow) });
  }

  #say(control: ControlFrame): void {
    if (this.#control !== undefined) this.#host.publish(this.#control, encodeControl(control));
  }

  #onAnnouncement({ end, isWanting, terms }: DeliveryFrame & { readonly type: 'announcement' }): void {
    this.#host.announced(terms);
    this.#take(receiveAnnouncement(this.#inflow, end, isWanting), []);
    if (!this.#inflow.isRecovering) this.grant();
  }

  #take(arrival: Arrival, records: readonly ReceivedRecord[]): void {
    const { skipped, edge } = arrival;
    this.#inflow = arrival.inflow;
    if (edge === 'gap') this.#host.gap();
    if (edge === 'recovered') this.#host.recovered();
    if (arrival.taken === 0 || records.length === 0) return;
    let bytes = 0;
    let annotationBytes = 0;
    for (let index = skipped; index < records.length; index += 1) {
      const record = records[index];
      const { length } = record?.data ?? [];
      if (length > this.#recordBytesMax) {
        this.#refuseLarge(length);
        return;
      }
      bytes += length;
      if (record?.annotations !== undefined) annotationBytes += record.annotations.length;
    }
    const isFirst = this.#annotationBytes === 0 && arrival.taken === 1;
    this.#annotationBytes += annotationBytes;
    const mostAnnotations = annotationBytesMax(this.#inflow.window.bytes);
    if (annotationBytes > 0 && !isFirst && this.#annotationBytes > mostAnnotations) {
      this.#host.broken(`expected at most ${mostAnnotations} bytes of annotations at a time, came more`);
      return;
    }
    this.#inflow = receiveBytes(this.#inflow, bytes);
    if (isOverrun(this.#inflow)) {
      const { window } = this.#inflow;
      this.#host.broken(`expected at most ${window.records} records of ${window.bytes} bytes at a time, came more`);
      return;
    }
    this.#host.records(skipped === 0 ? records : records.slice(skipped));
  }

  #onFragment({ number, isAnnotated, totalBytes, offset, part }: FragmentFrame): void {
    const { next } = this.#inflow;
    if (number < next) return;
    if (totalBytes > this.#recordBytesMax + (isAnnotated ? recordAnnotationBytesMax : 0)) {
      this.#refuseLarge(totalBytes);
      return;
    }
    if (number === next && offset === 0) this.#begin(number, totalBytes);
    const assembly = this.#assembly;
    // What comes behind a part for which there was no room is sent again with it.
    if (assembly === undefined && this.#refused === next) return;
    if (number > next || assembly?.number !== number || offset > assembly.length) {
      // A part before this one is missing, so the record as a whole is.
      this.#take(receiveItems(this.#inflow, next + 1, 1), []);
      return;
    }
    if (assembly.totalBytes !== totalBytes) {
      this.#host.broken(`expected a part of a record of ${assembly.totalBytes} bytes, came one of ${totalBytes}`);
      return;
    }
    if (offset < assembly.length) return;
    if (!this.#grow(assembly, part.length)) return;
    assembly.body.set(part, assembly.length);
    assembly.length += part.length;
    if (assembly.length < totalBytes) return;
    const record = recordOf(assembly.body, isAnnotated);
    this.release();
    if (record === undefined) this.#host.broken('expected a record with annotations in JSON, came another');
    else this.#take(receiveItems(this.#inflow, number, 1), [record]);
  }

  #begin(number: number, totalBytes: number): void {
    const body = new Uint8Array(Math.min(totalBytes, firstBodyBytes));
    this.#assembly = { number, totalBytes, body, length: 0 };
    this.#refused = undefined;
  }

  /** Makes room for so many bytes more. Where there is none, what came is given up, and asked for when there is. */
  #grow(assembly: Assembly, bytes: number): boolean {
    const { body, length, totalBytes, number } = assembly;
    const needed = length + bytes;
    if (needed <= body.length) return true;
    const size = Math.min(totalBytes, Math.max(needed, body.length * 2));
    // What the stream was granted is its own; what is more, all streams share.
    const isBeyond = size > this.#inflow.window.bytes;
    if (isBeyond && !this.#assemblies.admits(this, size, this.#assembliesBytesMax)) {
      this.#refused = number;
      this.drop();
      return false;
    }
    assembly.body = new Uint8Array(size);
    assembly.body.set(body.subarray(0, length));
    return true;
  }

  #refuseLarge(bytes: number): void {
    this.#host.broken(`expected a record of at most ${this.#recordBytesMax} bytes (recordBytesMax), came ${bytes}`);
  }
}

/** Annotations travel with a record and do not count as its bytes; so much of them is taken. */
const recordAnnotationBytesMax = 16 * 1024 * 1024;
