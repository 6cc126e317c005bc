import { expect } from 'chai';
import type { ConsumerStream } from '../../src/consumer/consumer-stream.js';
import type { HandleOptions } from '../../src/index.js';
import type { NatsMessage } from '../../src/transport/nats-connection.js';
import { createGoConsumer, createGoProducer, type GoConsumer, type GoProducer, type GoRequest } from './go-peer.js';
import { closePair, createPair, type Pair, type PairOptions } from './pair.js';
import { readInBackground, type Reading } from './read.js';
import { settle } from './settle.js';

/** A pair with a stream of honest peers beside which something is done, and which must not notice. */
interface Scene {
  readonly pair: Pair;
  /** Publishes for the hostile peer, and lets all that follows come to rest. */
  readonly publish: (subject: string, payload: string | Uint8Array | object, reply?: string) => Promise<void>;
  /** What came to a subject so far, oldest first. */
  readonly hear: (subject: string) => readonly NatsMessage[];
  /** How many warnings with this code there were. */
  readonly warned: (code: string) => number;
  /** The honest stream goes on, and both clients work; then all of it is over. */
  readonly end: () => Promise<void>;
}

/** A producer whose hostile peer is a consumer. */
export interface ProducerScene extends Scene {
  readonly peer: GoConsumer;
  /** The streams whose handler was run, and those whose source has stopped, in order, the honest one left out. */
  readonly started: string[];
  readonly stopped: string[];
  /** An open request of the hostile consumer, with what is wrong with it. */
  readonly ask: (wrong?: object, reply?: string | null) => Promise<void>;
}

/** A consumer whose hostile peer is a producer. */
export interface ConsumerScene extends Scene {
  readonly peer: GoProducer;
  /** Opens a stream that the hostile producer serves. */
  readonly open: () => Promise<Attacked>;
}

export interface Attacked {
  readonly stream: ConsumerStream;
  readonly reading: Reading;
  readonly request: GoRequest;
  readonly inbox: string;
  /** The state of its actor, without what is below. */
  readonly state: string;
}

const encode = (payload: string | Uint8Array | object): string | Uint8Array =>
  typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload);

async function scene(
  options: PairOptions,
  onStarted: (id: string) => void,
  onStopped: (id: string) => void,
  handle = {},
) {
  const pair = createPair(options);
  const wake = new Set<() => void>();
  let isOwn = true;
  pair.producer.handle(
    'endless',
    async function* ({ streamId, signal }) {
      if (!isOwn) onStarted(streamId);
      const isHonest = isOwn;
      for (let n = 0; !signal.aborted; n += 1) {
        yield `${n}`;
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve());
          if (isHonest) wake.add(resolve);
        });
      }
      if (!isHonest) onStopped(streamId);
    },
    handle,
  );
  await settle();
  const honest = pair.consumer.openStream('endless');
  const reading = readInBackground(honest);
  await settle();
  isOwn = false;
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  process.on('unhandledRejection', onEscaped);
  const of: Scene = {
    pair,
    publish: async (subject, payload, reply) => {
      pair.bystander.publish(subject, encode(payload), reply === undefined ? undefined : { reply });
      await settle();
    },
    hear: (subject) => {
      const heard: NatsMessage[] = [];
      pair.bystander.subscribe(subject, { callback: (_, message) => void heard.push(message) });
      return heard;
    },
    warned: (code) => pair.warnings.filter((warning) => warning.code === code).length,
    end: async () => {
      const before = reading.records.length;
      for (const resolve of [...wake]) resolve();
      await settle();
      process.off('unhandledRejection', onEscaped);
      expect(escaped).to.deep.equal([]);
      expect([reading.end, reading.records.length]).to.deep.equal([undefined, before + 1]);
      await closePair(pair);
    },
  };
  return of;
}

export async function hostileConsumer(options: PairOptions = {}, handle: HandleOptions = {}): Promise<ProducerScene> {
  const started: string[] = [];
  const stopped: string[] = [];
  const of = await scene(
    options,
    (id) => started.push(id),
    (id) => stopped.push(id),
    handle,
  );
  const peer = createGoConsumer(of.pair.bystander);
  const { consumerId, heartBeatRequestSub } = peer;
  return {
    ...of,
    peer,
    started,
    stopped,
    ask: async (wrong = {}, reply = `${consumerId}one`) => {
      const request = { consumerId, streamId: 'one', heartBeatRequestSub, body: null, ...wrong };
      await of.publish('endless', request, reply ?? undefined);
    },
  };
}

export async function hostileProducer(options: PairOptions = {}): Promise<ConsumerScene> {
  const none = (): void => undefined;
  const of = await scene(options, none, none);
  const peer = createGoProducer(of.pair.bystander, 'hostile');
  return {
    ...of,
    peer,
    open: async () => {
      const stream = of.pair.consumer.openStream('hostile');
      const reading = readInBackground(stream);
      await settle();
      const request = peer.requests.at(-1);
      if (request === undefined) throw new Error('expected a request, came none');
      return {
        stream,
        reading,
        request,
        inbox: request.consumerId + request.streamId,
        get state() {
          const { value, status } = stream.actor.getSnapshot();
          if (status !== 'active') return 'closed';
          return typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
        },
      };
    },
  };
}
