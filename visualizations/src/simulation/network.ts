import type { Clock } from '../../../src/host/clock.js';
import type { RoutedMessage, MemoryConnection } from '../../../src/memory-broker/index.js';
import type { NatsMessage } from '../../../src/transport/nats-connection.js';
import { createTestBroker, type TestBrokerFaults } from '../../../src/testing/doubles/test-broker.js';
import { describeMessage, type MessageDescription } from '../../../src/wire/describe-message.js';
import { createProcess, type SimulatedProcess } from './process.js';
import type { TraceLog } from './trace-log.js';

/** What a message of the protocol is, as the records call it. */
export type MessageKind = MessageDescription['kind'];

/** The simulated NATS server: a test broker that writes down what becomes of every message. */
export interface Network {
  /** Makes a process with a connection of its own. */
  connect(name: string, publishesWhileDisconnected?: 'lost' | 'kept'): SimulatedProcess;
  setFaults(faults: TestBrokerFaults): void;
  /** Loses, doubles or delays the next so many messages of a kind. */
  befallNext(fault: 'drop' | 'duplicate' | 'delay', kind: MessageKind, count: number, delayMs: number): void;
  /** Loses everything between two processes, or between one and all others; neither notices. */
  partition(name: string, other?: string): void;
  heal(): void;
  /** Breaks the connection of a process to the server, which it notices, or mends it. */
  disconnect(name: string): void;
  reconnect(name: string): void;
}

interface Letter {
  readonly id: string;
  readonly fields: {
    readonly subject: string;
    readonly kind: MessageKind;
    readonly bytes: number;
    readonly stream?: string;
    readonly text?: string;
  };
}

const outcomes = { delivered: 'deliver', lost: 'drop', duplicated: 'duplicate', partitioned: 'drop' } as const;

export function createNetwork(clock: Clock, seed: number, faults: TestBrokerFaults, log: TraceLog): Network {
  const letters = new WeakMap<RoutedMessage, Letter>();
  const connections = new Map<string, MemoryConnection>();
  let sent = 0;
  let cuts: readonly string[][] = [];

  const describe = (message: NatsMessage): Letter => {
    sent += 1;
    const { kind, stream, text, frames } = describeMessage(message);
    return {
      id: String(sent),
      fields: {
        subject: message.subject,
        kind,
        bytes: message.data.length,
        ...(stream === undefined ? {} : { stream }),
        ...(text === undefined ? {} : { text }),
        ...(frames === undefined ? {} : { frames }),
      },
    };
  };

  const note = (what: 'sent' | keyof typeof outcomes, delivery: RoutedMessage): void => {
    const letter = letters.get(delivery) ?? describe(delivery.message);
    letters.set(delivery, letter);
    // What the server itself says comes from nobody.
    const ends = {
      ...(letter.fields.kind === 'noResponders' ? {} : { from: delivery.from.name }),
      to: delivery.to.name,
    };
    const op = what === 'sent' ? 'send' : outcomes[what];
    log.write({ type: 'message', op, message: letter.id, ...ends, ...letter.fields });
  };

  const broker = createTestBroker({ clock, seed, ...faults, observe: note, keepTrace: false });
  /** Who subscribes to what, so that a message which nobody takes can be told as dead. */
  const subjects = new Map<string, number>();

  const noteDead = (from: string, message: NatsMessage): void => {
    if ([...subjects.keys()].some((pattern) => subjectMatches(pattern, message.subject))) return;
    const { id, fields } = describe(message);
    log.write({ type: 'message', op: 'send', message: id, from, ...fields });
    log.write({ type: 'message', op: 'dead', message: id, from, ...fields });
  };

  /** The connection, with its publications and subscriptions watched. */
  const watched = (connection: MemoryConnection): MemoryConnection => {
    const forgets = new Set<() => void>();
    return {
      ...connection,
      publish: (subject, payload, options) => {
        connection.publish(subject, payload, options);
        const data = typeof payload === 'string' ? new TextEncoder().encode(payload) : (payload ?? new Uint8Array());
        noteDead(connection.name, { subject, data, reply: options?.reply });
      },
      subscribe: (subject, options) => {
        const subscription = connection.subscribe(subject, options);
        subjects.set(subject, (subjects.get(subject) ?? 0) + 1);
        const forget = () => {
          if (!forgets.delete(forget)) return;
          const left = (subjects.get(subject) ?? 0) - 1;
          if (left === 0) subjects.delete(subject);
          else subjects.set(subject, left);
        };
        forgets.add(forget);
        return {
          unsubscribe: () => {
            forget();
            subscription.unsubscribe();
          },
          drain: () => {
            forget();
            return subscription.drain();
          },
        };
      },
      close: () => {
        for (const forget of forgets) forget();
        return connection.close();
      },
    };
  };

  return {
    connect: (name, publishesWhileDisconnected = 'lost') => {
      const connection = broker.connect({ name, publishesWhileDisconnected });
      connections.set(name, connection);
      return createProcess(name, watched(connection), clock);
    },
    setFaults: (changed) => broker.setFaults(changed),
    befallNext: (fault, kind, count, delayMs) => {
      const match = ({ message }: RoutedMessage) => describeMessage(message).kind === kind;
      if (fault === 'drop') broker.dropNext(match, count);
      else if (fault === 'duplicate') broker.duplicateNext(match, count);
      else broker.delayNext(match, delayMs, count);
    },
    partition: (name, other) => {
      broker.partition(name, other);
      const systems = other === undefined ? [name] : [name, other];
      cuts = [...cuts, systems];
      log.write({ type: 'link', op: 'lost', systems });
    },
    heal: () => {
      broker.heal();
      for (const systems of cuts) log.write({ type: 'link', op: 'restored', systems });
      cuts = [];
    },
    disconnect: (name) => connections.get(name)?.disconnect(),
    reconnect: (name) => connections.get(name)?.reconnect(),
  };
}

function subjectMatches(pattern: string, subject: string): boolean {
  const [wanted, came] = [pattern.split('.'), subject.split('.')];
  const rest = wanted.at(-1) === '>' ? wanted.length - 1 : undefined;
  if (rest === undefined ? wanted.length !== came.length : came.length <= rest) return false;
  return wanted.slice(0, rest).every((token, index) => token === '*' || token === came[index]);
}
