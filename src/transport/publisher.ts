import { afterTurn } from './after-turn.js';
import type { HeaderBlock } from './headers.js';
import type { NatsConnection } from './nats-connection.js';
import { nextTask } from './next-task.js';
import { RecentSubjects } from './recent-subjects.js';

/** How many bytes are published before the server's word that it has taken earlier ones is asked for. */
const unconfirmedBytesMax = 512 * 1024;

/** How many bytes of records wait for the end of the turn at most. */
const gatheredBytesMax = 64 * 1024;

/** What a message costs on the wire beside its payload, roughly. */
const overheadBytes = 64;

/** How many bytes wait for a lost connection at most, from writers that do not await their writes. */
const keptBytesMax = 64 * 1024 * 1024;

/** A message; or what makes it, for as many bytes as the connection takes when it is published. */
export type Payload = Uint8Array | ((bytesMax: number) => Uint8Array);

/** Hears that a record, of which its writer knows no more, is not published or was refused by the server. */
export type LostRecord = (error: unknown) => void;

interface Message {
  readonly subject: string;
  readonly payload: Payload;
  readonly reply: string | undefined;
  readonly headers?: HeaderBlock | undefined;
  readonly onLost?: LostRecord;
}

/** The largest record of one subject of which the server has not said that it has taken it. */
interface DoubtfulRecord {
  readonly bytes: number;
  readonly onLost: LostRecord;
}

/** Smaller records are not remembered: no server in use takes less in one message. */
const doubtfulBytesMin = 1024;

const nothingLost: ReadonlySet<string> = new Set();

/**
 * What one client publishes.
 *
 * A NATS client flushes its buffer in the microtask after a publish, so that a source which awaits each write would
 * pay one system call a record. Records are therefore gathered until the promises of the turn have settled, without a
 * timer, and published together; everything else is published at once, after what was gathered before it.
 *
 * The buffer of a NATS client has no end either, and a source that never waits would fill it before a single byte
 * leaves the process. So after half a MiB the server is asked whether it has taken what came before, and after another
 * half the writers wait for its answer, which lets the event loop turn.
 *
 * NATS clients for JavaScript drop what is published while the connection is down, in silence. So everything is kept
 * until it is back, and the writers wait.
 *
 * A server that comes back, or has its configuration read anew, may take less in one message than before. Of the latter
 * nobody is told: the server cuts off who sends more, and the connection that comes back knows. Who wrote a record that
 * can never be published, or was cut off for it, is told, and nothing that follows it on its subject is published.
 */
export class Publisher {
  readonly #connection: NatsConnection;
  readonly #onFailure: (subject: string, error: unknown) => void;
  #payloadBytesMax = 1024 * 1024;
  /** By subject. */
  #doubtful = new Map<string, DoubtfulRecord>();
  /** Those that the server was asked about and has not answered. */
  readonly #askedAbout = new Set<Map<string, DoubtfulRecord>>();
  /** The subjects of writers that are no stream's: of what the server refuses there, nobody else can be told. */
  readonly writtenTo = new RecentSubjects();
  #gathered: Message[] = [];
  #gatheredBytes = 0;
  #unconfirmedBytes = 0;
  #flushing: Promise<void> | undefined;
  /** While the connection is down: resolves when it is back. */
  #suspended: Promise<void> | undefined;
  #resume: () => void = () => undefined;
  #released = false;
  readonly #waiting = new Set<() => void>();

  /** @param onFailure Is told of messages, other than records, that waited and that the connection did not take. */
  constructor(connection: NatsConnection, onFailure: (subject: string, error: unknown) => void) {
    this.#connection = connection;
    this.#onFailure = onFailure;
    const release = () => {
      this.release();
    };
    connection.closed().then(release, release);
  }

  /** The most bytes that one message may hold: while the connection is down, what it was before. */
  get payloadBytesMax(): number {
    this.#payloadBytesMax = this.#connection.info?.max_payload ?? this.#payloadBytesMax;
    return this.#payloadBytesMax;
  }

  /** Publishes at once, after what was gathered, or when the connection is back. Throws what the connection throws. */
  publish(subject: string, payload: Payload, reply?: string, headers?: HeaderBlock): void {
    const message = { subject, payload, reply, headers };
    if (this.#suspended !== undefined) {
      this.#gather(message);
      return;
    }
    const lost = this.#publishGathered();
    if (!isBehind(message, lost)) this.#unconfirmedBytes += this.#publishNow(message) + overheadBytes;
  }

