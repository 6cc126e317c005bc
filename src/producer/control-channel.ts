import { StreamError } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import { decodeControl, newSecretToken, type RandomBytes } from '../wire/index.js';
import type { RunningStreams } from './running-stream.js';

/** What the last token of a control subject begins with. Heartbeat answers go to tokens of letters and digits. */
const controlPrefix = '~';

/** On which a consumer says what it has received of an extended stream, or that nobody reads. */
export class ControlChannel {
  readonly #host: ClientHost;
  readonly #streams: RunningStreams;
  readonly #prefix: string;
  /** The inboxes of extended streams by their control subjects, which no two streams ever share. */
  readonly #inboxes = new Map<string, string>();
  readonly #randomBytes: RandomBytes | undefined;

  /**
   * @param inbox The subject before the last token of a control subject, without its dot. Every consumer that has a
   *   stream here knows it.
   */
  constructor(host: ClientHost, streams: RunningStreams, inbox: string, randomBytes: RandomBytes | undefined) {
    this.#host = host;
    this.#streams = streams;
    this.#prefix = `${inbox}.${controlPrefix}`;
    this.#randomBytes = randomBytes;
  }

  /** A control subject that no stream has, and that nobody can know but whom it is told. */
  newSubject(): string {
    for (let draws = 0; draws < 100; draws += 1) {
      const subject = `${this.#prefix}${newSecretToken(this.#randomBytes)}`;
      if (!this.#inboxes.has(subject)) return subject;
    }
    throw new StreamError('badArgument', 'randomBytes: expected random bytes, came the same ones again and again');
  }

  /** Frames to the control subject belong to this stream until {@link close}. */
  open(control: string, inbox: string): void {
    this.#inboxes.set(control, inbox);
  }

  close(control: string): void {
    this.#inboxes.delete(control);
  }

  /** Whether a message to this subject of the client's inbox is a control frame. */
  isControl(subject: string): boolean {
    return subject.startsWith(this.#prefix);
  }

  /** A frame of a consumer. One that speaks of a stream that is over is late. */
  onFrame({ subject, data }: NatsMessage): void {
    const id = this.#inboxes.get(subject);
    const delivery = id === undefined ? undefined : this.#streams.get(id)?.delivery;
    if (id === undefined || delivery === undefined) return;
    const control = decodeControl(data);
    if (control === undefined) {
      this.#host.debug({
        code: 'unknownKind',
        message: `a control frame of the unknown kind ${data[0] ?? 0}`,
        subject,
      });
    } else if (control.type === 'malformed') {
      this.#warn(subject, `expected ${control.expected}, came ${control.came}`);
    } else if (control.type === 'cancel') {
      this.#host.dispatch(id, { type: 'peer.cancelled', text: control.text });
    } else if (!delivery.onGrant(control)) {
      this.#warn(subject, 'expected a grant of what was sent, came one of more');
    } else if (control.type === 'resume') {
      this.#host.dispatch(id, { type: 'peer.resumed' });
    }
  }

  #warn(subject: string, message: string): void {
    this.#host.warn({ code: 'malformedControl', message, subject });
  }
}
