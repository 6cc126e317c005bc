import { expect } from 'chai';
import { createRandom } from '../../src/testing/index.js';
import type { ProducerClientOptions } from '../../src/validation/options.js';
import { useFakeTime } from '../support/fake-time.js';
import { answerByAge, createGoConsumer, type GoConsumer } from '../support/go-peer.js';
import { closePair, createPair, type Pair } from '../support/pair.js';
import { loadRecording } from '../support/recording.js';
import { seed } from '../support/seed.js';
import { settle } from '../support/settle.js';

/** Our producer, and a consumer that answers by the ages of its streams alone, as the Go package's does. */
describe('Go consumers, which report by age', () => {
  const time = useFakeTime();
  let pair: Pair;
  let consumer: GoConsumer;
  let opened: Record<string, Record<string, number>>;
  /** When each answer came that reported the first stream. */
  let reportedAt: number[];
  beforeEach(() => {
    pair = createPair();
  });
  afterEach(() => closePair(pair));

  const begin = async (goBufferMs: number, producer: Partial<ProducerClientOptions> = {}) => {
    await closePair(pair);
    pair = createPair({ producer });
    pair.producer.handle('logs', async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    consumer = createGoConsumer(pair.bystander);
    opened = {};
    reportedAt = [];
    consumer.answerWith = (request) => {
      const answer = answerByAge(opened, goBufferMs, time.now)(request);
      if (answer.NonActiveStreamIds['logs']?.includes('stream0') === true) reportedAt.push(time.now);
      return answer;
    };
    await settle();
  };
  const open = async (streamId: string) => {
    opened['logs'] = { ...opened['logs'], [streamId]: time.now };
    consumer.open('logs', streamId);
    await settle();
  };

  for (const name of ['go-normal', 'go-two-streams', 'go-consumer-cancels']) {
    it(`${name}: what it answers is what the ages of its streams say, also after the reader has left`, () => {
      const recording = loadRecording(name);
      const ages: Record<string, Record<string, number>> = {};
      let asked: { reply: string; streams: Record<string, string[]> } | undefined;
      for (const message of recording.messages) {
        const kind = recording.kindOf(message);
        if (kind === 'request') {
          const { streamId } = JSON.parse(message.data) as { streamId: string };
          ages[message.subject] = { ...ages[message.subject], [streamId]: message.ms };
        } else if (kind === 'heartbeat') {
          const { ActiveStreamIds: streams } = JSON.parse(message.data) as {
            ActiveStreamIds: Record<string, string[]>;
          };
          asked = { reply: message.reply ?? '', streams };
        } else if (kind === 'answer') {
          // The recordings ran with a buffer of 1 s.
          expect(JSON.parse(message.data), `${message.ms} ms`).to.deep.equal(
            answerByAge(ages, 1_000, message.ms)(asked!),
          );
        }
      }
    });
  }

  for (const [title, goBufferMs, options] of [
    ['the default', 10_000, {}],
    ['that of bacalhau', 5_000, {}],
    ['3 s, heartbeats each 500 ms', 3_000, { heartbeatIntervalMs: 500, heartbeatRequestTimeoutMs: 250 }],
    ['10 s, heartbeats each 500 ms', 10_000, { heartbeatIntervalMs: 500, heartbeatRequestTimeoutMs: 250 }],
  ] as const) {
    it(`a younger stream ends no live one, whenever it is opened: their buffer is ${title}`, async function () {
      this.timeout(60_000);
      let reportsInAll = 0;
      for (const offsetMs of [0, 1, 333, 4_999, 5_001, 9_999]) {
        await begin(goBufferMs, { ...options, cancellationBufferMs: 1_000 });
        await open('stream0');
        await time.pass(20_000 + offsetMs);
        await open('stream1');
        await time.pass(60_000);
        // And once more, when the first report is forgotten.
        await open('stream2');
        await time.pass(60_000);
        for (const id of ['stream0', 'stream1', 'stream2']) expect(consumer.closeCode(id), id).to.equal(undefined);
        reportsInAll += reportedAt.length;
      }
      expect(reportsInAll).to.be.greaterThan(0);
    });
  }

  it('streams opened in a row end no live one, where the buffer outlasts the row', async () => {
    // n = 4, g = 10 s, B_go = 5 s: reported for up to 30 s.
    await begin(5_000, { cancellationBufferMs: 31_000 });
    await open('stream0');
    await time.pass(17_000);
    for (const id of ['stream1', 'stream2', 'stream3']) {
      await open(id);
      await time.pass(10_000);
    }
    await time.pass(100_000);
    expect(consumer.closeCode('stream0')).to.equal(undefined);
    expect(reportedAt).to.have.lengthOf(3);
  });

  it(`a cancelled stream is stopped by the first report between B and 2·B after the first one (seed ${seed})`, async function () {
    this.timeout(120_000);
    // I = 10 s, T = 5 s and B_go = 5 s are those of bacalhau; B is 25 s. Nine further opens, 4 to 12 s apart.
    const random = createRandom(seed);
    const runs = 30;
    let stopped = 0;
    for (let run = 0; run < runs; run += 1) {
      await begin(5_000);
      let closedAt = Infinity;
      pair.bystander.subscribe(`${consumer.consumerId}stream0`, {
        callback: (_, { data }) => {
          if (new TextDecoder().decode(data).startsWith('{"type":2')) closedAt = Math.min(closedAt, time.now);
        },
      });
      await open('stream0');
      await time.pass(random.integer(20_000, 29_999));
      for (let further = 1; further <= 9; further += 1) {
        await open(`stream${further}`);
        await time.pass(random.integer(4_000, 12_000));
      }
      await time.pass(60_000);
      const [first = Infinity] = reportedAt;
      const due = reportedAt.find((at) => at >= first + 25_000 && at < first + 50_000) ?? Infinity;
      if (due < Infinity)
        expect(closedAt, `run ${run}, reported at ${reportedAt.join(', ')}`).to.be.within(first + 25_000, due);
      if (closedAt < Infinity) stopped += 1;
    }
    expect(stopped, `of ${runs} were stopped`).to.be.at.least(24);
  });

  it('a cancelled stream that one further stream has reported is not told from a live one, and goes on', async () => {
    await begin(10_000);
    await open('stream0');
    await time.pass(25_000);
    await open('stream1');
    await time.pass(1_000_000);
    expect(reportedAt).to.deep.equal([30_000]);
    expect(consumer.closeCode('stream0')).to.equal(undefined);
  });
});
