import { connect, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import type { NatsConnection as AnyConnection } from '../../src/transport/nats-connection.js';
import { createRandom, type Random } from '../../src/testing/doubles/random.js';
import {
  bodyOf,
  encodeAnnouncement,
  encodeCloseFrame,
  encodeControl,
  encodeDataFrame,
  encodeDeliveryClose,
  encodeFragment,
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
  encodeOpenRequest,
  heartbeatSubject,
  RecordsFrameBuilder,
} from '../../src/wire/index.js';
import { FramePool } from '../../src/delivery/frame-pool.js';
import { measureMemory } from './memory.js';
import { mutateMessage } from './mutate-message.js';

/** What a run of hostile peers has come to. */
export interface HostileRun {
  readonly frames: number;
  /** Exceptions that nobody caught, in words. */
  readonly escaped: readonly string[];
  /** What was wrong with streams of honest peers that were there all the time. */
  readonly bystanders: readonly string[];
  /** Subjects of nobody's own to which the attacked clients published. */
  readonly foreign: readonly string[];
  /** Streams that were attacked, and had not ended when their clients were drained. */
  readonly unfinished: number;
  /** How much more the process held in the end than in the beginning, in bytes. */
  readonly grownBytes: number;
}

const terms = { version: 1, heartbeatIntervalMs: 500, heartbeatRequestTimeoutMs: 250, missedHeartbeatsMax: 2 };
const timing = {
  heartbeatIntervalMs: 500,
  heartbeatRequestTimeoutMs: 250,
  silenceTimeoutMs: 2_000,
  openTimeoutMs: 2_000,
};

/** Reply subjects that a peer may name, and those at which it aims. */
const aims = ['orders.new', '_SINBOX.other.x', '_HEARTBEAT.x', '$SYS.REQ.ACCOUNT', '_INBOXES.x', '_R_', 'victim'];

/** Subjects to which a client may publish: requests, inboxes, heartbeats, and what the attacker named below `_INBOX`. */
const own = /^(attacked\.|honest$|_SINBOX\.|_HEARTBEAT\._SINBOX\.|_INBOX\.|_R_\.)/;

const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[random.integer(0, items.length - 1)];
  if (item === undefined) throw new Error('expected something to pick from, came nothing');
  return item;
};

/** A number that counts somewhere: small, near a limit, or far beyond. */
const number = (random: Random): number => pick(random, [0, 1, 2, 3, 5, 100, 16_384, 2 ** 21, 2 ** 31, 2 ** 40]);

/** Every kind of frame of a producer. */
function producerFrame(random: Random, subject: string, streamId: string): Uint8Array {
  const bytes = random.bytes(random.integer(0, 40));
  switch (random.integer(0, 7)) {
    case 0:
      return encodeAnnouncement({ end: number(random), isWanting: random.integer(0, 1) === 1, terms });
    case 1: {
      const builder = new RecordsFrameBuilder(number(random), 64, new FramePool());
      const isAnnotated = random.integer(0, 1) === 1;
      for (let n = random.integer(1, 5); n > 0; n -= 1) {
        builder.append(isAnnotated ? bodyOf({ data: bytes, superjson: { v: n } }) : bytes, isAnnotated);
      }
      return builder.finish().slice();
    }
    case 2: {
      const part = random.bytes(random.integer(1, 40));
      const offset = pick(random, [0, 0, 1, number(random)]);
      const totalBytes = Math.max(offset + part.length, number(random));
      return encodeFragment({
        number: number(random),
        isAnnotated: random.integer(0, 1) === 1,
        totalBytes,
        offset,
        part,
      });
    }
    case 3:
      return encodeDeliveryClose({
        number: number(random),
        isFinal: random.integer(0, 1) === 1,
        code: 1000,
        text: 'x',
      });
    case 4:
      return encodeDataFrame(bytes, random.integer(0, 1) === 1 ? { values: [['Date']], v: 1 } : undefined);
    case 5:
      return encodeCloseFrame(pick(random, [1000, 1001, 4030, 0, -1]), 'x', 1024);
    default:
      return encodeHeartbeatRequest([{ subject, streamIds: [streamId, 'unknown'] }]);
  }
}

/** Every kind of frame of a consumer. */
function consumerFrame(random: Random, subject: string, streamId: string): Uint8Array {
  switch (random.integer(0, 3)) {
    case 0:
      return encodeControl({ type: 'cancel', text: 'x' });
    case 1:
      return encodeHeartbeatResponse([{ subject, streamIds: [streamId, 'unknown'] }]);
    default: {
      const grant = { next: number(random), consumed: number(random), consumedBytes: number(random) };
      return encodeControl({ type: random.integer(0, 1) === 0 ? 'grant' : 'resume', ...grant });
    }
  }
}

const maybeMutated = (random: Random, frame: Uint8Array): Uint8Array =>
  random.integer(0, 1) === 0 || frame.length === 0 ? frame : mutateMessage(frame, random);

/** Hears to where a client publishes. */
function watched(connection: NatsConnection, published: Set<string>): AnyConnection {
  const publish = connection.publish.bind(connection);
  connection.publish = (subject, payload, options) => {
    if (!own.test(subject) && published.size < 100) published.add(subject);
    publish(subject, payload, options);
  };
  return connection;
}

/**
 * Has a hostile producer attack a consumer and a hostile consumer attack a producer, with what the rules forbid, while
 * honest peers of the same clients go on. So many frames in all, the same ones for the same seed.
 */
