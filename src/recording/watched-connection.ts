import type { NatsConnection, NatsMessage } from '../nats-connection.js';
import {
  describeMessage,
  isFrequent,
  type DescribedMessage,
  type MessageDescription,
} from '../wire/describe-message.js';
import type { DraftLog } from './draft.js';

export interface MessageWatch {
  readonly log: DraftLog;
  readonly system: string;
  /** Whether somebody listens; nothing is looked at while nobody does. */
  readonly isOn: () => boolean;
  /** Milliseconds. */
  readonly now: () => number;
  /** How many messages of records are told in a second at most. Those beyond are in the counts alone. */
  readonly dataMessagesPerSecond: number;
}

export interface WatchedConnection {
  readonly connection: NatsConnection;
  /** Time has passed: more messages of records may be told. */
  readonly refill: () => void;
}

/** Of how many streams the plain records are counted at most. */
const countedStreamsMax = 10_000;

/**
 * The same connection, which tells of each message of the protocol that goes through it.
 *
 * At high rates messages of records, and of credit for them, would drown all others and cost more than the records
 * themselves, so only so many are told in each second. The records of a plain stream have no numbers on the wire; they are
 * counted at both ends, as long as none is left out.
 */
export function watchConnection(connection: NatsConnection, watch: MessageWatch): WatchedConnection {
  const { log, system, isOn, now, dataMessagesPerSecond: frequentPerSecond } = watch;
  const encoder = new TextEncoder();
  /** How many plain records have gone by, of each stream that was seen to open and of which none was left out. */
  const numbers = { send: new Map<string, number>(), deliver: new Map<string, number>() };
  let unnamed = 0;
  let room = frequentPerSecond;
  let refilledAt = now();

  /** Whether one more of the frequent messages may be told now. Called for each of them, so it does next to nothing. */
  const takeRoom = (): boolean => {
    if (room >= 1) {
      room -= 1;
      return true;
    }
    if (numbers.send.size + numbers.deliver.size > 0) {
      // Whose records are not counted any more has no numbers any more.
      numbers.send.clear();
      numbers.deliver.clear();
    }
    return false;
  };

  const idOf = (op: 'send' | 'deliver', { id, stream, kind }: MessageDescription): string => {
    if (stream !== undefined && kind === 'open') {
      for (const counted of [numbers.send, numbers.deliver]) {
        counted.set(stream, 0);
        const [oldest] = counted.keys();
        if (oldest !== undefined && counted.size > countedStreamsMax) counted.delete(oldest);
      }
    }
    if (id !== undefined) return id;
    const number = stream === undefined || kind !== 'data' ? undefined : numbers[op].get(stream);
    if (stream !== undefined && number !== undefined) {
      numbers[op].set(stream, number + 1);
      return `${stream} #${number + 1}`;
    }
    unnamed += 1;
    return `${system} ${op} ${unnamed}`;
  };

  const tell = (op: 'send' | 'deliver', message: DescribedMessage): void => {
    const description = describeMessage(message);
    const { kind, stream, text } = description;
    log.write({
      type: 'message',
      op,
      message: idOf(op, description),
      ...(op === 'send' ? { from: system } : { to: system }),
      subject: message.subject,
      kind,
      ...(stream === undefined ? {} : { stream }),
      bytes: message.data.length,
      ...(text === undefined ? {} : { text }),
    });
  };

  /** What is watched must never hear of the watching. */
  const attempt = (op: 'send' | 'deliver', message: DescribedMessage): void => {
    try {
      tell(op, message);
    } catch (error) {
      log.write({ type: 'mark', kind: 'warning', text: `a message could not be recorded: ${String(error)}`, system });
    }
  };

  const watched: NatsConnection = {
    get info() {
      return connection.info;
    },
    publish: (subject, payload, options) => {
      connection.publish(subject, payload, options);
      if (!isOn()) return;
      const data = typeof payload === 'string' ? encoder.encode(payload) : (payload ?? new Uint8Array());
      if (isFrequent(data) && !takeRoom()) return;
      attempt('send', { subject, data, reply: options?.reply });
    },
    subscribe: (subject, options) =>
      connection.subscribe(subject, {
        ...options,
        callback: (error, message: NatsMessage) => {
          if (error === null && isOn() && (!isFrequent(message.data) || takeRoom())) attempt('deliver', message);
          options.callback(error, message);
        },
      }),
    flush: () => connection.flush(),
    status: () => connection.status(),
    closed: () => connection.closed(),
    isClosed: () => connection.isClosed(),
  };
  return {
    connection: watched,
    refill: () => {
      const elapsed = now() - refilledAt;
      refilledAt += elapsed;
      room = Math.min(frequentPerSecond, room + (frequentPerSecond * elapsed) / 1000);
    },
  };
}
