import {
  describeMessage,
  isFrequent,
  type DescribedMessage,
  type MessageDescription,
} from '../wire/describe-message.js';
import type { MessageTap } from '../host/trace-port.js';
import type { DraftLog } from '../trace-events/draft.js';

export interface MessageWatchOptions {
  readonly log: DraftLog;
  readonly system: string;
  /** Milliseconds. */
  readonly now: () => number;
  /** How many messages of records are told in a second at most. Those beyond are in the counts alone. */
  readonly dataMessagesPerSecond: number;
}

export interface MessageWatch {
  readonly tap: MessageTap;
  /** Time has passed: more messages of records may be told. */
  readonly refill: () => void;
}

/** Of how many streams the plain records are counted at most. */
const countedStreamsMax = 10_000;

const encoder = new TextEncoder();
const nothing = new Uint8Array();

/**
 * Tells of each message of the protocol that goes through a connection.
 *
 * At high rates messages of records, and of credit for them, would drown all others and cost more than the records
 * themselves, so only so many are told in each second. The records of a plain stream have no numbers on the wire; they are
 * counted at both ends, as long as none is left out.
 */
export function watchMessages(options: MessageWatchOptions): MessageWatch {
  const { log, system, now, dataMessagesPerSecond: frequentPerSecond } = options;
  /** How many plain records have gone by, of each stream that was seen to open and of which none was left out. */
  const numbers = { send: new Map<string, number>(), deliver: new Map<string, number>() };
  let unnamed = 0;
  /** Frequent messages that were not told since the last one that was. */
  let leftOut = 0;
  let room = frequentPerSecond;
  let refilledAt = now();

  /** Whether one more of the frequent messages may be told now. Called for each of them, so it does next to nothing. */
  const takeRoom = (): boolean => {
    if (room >= 1) {
      room -= 1;
      return true;
    }
    leftOut += 1;
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
    const { kind, stream, text, frames } = description;
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
      ...(frames === undefined ? {} : { frames }),
      ...(leftOut === 0 ? {} : { leftOut }),
    });
    leftOut = 0;
  };

  /** What is watched must never hear of the watching. */
  const attempt = (op: 'send' | 'deliver', message: DescribedMessage): void => {
    try {
      tell(op, message);
    } catch (error) {
      log.write({ type: 'mark', kind: 'warning', text: `a message could not be recorded: ${String(error)}`, system });
    }
  };

  return {
    tap: {
      sent: (subject, payload, reply) => {
        const data = typeof payload === 'string' ? encoder.encode(payload) : (payload ?? nothing);
        if (isFrequent(data) && !takeRoom()) return;
        attempt('send', { subject, data, reply });
      },
      delivered: (message) => {
        if (isFrequent(message.data) && !takeRoom()) return;
        attempt('deliver', message);
      },
    },
    refill: () => {
      const elapsed = now() - refilledAt;
      refilledAt += elapsed;
      room = Math.min(frequentPerSecond, room + (frequentPerSecond * elapsed) / 1000);
    },
  };
}