export async function attack({
  url,
  frames,
  seed,
}: {
  url: string;
  frames: number;
  seed: number;
}): Promise<HostileRun> {
  const random = createRandom(seed);
  const escaped: string[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(String(error instanceof Error ? error.stack : error));
  process.on('uncaughtException', onEscaped);
  process.on('unhandledRejection', onEscaped);
  const foreign = new Set<string>();
  const bystanders: string[] = [];
  const [forConsumer, forProducer, forHonest, hostile] = await Promise.all(
    ['consumer', 'producer', 'honest', 'hostile'].map((name) => connect({ servers: url, name })),
  );
  if (forConsumer === undefined || forProducer === undefined || forHonest === undefined || hostile === undefined) {
    throw new Error('expected four connections');
  }
  const inhibit = (): void => undefined;
  const consumer = new ConsumerClient({ connection: watched(forConsumer, foreign), onWarning: inhibit, ...timing });
  const producer = new ProducerClient({
    connection: watched(forProducer, foreign),
    onWarning: inhibit,
    heartbeatIntervalMs: 500,
    heartbeatRequestTimeoutMs: 500,
    // All of this is one event loop, which stands still for a while where others need the processor.
    missedHeartbeatsMax: 60,
  });
  const honest = new ConsumerClient({ connection: forHonest, ...timing });
  producer.handle('attacked.producer', async function* ({ signal }) {
    for (let n = 0; n < 100 && !signal.aborted; n += 1) yield new Uint8Array(n);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  let next = 0;
  producer.handle('honest', async function* ({ signal }) {
    for (; !signal.aborted; next += 1) {
      yield `${next}`;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  await forProducer.flush();
  const begun = measureMemory().heldBytes;

  // The honest stream of the attacked producer, read all the time: every record, in order.
  const living = honest.openStream('honest');
  let read = 0;
  const reading = (async () => {
    for await (const record of living.text()) {
      if (record !== `${read}`) bystanders.push(`expected record ${read}, came ${record}`);
      read += 1;
    }
  })().catch((error: unknown) => void bystanders.push(String(error)));

  // What the hostile producer learns of the attacked consumer: a request for each stream.
  let asked: { inbox: string; heartbeat: string; streamId: string } | undefined;
  hostile.subscribe('attacked.consumer', {
    callback: (_, message) => {
      const { consumerId, streamId } = message.json<{ consumerId: string; streamId: string }>();
      asked = { inbox: consumerId + streamId, heartbeat: heartbeatSubject(consumerId), streamId };
    },
  });
  // What the hostile consumer learns of the attacked producer: the reply subjects of its frames and heartbeats.
  const consumerId = '_SINBOX.hostile0000000000000000.';
  const learnt: string[] = [];
  const learn = (_: unknown, { reply }: { reply?: string }): void => {
    if (reply !== undefined && reply !== '' && learnt.push(reply) > 64) learnt.shift();
  };
  hostile.subscribe(`${consumerId}*`, { callback: learn });
  hostile.subscribe(heartbeatSubject(consumerId), { callback: learn });
  await hostile.flush();

  const closed: Promise<unknown>[] = [];
  let sent = 0;
  while (sent < frames) {
    asked = undefined;
    const stream = consumer.openStream('attacked.consumer');
    closed.push(stream.closed);
    if (closed.length > 64) await closed.shift();
    if (random.integer(0, 1) === 0) void (async () => stream[Symbol.asyncIterator]().next())().catch(inhibit);
    await forConsumer.flush();
    await hostile.flush();
    const streamId = `s${random.integer(0, 1_000_000)}`;
    const request = encodeOpenRequest({
      consumerId,
      streamId,
      heartBeatRequestSub: heartbeatSubject(consumerId),
      body: null,
      extension: {
        version: 1,
        exact: true,
        superjson: true,
        delivery: { windowRecords: 10, windowBytes: 1_000, recordBytesMax: 1_000 },
      },
    });
    hostile.publish('attacked.producer', request, { reply: consumerId + streamId });
    for (let n = 0; n < 100 && sent < frames; n += 1, sent += 4) {
      const target = asked as { inbox: string; heartbeat: string; streamId: string } | undefined;
      const reply = random.integer(0, 4) === 0 ? pick(random, aims) : '_INBOX.hostile.control';
      if (target !== undefined) {
        const frame = maybeMutated(random, producerFrame(random, 'attacked.consumer', target.streamId));
        hostile.publish(target.inbox, frame, random.integer(0, 9) === 0 ? {} : { reply });
        const beat = encodeHeartbeatRequest([{ subject: 'attacked.consumer', streamIds: [target.streamId] }]);
        hostile.publish(target.heartbeat, maybeMutated(random, beat), { reply });
      }
      if (learnt.length > 0) {
        hostile.publish(
          pick(random, learnt),
          maybeMutated(random, consumerFrame(random, 'attacked.producer', streamId)),
        );
      }
      hostile.publish('attacked.producer', maybeMutated(random, request), {
        reply: random.integer(0, 1) === 0 ? consumerId + streamId : pick(random, aims),
      });
    }
    await hostile.flush();
  }

  await forConsumer.flush();
  await forProducer.flush();
  const before = read;
  while (read === before && bystanders.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await consumer.drain();
  living.cancel();
  await reading;
  await honest.close();
  await producer.drain();
  const unfinished = consumer.streams.length + producer.streams.length;
  await Promise.all(closed);
  const grownBytes = measureMemory().heldBytes - begun;
  for (const connection of [forConsumer, forProducer, forHonest, hostile]) await connection.close();
  process.off('uncaughtException', onEscaped);
  process.off('unhandledRejection', onEscaped);
  return {
    frames: sent,
    escaped,
    bystanders,
    foreign: [...foreign],
    unfinished,
    grownBytes,
  };
}
