import { expect } from 'chai';
import type { FakeTime } from './fake-time.js';
import { createGoConsumer, type GoConsumer } from './go-peer.js';
import { closePair, createPair, type Pair, type PairOptions } from './pair.js';
import { settle } from './settle.js';

/** Our producer and a plain consumer, made by hand, whose answers to heartbeats are the test's to say. */
export interface Supervision {
  readonly pair: Pair;
  readonly consumer: GoConsumer;
  /** When each heartbeat came, in milliseconds since the test began. */
  readonly heartbeatTimes: number[];
  /** The streams whose source has finished. */
  readonly finished: string[];
  begin(options?: PairOptions): Promise<void>;
  /** Has each heartbeat answered so; undefined leaves it unanswered. */
  answer(answerWith: () => unknown): void;
  open(streamId?: string): Promise<void>;
  /** The state of the producer's actor of a stream. */
  stateOf(streamId?: string): unknown;
  /** The stream runs up to the due time, and is closed with 1001 at it. */
  expectLostIn(ms: number): Promise<void>;
}

export function useSupervision(time: FakeTime): Supervision {
  let pair: Pair;
  let consumer: GoConsumer;
  let heartbeatTimes: number[];
  let finished: string[];
  afterEach(() => closePair(pair));

  const scene: Supervision = {
    get pair() {
      return pair;
    },
    get consumer() {
      return consumer;
    },
    get heartbeatTimes() {
      return heartbeatTimes;
    },
    get finished() {
      return finished;
    },
    begin: async (options = {}) => {
      pair = createPair(options);
      finished = [];
      heartbeatTimes = [];
      pair.producer.handle('logs', async function* (request) {
        try {
          yield 'one';
          await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
        } finally {
          finished.push(request.streamId);
        }
      });
      consumer = createGoConsumer(pair.bystander);
      scene.answer(() => ({ NonActiveStreamIds: {} }));
      await settle();
    },
    answer: (answerWith) => {
      consumer.answerWith = () => {
        heartbeatTimes.push(time.now);
        return answerWith();
      };
    },
    open: async (streamId = 'streamAA') => {
      consumer.open('logs', streamId);
      await settle();
    },
    stateOf: (streamId = 'streamAA') => {
      const addresses = { subject: 'logs', consumerId: consumer.consumerId, streamId };
      return pair.producer.addStream(addresses).actor.getSnapshot().value;
    },
    expectLostIn: async (ms) => {
      await time.pass(ms - 1);
      expect([consumer.closeCode('streamAA'), finished]).to.deep.equal([undefined, []]);
      await time.pass(1);
      expect([consumer.closeCode('streamAA'), finished]).to.deep.equal([1001, ['streamAA']]);
      expect(pair.producer.streams).to.deep.equal([]);
      expect(time.pending).to.equal(0);
    },
  };
  return scene;
}