  /**
   * Publishes a record when the turn is over. Throws where the connection is closed, or down and too much waits.
   *
   * @param onLost Closes the stream of the record, which may not go on without it.
   */
  publishRecord(subject: string, payload: Uint8Array, onLost: LostRecord): void {
    if (this.#connection.isClosed()) throw new Error('the NATS connection is closed');
    if (this.#suspended === undefined && this.#gathered.length === 0) afterTurn(() => this.#publishGathered());
    this.#gather({ subject, payload, reply: undefined, onLost });
    if (this.#suspended === undefined && this.#gatheredBytes >= gatheredBytesMax) this.#publishGathered();
  }

  /** Undefined where more can be published at once, otherwise a promise that resolves when it can. */
  ready(): Promise<void> | undefined {
    if (this.#released) return undefined;
    if (this.#suspended !== undefined) return this.#suspended;
    if (this.#unconfirmedBytes < unconfirmedBytesMax) return undefined;
    if (this.#flushing !== undefined) return this.#flushing;
    this.#unconfirmedBytes = 0;
    this.#flushing = this.flush().finally(() => {
      this.#flushing = undefined;
    });
    return undefined;
  }

  /** How many bytes can be published before the server's word is awaited. */
  get desiredSize(): number {
    if (this.#released || this.#suspended !== undefined) return 0;
    return Math.max(0, unconfirmedBytesMax - this.#unconfirmedBytes - this.#gatheredBytes);
  }

  /** Resolves when the server has taken everything that was published, or never will. */
  flush(): Promise<void> {
    this.#publishGathered();
    const asked = this.#doubtful;
    this.#doubtful = new Map();
    this.#askedAbout.add(asked);
    return this.whileConnected(async () => {
      await this.#connection.flush();
      this.#askedAbout.delete(asked);
    });
  }

  /** Asks the server whether it has taken the large records that were published, where there are any. */
  settleDoubts(): void {
    if (this.#suspended === undefined && this.#doubtful.size > 0) void this.flush();
  }

  /**
   * Resolves when the server has read everything that was sent before, subscriptions included, with true; with false
   * where it never will. Waits for a lost connection, whose subscriptions are made known again before what follows.
   */
  async confirm(): Promise<boolean> {
    while (!this.#released && !this.#connection.isClosed()) {
      await this.#suspended;
      let isConfirmed = false as boolean;
      await this.whileConnected(async () => {
        await this.#connection.flush();
        isConfirmed = true;
      });
      if (isConfirmed && !this.#connection.isClosed()) return true;
      // The connection was lost, which its status may tell a little later.
      await nextTask();
    }
    return false;
  }

  /**
   * Does something that waits for the server, and resolves when it is done or the client has no more use for it: the
   * promises of NATS clients may stay open for ever where the connection is closed meanwhile. Where they fail, the
   * connection was lost or closed, and its status tells so.
   */
  whileConnected(wait: () => Promise<unknown>): Promise<void> {
    if (this.#connection.isClosed()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      wait().then(done, done);
    });
  }

  /** The connection is down: keeps what is published, and lets writers wait. */
  suspend(): void {
    this.#suspended ??= this.whileConnected(
      () =>
        new Promise<void>((resolve) => {
          this.#resume = resolve;
        }),
    );
  }

  /** The connection is back: publishes what was kept, and lets writers go on. */
  resume(): void {
    if (this.#suspended === undefined) return;
    this.#suspended = undefined;
    this.#tellOfRefused();
    this.#publishGathered();
    this.#resume();
  }

  /** The client is closed, or the connection is: nobody has to wait any more. */
  release(): void {
    this.#released = true;
    for (const done of [...this.#waiting]) done();
  }

  /** Whether the connection is down, so that what is published waits. */
  get isSuspended(): boolean {
    return this.#suspended !== undefined;
  }

  /** The server may have cut the connection off for a record that is larger than it takes now. */
  #tellOfRefused(): void {
    const bytesMax = this.payloadBytesMax;
    const doubtful = [...this.#askedAbout, this.#doubtful].flatMap((records) => [...records]);
    this.#askedAbout.clear();
    this.#doubtful = new Map();
    const refused = new Map(doubtful.filter(([, { bytes }]) => bytes > bytesMax));
    if (refused.size === 0) return;
    const gathered = this.#gathered.filter((message) => !isBehind(message, refused));
    this.#gathered = [];
    this.#gatheredBytes = 0;
    for (const message of gathered) this.#gather(message);
    for (const { bytes, onLost } of refused.values()) {
      onLost(new Error(`expected a message of at most ${bytesMax} bytes, came ${bytes}`));
    }
  }

  #gather(message: Message): void {
    const { payload } = message;
    // What is made later is a close or a refusal, and small.
    const bytes = (payload instanceof Uint8Array ? payload.length : 0) + overheadBytes;
    if (this.#gatheredBytes + bytes > keptBytesMax) {
      throw new Error(`the NATS connection is down and ${this.#gatheredBytes} bytes wait for it already`);
    }
    this.#gathered.push(message);
    this.#gatheredBytes += bytes;
  }

  /** Gives the subjects of records that were lost: nothing may follow these. */
  #publishGathered(): ReadonlySet<string> {
    if (this.#suspended !== undefined || this.#gathered.length === 0) return nothingLost;
    const gathered = this.#gathered;
    this.#unconfirmedBytes += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    let lost = nothingLost;
    for (const message of gathered) {
      if (isBehind(message, lost)) continue;
      const { subject, onLost } = message;
      try {
        this.#publishNow(message);
      } catch (error) {
        if (onLost === undefined) {
          this.#onFailure(subject, error);
        } else {
          lost = new Set([...lost, subject]);
          onLost(error);
        }
      }
    }
    return lost;
  }

  /** Gives how many bytes the message had. */
  #publishNow({ subject, payload: given, reply, headers, onLost }: Message): number {
    const payload = given instanceof Uint8Array ? given : given(this.payloadBytesMax);
    const bytes = payload.length;
    const options = reply === undefined ? undefined : headers === undefined ? { reply } : { reply, headers };
    this.#connection.publish(subject, payload, options);
    if (onLost !== undefined && bytes >= doubtfulBytesMin && bytes > (this.#doubtful.get(subject)?.bytes ?? 0)) {
      this.#doubtful.set(subject, { bytes, onLost });
    }
    return bytes;
  }
}

/** Whether a message belongs to a stream of which a record was lost. Requests and frames of delivery have replies. */
function isBehind({ subject, reply }: Message, lost: { has(subject: string): boolean }): boolean {
  return reply === undefined && lost.has(subject);
}
