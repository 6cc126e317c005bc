import { connect, headers, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient, type ConsumerClientOptions } from '../../src/index.js';
import { createRandom } from '../../src/testing/doubles/random.js';
import type { NatsConnection as AnyConnection } from '../../src/transport/nats-connection.js';
import {
  decodeDeliveryFrame,
  encodeControl,
  encodeHeartbeatRequest,
  encodeOpenRequest,
  heartbeatSubject,
} from '../../src/wire/index.js';
import { consumerFrame, HonestTalk, maybeMutated, pick, producerFrame } from './hostile-frames.js';
import { measureMemory } from './memory.js';

/** What a run of hostile peers has come to. */
export interface HostileRun {
  /** How many messages the hostile peers have published. */
  readonly frames: number;
  /** Exceptions that nobody caught, in words. */
  readonly escaped: readonly string[];
  /** What was wrong with streams of honest peers that were there all the time. */
  readonly bystanders: readonly string[];
  /** Subjects of nobody's own to which the attacked clients published. */
  readonly foreign: readonly string[];
  /** Streams that were attacked, and had not ended some time after their clients were drained. */
  readonly unfinished: number;
  /** How many records of honest streams were read meanwhile. */
  readonly honestRecords: number;
  /** How much more the process held at most, and in the end, than in the beginning, in bytes. */
  readonly heldBytesMax: number;
  readonly grownBytes: number;
}

/**
 * What a run may hold at most: the window of each of the attacked consumers (16 MiB), the streams and consumers that
 * strangers have made up at the producer, and what the hostile peer itself has under way.
 */
export const heldBytesLimit = 96 * 1024 * 1024;
/** What may be left of it in the end: code that was compiled meanwhile, and what the client of NATS keeps. */
export const grownBytesLimit = 32 * 1024 * 1024;

/** What is wrong with a run, in words. */
export function faultsOf(run: HostileRun): readonly string[] {
  const { escaped, bystanders, foreign, unfinished, heldBytesMax, grownBytes, honestRecords } = run;
  return [
    ...escaped.map((error) => `escaped: ${error}`),
    ...bystanders.map((text) => `a bystander: ${text}`),
    ...foreign.map((subject) => `published to ${subject}`),
    ...(unfinished > 0 ? [`${unfinished} streams never ended`] : []),
    ...(honestRecords === 0 ? ['no honest stream was read'] : []),
    ...(heldBytesMax > heldBytesLimit ? [`held ${heldBytesMax} bytes`] : []),
    ...(grownBytes > grownBytesLimit ? [`kept ${grownBytes} bytes`] : []),
  ];
}

/** Those that are attacked find out soon that a peer is silent; those that are not are patient with a busy machine. */
const attackedTiming = {
  heartbeatIntervalMs: 500,
  heartbeatRequestTimeoutMs: 250,
  silenceTimeoutMs: 2_000,
  openTimeoutMs: 2_000,
  cancellationBufferMs: 0,
};
const honestTiming = { heartbeatIntervalMs: 500, heartbeatRequestTimeoutMs: 500, missedHeartbeatsMax: 60 };

/** Reply subjects at which a peer aims. */
const aims = ['orders.new', '_SINBOX.other.x', '_HEARTBEAT.x', '$SYS.REQ.ACCOUNT', '_INBOXES.x', '_R_', '_R_x.y', '>'];

/** Where a consumer may publish: its requests, and what is answered to a producer. */
const ofConsumers = /^(attacked\.(consumer|plain)|honest|_INBOX\.[^*>\s]+|_R_\.[^*>\s]+)$/;
/** Where a producer may: inboxes and heartbeat subjects of consumers; a refusal goes to whatever is an inbox. */
const ofProducers = /^(_SINBOX\.|_HEARTBEAT\._SINBOX\.|_INBOX\.|_R_\.)[^*>\s]+$/;

/** Hears to where a client publishes. */
function watched(connection: NatsConnection, own: RegExp, foreign: Set<string>): AnyConnection {
  const publish = connection.publish.bind(connection);
  connection.publish = (subject, payload, options) => {
    if (!own.test(subject) && foreign.size < 100) foreign.add(subject);
    publish(subject, payload, options);
  };
  return connection;
}

/** Waits for it, but no longer than a stream may take that ends by silence, many times over. */
async function inTime(promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, 120_000, false)));
  const isInTime = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return isInTime;
}

