import type { ClientHost } from '../host/client-host.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import { decodeDeliveryFrame, encodeControl, isAnswerSubject, isDeliveryFrame, isImportReply } from '../wire/index.js';
import type { OpenStream } from './open-stream.js';

/** What is kept of an extended stream that is over. */
interface ServedStream {
  readonly id: string;
  readonly subject: string;
  /** The control subject of the producer that served it. */
  readonly control: string;
  isShared: boolean;
}

/** So many of them are kept. */
const servedStreamsMax = 1024;

/**
 * Notices that two producers serve one stream, for want of a queue group, and warns of it once for each stream: a
 * producer that was told to stop may have sent a window of records by then.
 */
export class SecondProducers {
  readonly #host: ClientHost;
  readonly #inboxPrefix: string;
  /** Extended streams that are over, the last ones: by whom they were served. */
  readonly #served = new Map<string, ServedStream>();

  /** @param inboxPrefix Below which producers take what this client says. */
  constructor(host: ClientHost, inboxPrefix: string) {
    this.#host = host;
    this.#inboxPrefix = inboxPrefix;
  }

  /** Another producer serves the stream as well. */
  note(stream: OpenStream, whatNow: string): void {
    if (stream.isShared) return;
    stream.isShared = true;
    this.#warn(stream.stream, whatNow);
  }

  /** Plain producers say nothing of themselves, but each takes the answers to its heartbeats on an inbox of its own. */
  noteHeartbeat(stream: OpenStream, inbox: string): void {
    if (stream.gate === 'detached') return;
    if (stream.heartbeatInbox === undefined) stream.heartbeatInbox = inbox;
    else if (stream.heartbeatInbox !== inbox) this.note(stream, 'where both are plain, both go on');
  }

  /** The stream is over: keeps who served it, where it was an extended one. */
  keep(id: string, { stream: { subject }, isShared, delivery }: OpenStream): void {
    const control = delivery?.control;
    if (control === undefined) return;
    this.#served.set(id, { id, subject, control, isShared });
    if (this.#served.size <= servedStreamsMax) return;
    for (const oldest of this.#served.keys()) {
      this.#served.delete(oldest);
      return;
    }
  }

  /** A stream that one producer has served to its end may be too short for the other one to have been heard before. */
  noteLate(id: string, { data, reply }: NatsMessage): void {
    const served = this.#served.get(id);
    if (served === undefined || reply === undefined || reply === served.control) return;
    // Producers in another account are not told apart.
    if (isImportReply(reply) && isImportReply(served.control)) return;
    if (!isDeliveryFrame(data) || !isAnswerSubject(reply, this.#inboxPrefix)) return;
    const frame = decodeDeliveryFrame(data);
    const first = frame?.type === 'joined' ? frame.frames[0] : frame;
    if (first?.type !== 'announcement') return;
    this.#host.publish(reply, encodeControl({ type: 'cancel', text: 'another producer has served the stream' }));
    if (!served.isShared) this.#warn(served, 'the later one was told to stop');
    served.isShared = true;
  }

  #warn({ subject, id }: { readonly subject: string; readonly id: string }, whatNow: string): void {
    const message = `two producers serve the stream ${id}, a queue group would have one: ${whatNow}`;
    this.#host.warn({ code: 'secondProducer', message, subject });
  }
}
