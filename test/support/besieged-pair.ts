import { expect } from 'chai';
import type { ConsumerStream } from '../../src/consumer/consumer-stream.js';
import { closePair, createPair, type Pair } from './pair.js';
import { readAll, readInBackground, type Reading } from './read.js';
import { settle } from './settle.js';

/**
 * A pair with a stream that must live through whatever is thrown at its clients, and the addresses at which to throw.
 */
export interface BesiegedPair {
  readonly pair: Pair;
  /** Where the producer takes heartbeat answers: the reply subject of the request under way. */
  readonly answerSubject: string;
  readonly heartbeatSubject: string;
  /** A stream to be damaged: the one of before while it lives, else a new one. */
  victim(): Promise<{ readonly stream: ConsumerStream; readonly reading: Reading; readonly inbox: string }>;
  /** Subjects to which either client published, each once. */
  readonly publishedTo: ReadonlySet<string>;
  /** Publishes a message and lets all that follows come to rest. */
  throwAt(subject: string, message: Uint8Array | string, reply?: string): Promise<void>;
  /** Neither an exception escaped, nor was another stream touched, and both clients still work. */
  expectUnharmed(): Promise<void>;
  end(): Promise<void>;
}

export async function besiege({ offerDelivery = false } = {}): Promise<BesiegedPair> {
  const pair = createPair({ consumer: { offerDelivery } });
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  process.on('unhandledRejection', onEscaped);

  const publishedTo = new Set<string>();
  for (const connection of [pair.consumerConnection, pair.producerConnection]) {
    const publish = connection.publish.bind(connection);
    connection.publish = (subject, payload, options) => {
      publishedTo.add(subject);
      publish(subject, payload, options);
    };
  }

  let wake: () => void = () => undefined;
  let written = 0;
  pair.producer.handle('neighbour', async function* (request) {
    request.signal.addEventListener('abort', () => wake());
    while (!request.signal.aborted) {
      yield `${written}`;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  });
  pair.producer.handle('victim', async function* (request) {
    yield 'alive';
    await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
  });
  pair.producer.handle('echo', (request) => [request.body]);
  await settle();

  let answerSubject = '';
  const heartbeatSubject = `_HEARTBEAT.${pair.consumer.id.slice(0, -1)}`;
  const tap = pair.bystander.subscribe(heartbeatSubject, {
    callback: (_, message) => {
      answerSubject ||= message.reply ?? '';
    },
  });
  await settle();
  const neighbour = pair.consumer.openStream('neighbour');
  const neighbourReading = readInBackground(neighbour);
  await settle();
  tap.unsubscribe();
  await settle();

  let current: { stream: ConsumerStream; reading: Reading; inbox: string } | undefined;
  return {
    pair,
    answerSubject,
    heartbeatSubject,
    publishedTo,
    victim: async () => {
      if (current === undefined || current.reading.end !== undefined) {
        const stream = pair.consumer.openStream('victim');
        current = { stream, reading: readInBackground(stream), inbox: pair.consumer.id + stream.id };
        await settle();
      }
      return current;
    },
    throwAt: async (subject, message, reply) => {
      pair.bystander.publish(subject, message, reply === undefined ? undefined : { reply });
      await settle();
    },
    expectUnharmed: async () => {
      written += 1;
      wake();
      await settle();
      expect(escaped).to.deep.equal([]);
      expect(neighbour.actor.getSnapshot().value).to.deep.equal({ active: 'listening' });
      expect(neighbourReading.end).to.equal(undefined);
      expect(neighbourReading.records).to.deep.equal(Array.from({ length: written + 1 }, (_, i) => `${i}`));
      expect(await readAll(pair.consumer.openStream('echo', 'works').text())).to.deep.equal(['works']);
    },
    end: async () => {
      process.off('unhandledRejection', onEscaped);
      await closePair(pair);
    },
  };
}