/**
 * Has a hostile producer attack consumers and a hostile consumer attack a producer, with what the rules forbid, while
 * honest streams of the same clients go on. So many frames in all, the same ones for the same seed but for what the
 * attacked clients say in between.
 */
export async function attack(given: {
  readonly url: string;
  readonly frames: number;
  readonly seed: number;
}): Promise<HostileRun> {
  const escaped: string[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(String(error instanceof Error ? error.stack : error));
  process.on('uncaughtException', onEscaped);
  process.on('unhandledRejection', onEscaped);
  try {
    return { ...(await attackOn(given)), escaped };
  } finally {
    process.off('uncaughtException', onEscaped);
    process.off('unhandledRejection', onEscaped);
  }
}

async function attackOn({ url, frames, seed }: Parameters<typeof attack>[0]): Promise<Omit<HostileRun, 'escaped'>> {
  const random = createRandom(seed);
  const foreign = new Set<string>();
  const bystanders: string[] = [];
  const open = async (name: string): Promise<NatsConnection> => connect({ servers: url, name });
  const [forConsumers, forProducer, forHonest, hostile] = [
    await open('consumers'),
    await open('producer'),
    await open('honest'),
    await open('hostile'),
  ];
  const ignore = (): void => undefined;
  const attacked = (options: Partial<ConsumerClientOptions>): ConsumerClient =>
    new ConsumerClient({ connection: ofOne, onWarning: ignore, ...attackedTiming, ...options });
  const ofOne = watched(forConsumers, ofConsumers, foreign);
  const consumers = {
    'attacked.consumer': attacked({}),
    // A reader of small means.
    'attacked.plain': attacked({ offerExtension: false, bufferedRecordsMax: 100, bufferedBytesMax: 1_000 }),
  } as const;
  const subjects = Object.keys(consumers) as (keyof typeof consumers)[];
  const producer = new ProducerClient({
    connection: watched(forProducer, ofProducers, foreign),
    onWarning: ignore,
    ...honestTiming,
    peerCancellationBufferMs: 1_000,
  });
  const patient = { ...honestTiming, silenceTimeoutMs: 60_000, openTimeoutMs: 60_000 };
  const honest = new ConsumerClient({ connection: forHonest, ...patient });
  // On the connection that is attacked, of a client whose token the hostile producer has as well.
  const beside = new ConsumerClient({ connection: ofOne, onWarning: ignore, ...patient });
  producer.handle('attacked.producer', async function* ({ signal }) {
    for (let n = 0; n < 100 && !signal.aborted; n += 1) yield new Uint8Array(n);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  producer.handle('honest', async function* ({ signal }) {
    for (let n = 0; !signal.aborted; n += 1) {
      yield `${n}`;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  });
  await forProducer.flush();
  const begun = measureMemory().heldBytes;
  let heldBytesMax = 0;

  // Honest streams of the attacked producer, read all the time: every record, in order.
  let honestRecords = 0;
  const living = [honest, beside].map((client) => client.openStream('honest'));
  const readings = living.map(async (stream) => {
    let read = 0;
    try {
      for await (const record of stream.text()) {
        if (record !== `${read}`) bystanders.push(`expected record ${read}, came ${record}`);
        read += 1;
        honestRecords += 1;
      }
    } catch (error) {
      bystanders.push(String(error));
    }
    const { reason } = await stream.closed;
    if (reason !== 'cancelled') bystanders.push(`expected to read on, came the end ${reason}`);
  });

  // What the hostile producer learns of the attacked consumers: a request for each stream.
  let asked: { inbox: string; heartbeat: string; streamId: string } | undefined;
  hostile.subscribe('attacked.consumer', { callback: (_, message) => hear(message.json()) });
  hostile.subscribe('attacked.plain', { callback: (_, message) => hear(message.json()) });
  const hear = ({ consumerId, streamId }: { consumerId: string; streamId: string }): void => {
    asked = { inbox: consumerId + streamId, heartbeat: heartbeatSubject(consumerId), streamId };
  };
  // What the hostile consumer learns of the attacked producer: the reply subjects of its frames and heartbeats.
  const consumerId = '_SINBOX.hostile0000000000000000.';
  const learnt: string[] = [];
  const got = { next: 0, consumed: 0, consumedBytes: 0 };
  const learn = (_: unknown, { reply, data }: { reply?: string; data: Uint8Array }): void => {
    if (reply !== undefined && reply !== '' && learnt.push(reply) > 64) learnt.shift();
    const frame = decodeDeliveryFrame(data);
    if (frame?.type !== 'records') return;
    got.next = got.consumed = frame.first + frame.records.length;
    got.consumedBytes = (got.next * (got.next - 1)) / 2;
  };
  hostile.subscribe(`${consumerId}*`, { callback: learn });
  hostile.subscribe(heartbeatSubject(consumerId), { callback: learn });
  await hostile.flush();

  const closed = new Set<Promise<unknown>>();
  const noResponders = headers(503, 'No Responders');
  const forged = headers();
  forged.set('Nats-Request-Info', '{"acc":"other"}');
  let sent = 0;
  let measuredAt = 0;
  const publish = (subject: string, payload: Uint8Array, options: Parameters<NatsConnection['publish']>[2] = {}) => {
    hostile.publish(subject, payload, options);
    sent += 1;
  };
  while (sent < frames) {
    asked = undefined;
    const subject = pick(random, subjects);
    const stream = consumers[subject].openStream(subject);
    const end: Promise<unknown> = stream.closed.then(() => closed.delete(end));
    closed.add(end);
    while (closed.size > 1_024) await Promise.race(closed);
    if (random.integer(0, 1) === 0) void (async () => stream[Symbol.asyncIterator]().next())().catch(ignore);
    await forConsumers.flush();
    await hostile.flush();
    // Some break the rules with every frame, some only now and then.
    const forbiddenOneIn = pick(random, [1, 4, 30]);
    const talk = new HonestTalk();
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
    publish('attacked.producer', request, { reply: consumerId + streamId });
    for (let n = 0; n < 25 && sent < frames; n += 1) {
      const target = asked as { inbox: string; heartbeat: string; streamId: string } | undefined;
      const isForbidden = random.integer(1, forbiddenOneIn) === 1;
      const reply = isForbidden && random.integer(0, 3) === 0 ? pick(random, aims) : '_INBOX.hostile.control';
      if (target !== undefined) {
        const frame = isForbidden
          ? maybeMutated(random, producerFrame(random, subject, target.streamId))
          : talk.frame(random);
        const hasReply = !isForbidden || random.integer(0, 9) > 0;
        const isEmptied = isForbidden && random.integer(0, 19) === 0;
        if (isEmptied) publish(target.inbox, new Uint8Array(), { headers: pick(random, [noResponders, forged]) });
        else publish(target.inbox, frame, hasReply ? { reply } : {});
        const beat = encodeHeartbeatRequest([{ subject, streamIds: [target.streamId] }]);
        publish(target.heartbeat, maybeMutated(random, beat, forbiddenOneIn + 1), { reply });
      }
      if (learnt.length > 0) {
        const control = isForbidden
          ? maybeMutated(random, consumerFrame(random, 'attacked.producer', streamId))
          : encodeControl({ type: 'grant', ...got });
        publish(pick(random, learnt), control, random.integer(0, 9) === 0 ? { reply: pick(random, aims) } : {});
      }
      if (isForbidden) {
        publish('attacked.producer', maybeMutated(random, request), {
          reply: random.integer(0, 1) === 0 ? consumerId + streamId : pick(random, aims),
          ...(random.integer(0, 9) === 0 ? { headers: forged } : {}),
        });
      }
    }
    await hostile.flush();
    if (sent - measuredAt < 20_000) continue;
    measuredAt = sent;
    heldBytesMax = Math.max(heldBytesMax, measureMemory().heldBytes - begun);
  }

  await forConsumers.flush();
  await forProducer.flush();
  heldBytesMax = Math.max(heldBytesMax, measureMemory().heldBytes - begun);
  const before = honestRecords;
  const goesOn = async (): Promise<void> => {
    while (honestRecords < before + 10 && bystanders.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  if (!(await inTime(goesOn()))) bystanders.push('expected to go on, came nothing more');
  const ends = Object.values(consumers).map(async (consumer) => consumer.drain());
  await inTime(Promise.all([...ends, ...closed]));
  for (const stream of living) stream.cancel();
  await inTime(Promise.all(readings));
  await inTime(Promise.all([honest.close(), beside.close(), producer.drain()]));
  const unfinished = [...Object.values(consumers), producer].reduce((sum, client) => sum + client.streams.length, 0);
  const grownBytes = measureMemory().heldBytes - begun;
  for (const connection of [forConsumers, forProducer, forHonest, hostile]) await connection.close();
  return {
    frames: sent,
    bystanders,
    foreign: [...foreign],
    unfinished: unfinished + closed.size,
    honestRecords,
    heldBytesMax,
    grownBytes,
  };
}
