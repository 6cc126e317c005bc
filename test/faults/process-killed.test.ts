import { expect } from 'chai';
import { CloseError, type ConsumerStreamEnd } from '../../src/index.js';
import { numberedRecords, numberOf } from '../support/numbered.js';
import { briskTiming, latenessMs, numbersUpTo, startScene, untilTrue, type Scene } from '../support/scene.js';

const { heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax, silenceTimeoutMs } = briskTiming;

/** Timers of the platform may fire a little early, as they count whole milliseconds. */
const timerGrainMs = 2;

describe('a process that is killed with kill -9', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  describe('producer dead to reader told (PROTOCOL.md, Timing: S + D)', () => {
    it('ends the stream of its reader with producerSilent, one silence timeout after the last record', async () => {
      const process = await scene.producerProcess({ subject: 'ticks', everyMs: 20, options: briskTiming });
      const consumer = await scene.consumer(briskTiming);
      const numbers: number[] = [];
      let lastRecordAt = 0;
      const stream = consumer.openStream('ticks', undefined, {
        onRecord: (record) => {
          numbers.push(numberOf(record));
          lastRecordAt = performance.now();
          if (numbers.length === 10) void process.kill();
        },
      });

      const end = await stream.closed;
      const toldAfterMs = performance.now() - lastRecordAt;
      expect(end.reason).to.equal('producerSilent');
      expect(end.code).to.equal(1006);
      expect(end.error).to.be.instanceOf(CloseError);
      expect(numbers).to.deep.equal(numbersUpTo(end.records));
      expect(toldAfterMs).to.be.within(silenceTimeoutMs - timerGrainMs, silenceTimeoutMs + latenessMs);
    });

    it('gives an iterating reader all records that came, then throws', async () => {
      const process = await scene.producerProcess({ subject: 'ticks', everyMs: 20, options: briskTiming });
      const consumer = await scene.consumer(briskTiming);
      const stream = consumer.openStream('ticks');
      const numbers: number[] = [];
      let thrown: unknown;
      try {
        for await (const record of stream) {
          numbers.push(numberOf(record));
          if (numbers.length === 10) await process.kill();
        }
      } catch (error) {
        thrown = error;
      }
      expect(thrown).to.be.instanceOf(CloseError).with.property('reason', 'producerSilent');
      expect(numbers).to.deep.equal(numbersUpTo((await stream.closed).records));
    });

    it('leaves the streams of other producers to the same reader alone', async () => {
      const [doomed] = await Promise.all([
        scene.producerProcess({ subject: 'doomed', everyMs: 20, options: briskTiming }),
        scene.producerProcess({ subject: 'lasting', everyMs: 20, options: briskTiming }),
      ]);
      const consumer = await scene.consumer(briskTiming);
      const ended: string[] = [];
      let doomedRecords = 0;
      let lastingRecords = 0;
      const other = consumer.openStream('lasting', undefined, { onRecord: () => (lastingRecords += 1) });
      const stream = consumer.openStream('doomed', undefined, { onRecord: () => (doomedRecords += 1) });
      void other.closed.then(() => ended.push('lasting'));
      await untilTrue(() => doomedRecords >= 5 && lastingRecords >= 5);
      await doomed.kill();
      expect((await stream.closed).reason).to.equal('producerSilent');

      const before = lastingRecords;
      await untilTrue(() => lastingRecords >= before + 20);
      expect(ended).to.deep.equal([]);
    });
  });

  describe('consumer dead to producer stopped (PROTOCOL.md, Timing: K*I + T)', () => {
    it('has its sources cancelled after K misses, and the streams of other consumers go on untouched', async () => {
      const producer = await scene.producer(briskTiming);
      const cancelled: { readonly consumerId: string; readonly atMs: number; readonly reason: unknown }[] = [];
      const finished: string[] = [];
      producer.handle('ticks', async function* ({ consumerId, signal }) {
        signal.addEventListener('abort', () => {
          cancelled.push({ consumerId, atMs: performance.now(), reason: signal.reason });
        });
        try {
          yield* numberedRecords(Infinity, { everyMs: 20, signal });
        } finally {
          finished.push(consumerId);
        }
      });

      const survivor = await scene.consumer(briskTiming);
      const survivorNumbers: number[] = [];
      const survivorEnds: ConsumerStreamEnd[] = [];
      const stream = survivor.openStream('ticks', undefined, {
        onRecord: (record) => survivorNumbers.push(numberOf(record)),
      });
      void stream.closed.then((end) => survivorEnds.push(end));

      const doomed = scene.consumerProcess({ subject: 'ticks', streams: 3, options: briskTiming });
      await untilTrue(() => doomed.reports.filter(({ type }) => type === 'flowing').length === 3);
      expect(producer.streams).to.have.lengthOf(4);

      const killedAtMs = performance.now();
      await doomed.kill();
      await untilTrue(() => finished.length === 3);
      const afterMs = cancelled.map(({ atMs }) => atMs - killedAtMs);
      const boundMs = missedHeartbeatsMax * heartbeatIntervalMs + heartbeatRequestTimeoutMs;
      expect(new Set(finished).size, 'all of one consumer').to.equal(1);
      expect(finished).to.not.include(survivor.id);
      // K rounds are missed, one interval apart. The first may have been asked before the death, by T at most.
      const leastMs = (missedHeartbeatsMax - 1) * heartbeatIntervalMs - heartbeatRequestTimeoutMs;
      for (const ms of afterMs) expect(ms).to.be.within(leastMs - timerGrainMs, boundMs + latenessMs);
      for (const { reason } of cancelled) {
        expect(reason).to.be.instanceOf(CloseError).with.property('code', 1001);
        expect(reason).to.have.property('text', 'the consumer does not answer heartbeats');
      }
      expect(producer.streams.map(({ consumerId }) => consumerId)).to.deep.equal([survivor.id]);

      const before = survivorNumbers.length;
      await untilTrue(() => survivorNumbers.length >= before + 20);
      expect(survivorEnds).to.deep.equal([]);
      expect(survivorNumbers).to.deep.equal(numbersUpTo(survivorNumbers.length));
      expect(scene.warnings).to.deep.equal([]);
    });
  });
});
