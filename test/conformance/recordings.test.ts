import { expect } from 'chai';
import { ConsumerClient } from '../../src/consumer/consumer-client.js';
import type { ConsumerStream } from '../../src/consumer/consumer-stream.js';
import { ProducerClient } from '../../src/producer/producer-client.js';
import { conforms, protocolSystem } from '../../src/testing/index.js';
import { createTracer, type TraceEvent, type Tracer } from '../../src/tracing/index.js';
import { useFakeTime, type FakeTime } from '../support/fake-time.js';
import { createTestBroker } from '../support/pair.js';
import { readInBackground, type Reading } from '../support/read.js';
import { loadRecording, recordsIn, type Recording } from '../support/recording.js';
import { settle } from '../support/settle.js';

/** The durations with which the Go processes ran. */
const durations = {
  heartbeatIntervalMs: 500,
  heartbeatRequestTimeoutMs: 250,
  cancellationBufferMs: 1_000,
  peerCancellationBufferMs: 1_000,
};

const delays = { heartbeatInterval: 500, heartbeatRequestTimeout: 250, 'consumerStream.cancellationBuffer': 1_000 };

/** What a Go peer has sent before it crashes is lost; all else of a recording came. */
const protocol = protocolSystem({ faults: { crash: 1 } });

/** What our clients do with what the recorded peers said, to be checked against their machines. */
let tracer: Tracer;

/** Records our clients in each test of the suite, and checks at its end that they did what their machines do. */
function useFakeTimeAndCheck(): FakeTime {
  let trace: TraceEvent[] = [];
  // The last words are told a moment later, while time is still the test's.
  afterEach(async () => {
    await time.pass(100);
    const { counts, notVisible } = conforms(trace, protocol, { delays }).assert();
    expect(counts.judged / counts.steps, notVisible.join('; ')).to.be.greaterThan(0.9);
    expect(counts.steps).to.be.greaterThan(5);
  });
  const time = useFakeTime();
  beforeEach(() => {
    trace = [];
    const clock = {
      setTimeout: (fn: () => void, ms: number) => setTimeout(fn, ms),
      clearTimeout: (timer: unknown) => {
        clearTimeout(timer as number);
      },
      now: () => time.now,
    };
    const bounds = {
      dataMessagesPerSecond: 1e9,
      eventsMax: 1e6,
      entriesMax: 1_000,
      charactersMax: 10_000,
      depthMax: 12,
    };
    tracer = createTracer({ source: 'simulated', clock, ...bounds });
    tracer.listen((events) => void trace.push(...events));
  });
  return time;
}

/** Waits until the time of a recorded message has come. */
const passUntil = (time: FakeTime, ms: number) => time.pass(Math.max(0, ms - time.now));

interface ConsumerReplay {
  readonly consumer: ConsumerClient;
  /** Our streams in the order of the recorded requests. */
  readonly streams: readonly ConsumerStream[];
  readonly readings: readonly Reading[];
  /** Our requests, with the recorded ids in the place of ours. */
  readonly requests: readonly string[];
  /** Our answer to each heartbeat request, with the recorded ids in the place of ours. */
  readonly answers: readonly string[];
}

/** Our consumer in the place of the recorded one: the recorded producer's messages come at their times, under our ids. */
async function replayProducer(
  recording: Recording,
  time: FakeTime,
  options: { readonly offerExtension: boolean; readonly cancelAtMs?: number },
): Promise<ConsumerReplay> {
  const broker = createTestBroker();
  const peer = broker.connect();
  const { offerExtension, cancelAtMs = Infinity } = options;
  const consumer = new ConsumerClient({ connection: broker.connect(), offerExtension, tracer, ...durations });
  const streams: ConsumerStream[] = [];
  const readings: Reading[] = [];
  const requests: string[] = [];
  const answers: string[] = [];
  const toOurs = (text: string) =>
    streams.reduce(
      (sofar, stream, index) => sofar.replaceAll(recording.streamIds[index] ?? '', stream.id),
      text.replaceAll(recording.consumerId.slice(0, -1), consumer.id.slice(0, -1)),
    );
  const toRecorded = (text: string) =>
    streams.reduce(
      (sofar, stream, index) => sofar.replaceAll(stream.id, recording.streamIds[index] ?? ''),
      text.replaceAll(consumer.id.slice(0, -1), recording.consumerId.slice(0, -1)),
    );
  const note = (messages: string[]) => (_: unknown, message: { readonly data: Uint8Array }) =>
    void messages.push(toRecorded(new TextDecoder().decode(message.data)));
  peer.subscribe(recording.subject, { callback: note(requests) });
  peer.subscribe('_INBOX.>', { callback: note(answers) });
  await settle();

  for (const message of recording.messages) {
    if (message.ms >= cancelAtMs && time.now < cancelAtMs) {
      await passUntil(time, cancelAtMs);
      for (const stream of streams) stream.cancel();
    }
    await passUntil(time, message.ms);
    const kind = recording.kindOf(message);
    if (kind === 'request') {
      const { body } = JSON.parse(message.data) as { body: string };
      const stream = consumer.openStream(recording.subject, Buffer.from(body, 'base64'));
      streams.push(stream);
      readings.push(readInBackground(stream));
    } else if (kind !== 'answer') {
      const { subject, data, reply } = message;
      peer.publish(toOurs(subject), toOurs(data), reply === undefined ? undefined : { reply });
    }
    await settle();
  }
  return { consumer, streams, readings, requests, answers };
}

