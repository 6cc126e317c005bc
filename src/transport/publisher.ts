import { afterTurn } from './after-turn.js';
import type { NatsConnection } from './nats-connection.js';
import { RecentSubjects } from './recent-subjects.js';

/** How many bytes are published before the server's word that it has taken earlier ones is asked for. */
const unconfirmedBytesMax = 512 * 1024;

/** How many bytes of records wait for the end of the turn at most. */
const gatheredBytesMax = 64 * 1024;

/** What a message costs on the wire beside its payload, roughly. */
const overheadBytes = 64;

/** How many bytes wait for a lost connection at most, from writers that do not await their writes. */
const keptBytesMax = 64 * 1024 * 1024;

interface Message {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly reply: string | undefined;
}

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
 */
export class Outbound {
  readonly #connection: NatsConnection;
  readonly #onFailure: (subject: string, error: unknown) => void;
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

  /** @param onFailure Is told of gathered messages that the connection did not take. */
  constructor(connection: NatsConnection, onFailure: (subject: string, error: unknown) => void) {
    this.#connection = connection;
    this.#onFailure = onFailure;
    const release = () => {
      this.release();
    };
    connection.closed().then(release, release);
  }

  /** The most bytes that one message may hold. */
  get payloadBytesMax(): number {
    return this.#connection.info?.max_payload ?? 1024 * 1024;
  }

  /** Publishes at once, after what was gathered, or when the connection is back. Throws what the connection throws. */
  publish(subject: string, payload: Uint8Array, reply?: string): void {
    if (this.#suspended !== undefined) {
      this.#gather({ subject, payload, reply });
      return;
    }
    this.#publishGathered();
    this.#connection.publish(subject, payload, reply === undefined ? undefined : { reply });
    this.#unconfirmedBytes += payload.length + overheadBytes;
  }

  /** Publishes a record when the turn is over. Throws where the connection is closed, or down and too much waits. */
  publishRecord(subject: string, payload: Uint8Array): void {
    if (this.#connection.isClosed()) throw new Error('the NATS connection is closed');
    if (this.#suspended === undefined && this.#gathered.length === 0) afterTurn(() => this.#publishGathered());
    this.#gather({ subject, payload, reply: undefined });
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
    return this.whileConnected(() => this.#connection.flush());
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

  #gather(message: Message): void {
    const bytes = message.payload.length + overheadBytes;
    if (this.#gatheredBytes + bytes > keptBytesMax) {
      throw new Error(`the NATS connection is down and ${this.#gatheredBytes} bytes wait for it already`);
    }
    this.#gathered.push(message);
    this.#gatheredBytes += bytes;
  }

  #publishGathered(): void {
    if (this.#suspended !== undefined || this.#gathered.length === 0) return;
    const gathered = this.#gathered;
    this.#unconfirmedBytes += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    for (const { subject, payload, reply } of gathered) {
      try {
        this.#connection.publish(subject, payload, reply === undefined ? undefined : { reply });
      } catch (error) {
        this.#onFailure(subject, error);
      }
    }
  }
}
