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
import {
  encodeControl,
  recordOf,
  type AnnouncedTerms,
  type ControlFrame,
  type DeliveryFrame,
  type FragmentFrame,
  type WireRecord,
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
  records(records: readonly WireRecord[]): void;
  /** The close came, after everything before it. */
  closed(code: number, text: string): void;
  /** The stream was ended, and what is missing cannot be had again. */
  lost(code: number, text: string): void;
  /** The producer breaks the rules; the text says what was expected and what came. */
  broken(text: string): void;
  publish(subject: string, control: Uint8Array): void;
}

interface Assembly {
  readonly number: number;
  readonly totalBytes: number;
  readonly parts: Uint8Array[];
  length: number;
}

/**
 * The frames of one extended stream at its consumer: puts records in order, drops what came before, asks for what is
 * missing, and grants credit as the reader consumes. Source: PROTOCOL.md, Delivery.
 */
export class Receiver {
  readonly #host: ReceiverHost;
  readonly #recordBytesMax: number;
  #inflow: Inflow;
  #control: string | undefined;
  /** Whether a plain producer was heard first. */
  #isPlain = false;
  #assembly: Assembly | undefined;

  constructor(window: Window, recordBytesMax: number, host: ReceiverHost) {
    this.#host = host;
    this.#recordBytesMax = recordBytesMax;
    this.#inflow = beginInflow(window);
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
    this.#host.publish(reply, encodeControl({ type: 'cancel', text: 'another producer serves the stream' }));
    return false;
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
        this.grant();
        this.#host.closed(frame.code, frame.text);
      }
    }
  }

  /** The reader has consumed a record. Nothing follows from it where the producer is a plain one. */
  onConsumed(bytes: number): void {
    if (this.#control === undefined) return;
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
    this.#inflow = noteGranted(this.#inflow);
    this.#say({ type: 'resume', ...grantOf(this.#inflow) });
  }

  /** Tells the producer that nobody reads any more. */
  cancel(text: string): void {
    this.#say({ type: 'cancel', text });
  }

  grant(): void {
    this.#inflow = noteGranted(this.#inflow);
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

  #take(arrival: Arrival, records: readonly WireRecord[]): void {
    const { skipped, edge } = arrival;
    this.#inflow = arrival.inflow;
    if (edge === 'gap') this.#host.gap();
    if (edge === 'recovered') this.#host.recovered();
    if (arrival.taken === 0 || records.length === 0) return;
    let bytes = 0;
    for (let index = skipped; index < records.length; index += 1) {
      const { length } = records[index]?.data ?? [];
      if (length > this.#recordBytesMax) {
        this.#refuseLarge(length);
        return;
      }
      bytes += length;
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
    if (totalBytes > this.#recordBytesMax + (isAnnotated ? annotationBytesMax : 0)) {
      this.#refuseLarge(totalBytes);
      return;
    }
    if (number === next && offset === 0) this.#assembly = { number, totalBytes, parts: [], length: 0 };
    const assembly = this.#assembly;
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
    assembly.parts.push(part);
    assembly.length += part.length;
    if (assembly.length < totalBytes) return;
    this.#assembly = undefined;
    const record = recordOf(joined(assembly), isAnnotated);
    if (record === undefined) this.#host.broken('expected a record with annotations in JSON, came another');
    else this.#take(receiveItems(this.#inflow, number, 1), [record]);
  }

  #refuseLarge(bytes: number): void {
    this.#host.broken(`expected a record of at most ${this.#recordBytesMax} bytes (recordBytesMax), came ${bytes}`);
  }
}

/** Annotations travel with a record and do not count as its bytes; so much of them is taken. */
const annotationBytesMax = 16 * 1024 * 1024;

function joined({ parts, totalBytes }: Assembly): Uint8Array {
  const body = new Uint8Array(totalBytes);
  let offset = 0;
  for (const part of parts) {
    body.set(part, offset);
    offset += part.length;
  }
  return body;
}