interface ProducerReplay {
  readonly producer: ProducerClient;
  /** Our frames of each stream, as they stand on the wire. */
  readonly frames: ReadonlyMap<string, readonly string[]>;
  readonly heartbeats: readonly string[];
  /** The states of the first stream's actor, each as it was entered. */
  readonly states: readonly unknown[];
  /** The recorded consumer goes: its subscriptions are gone. */
  readonly vanish: () => void;
}

/** Our producer in the place of the recorded one: the recorded consumer's requests come at their times, byte for byte. */
async function replayConsumer(recording: Recording, time: FakeTime): Promise<ProducerReplay> {
  const broker = createTestBroker();
  const peer = broker.connect();
  const producer = new ProducerClient({ connection: broker.connect(), tracer, ...durations });
  const frames = new Map<string, string[]>();
  const heartbeats: string[] = [];
  const states: unknown[] = [];
  const textOf = (data: Uint8Array) => new TextDecoder().decode(data);

  producer.handle(recording.subject, async function* (request) {
    const { N, Size, Every } = request.object<{ N?: number; Size?: number; Every?: number }>();
    if (N !== undefined) {
      for (let i = 0; i < N; i += 1) yield 'x'.repeat(Size ?? 0);
      return;
    }
    for (let i = 0; !request.signal.aborted; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, Every));
      yield { i };
    }
  });
  const subscriptions = [
    peer.subscribe(`${recording.consumerId}*`, {
      callback: (_, { subject, data }) => {
        const streamId = subject.slice(recording.consumerId.length);
        frames.set(streamId, [...(frames.get(streamId) ?? []), textOf(data)]);
      },
    }),
    peer.subscribe(`_HEARTBEAT.${recording.consumerId.slice(0, -1)}`, {
      callback: (_, { data, reply = '' }) => {
        heartbeats.push(textOf(data));
        // What the recorded consumer last said by this time, or first said where it has not said anything yet.
        const answers = recording.messages.filter((message) => recording.kindOf(message) === 'answer');
        const last = answers.filter(({ ms }) => ms <= time.now).at(-1) ?? answers[0];
        peer.publish(reply, last?.data ?? '{"NonActiveStreamIds":{}}');
      },
    }),
  ];
  await settle();

  for (const message of recording.messages) {
    await passUntil(time, message.ms);
    if (recording.kindOf(message) !== 'request') continue;
    const { subject, data, reply = '' } = message;
    peer.publish(subject, data, { reply });
    await settle();
    if (states.length === 0 && producer.streams.length > 0) {
      const [info] = producer.streams;
      const { actor } = producer.addStream(info!);
      states.push(actor.getSnapshot().value);
      actor.subscribe(({ value }) => {
        if (states.at(-1) !== value) states.push(value);
      });
    }
  }
  const vanish = () => subscriptions.forEach((subscription) => subscription.unsubscribe());
  return { producer, frames, heartbeats, states, vanish };
}

describe('Recordings of Go peers, our consumer in the place of theirs', () => {
  const time = useFakeTimeAndCheck();

  for (const offerExtension of [false, true]) {
    const name = offerExtension ? 'with the extension offered' : 'as a plain peer';
    describe(name, () => {
      it('go-normal: reads three records and the normal end', async () => {
        const { consumer, readings } = await replayProducer(loadRecording('go-normal'), time, { offerExtension });
        expect(readings[0]).to.deep.include({ records: ['xxxxxxxxx', 'xxxxxxxxx', 'xxxxxxxxx'], error: undefined });
        expect(readings[0]?.end).to.include({ reason: 'completed', code: 1000, records: 3, bytes: 27 });
        await consumer.close();
      });

      it('go-two-streams: reads every record of both streams, and never reports stream A', async () => {
        const recording = loadRecording('go-two-streams');
        const { consumer, streams, readings, answers } = await replayProducer(recording, time, { offerExtension });
        recording.streamIds.forEach((streamId, index) => {
          expect(readings[index]?.records).to.deep.equal(recordsIn(recording.framesOf(streamId)));
        });
        const asked = recording.messages.filter((message) => recording.kindOf(message) === 'heartbeat');
        expect(asked).to.have.lengthOf(17);
        expect(answers).to.deep.equal(asked.map(() => '{"NonActiveStreamIds":{}}'));
        for (const stream of streams) expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
        // The recorded producer was made to stop A by the Go consumer's report, in silence. Our reader is told.
        await time.pass(30_000);
        expect(readings[0]?.error).to.include({ reason: 'producerSilent', code: 1006 });
        await consumer.close();
      });

      it('go-consumer-cancels: reports the stream at every heartbeat from the cancel on, and absorbs what still comes', async () => {
        const recording = loadRecording('go-consumer-cancels');
        const [streamId = ''] = recording.streamIds;
        const { consumer, streams, readings, answers } = await replayProducer(recording, time, {
          offerExtension,
          cancelAtMs: 2_000,
        });
        // Heartbeats at 629, 1129 and 1630 ms found a live stream; the twelve from 2129 ms on did not. The recorded
        // producer streams on to the end, for its own consumer never told it.
        expect(answers).to.deep.equal([
          ...Array.from({ length: 3 }, () => '{"NonActiveStreamIds":{}}'),
          ...Array.from({ length: 12 }, () => `{"NonActiveStreamIds":{"race.go":["${streamId}"]}}`),
        ]);
        const before = recording.messages.filter(
          (message) => message.ms < 2_000 && recording.kindOf(message) === 'frame',
        );
        expect(readings[0]?.records).to.deep.equal(recordsIn(before.map(({ data }) => data)));
        expect(readings[0]?.end).to.include({ reason: 'cancelled' });
        expect(streams[0]?.actor.getSnapshot().value).to.equal('cancelling');
        await time.pass(999);
        expect(consumer.streams).to.deep.equal(streams);
        await time.pass(1);
        expect(consumer.streams).to.deep.equal([]);
        await consumer.close();
      });
    });
  }

  for (const name of ['go-normal', 'go-two-streams', 'go-consumer-cancels']) {
    it(`${name}: our requests as a plain peer are the recorded ones, byte for byte`, async () => {
      const recording = loadRecording(name);
      const { consumer, requests } = await replayProducer(recording, time, { offerExtension: false });
      const recorded = recording.messages.filter((message) => recording.kindOf(message) === 'request');
      expect(requests).to.deep.equal(recorded.map(({ data }) => data));
      await consumer.close();
    });
  }
});

describe('Recordings of Go peers, our producer in the place of theirs', () => {
  const time = useFakeTimeAndCheck();

  it('go-normal: our frames are the recorded ones, byte for byte', async () => {
    const recording = loadRecording('go-normal');
    const { producer, frames } = await replayConsumer(recording, time);
    expect(frames.get('QwmDloaa')).to.deep.equal(recording.framesOf('QwmDloaa'));
    expect(producer.streams).to.deep.equal([]);
    await producer.close();
  });

  it('go-two-streams: stream A outlives the report that the Go consumer makes of it, and both streams go on', async () => {
    const recording = loadRecording('go-two-streams');
    const [a = '', b = ''] = recording.streamIds;
    const { producer, frames, heartbeats, states } = await replayConsumer(recording, time);
    // The answer of 3779 ms reports A, that of 4279 ms does not: B is (2 + 1) * 500 + 250 ms, and no report comes after it.
    const flowing = { active: 'flowing' };
    const judged = ['reported', 'withdrawn', 'suspected'].map((cancelling) => ({ cancelling }));
    expect(states).to.deep.equal(['opening', flowing, ...judged, flowing]);
    expect(producer.streams.map(({ streamId }) => streamId)).to.have.members([a, b]);
    const recordedA = recording.framesOf(a);
    expect(frames.get(a)?.slice(0, recordedA.length)).to.deep.equal(recordedA);
    expect(frames.get(a)?.length).to.be.greaterThan(80);
    const oursB = frames.get(b) ?? [];
    expect(oursB).to.deep.equal(recording.framesOf(b).slice(0, oursB.length));
    expect(oursB.length).to.be.greaterThan(50);
    const ids = new Set(heartbeats);
    expect([...ids]).to.deep.equal([
      `{"ActiveStreamIds":{"race.go":["${a}"]}}`,
      `{"ActiveStreamIds":{"race.go":["${b}"]}}`,
      `{"ActiveStreamIds":{"race.go":["${a}","${b}"]}}`,
    ]);
    await producer.close();
    await settle();
    const close = '{"type":2,"closeError":{"Code":1001,"Text":"the producer stops the stream"}}';
    expect(frames.get(a)?.at(-1)).to.equal(close);
  });

  it('go-consumer-cancels: the cancel of a Go reader cannot be known, so the stream goes on until its process goes', async () => {
    const recording = loadRecording('go-consumer-cancels');
    const [streamId = ''] = recording.streamIds;
    const { producer, frames, heartbeats, states, vanish } = await replayConsumer(recording, time);
    // No recorded answer names the stream: a Go consumer reports by age, and this one is alone on its subject.
    expect(producer.streams).to.have.lengthOf(1);
    expect(states).to.deep.equal(['opening', { active: 'flowing' }]);
    const recorded = new Set(recording.messages.filter((m) => recording.kindOf(m) === 'heartbeat').map((m) => m.data));
    expect(new Set(heartbeats)).to.deep.equal(recorded);
    const ours = frames.get(streamId) ?? [];
    expect(ours.length).to.be.greaterThan(70);
    expect(ours).to.deep.equal(recording.framesOf(streamId).slice(0, ours.length));
    // When the process is gone nobody answers: two misses, of which the last comes within K*I.
    vanish();
    await time.pass(1_000);
    expect(producer.streams).to.deep.equal([]);
    await producer.close();
  });
});
