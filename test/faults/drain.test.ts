import { expect } from 'chai';
import { CloseError, StreamError } from '../../src/index.js';
import { numberedRecords, numberOf, pause } from '../support/numbered.js';
import { briskTiming, numbersUpTo, startScene, untilTrue, type Scene } from '../support/scene.js';

const streamCount = 10;

describe('drain on a real server', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  describe('of the consumer', () => {
    it('resolves when every producer has been told by a heartbeat and has closed', async () => {
      const connection = await scene.connect();
      const producer = await scene.producer({ connection, ...briskTiming });
      const signals: AbortSignal[] = [];
      let finished = 0;
      producer.handle('ticks', async function* ({ signal }) {
        signals.push(signal);
        try {
          yield* numberedRecords(Infinity, { everyMs: 5, signal });
        } finally {
          finished += 1;
        }
      });
      await connection.flush();
      // Its own cancellation buffer is longer than a test may take, so what ends the drain are the producer's close frames.
      const consumer = await scene.consumer({ cancellationBufferMs: 24 * 3_600_000 });
      const other = await scene.consumer();
      const flowing = new Set<string>();
      const open = (from: typeof consumer) => {
        const stream = from.openStream('ticks', undefined, { onRecord: () => flowing.add(stream.id) });
        return stream;
      };
      const streams = Array.from({ length: streamCount }, () => open(consumer));
      open(other);
      await untilTrue(() => flowing.size === streamCount + 1);

      await consumer.drain();
      const ends = await Promise.all(streams.map((stream) => stream.closed));
      expect(new Set(ends.map(({ reason }) => reason))).to.deep.equal(new Set(['cancelled']));
      expect(signals.filter(({ aborted }) => aborted)).to.have.lengthOf(streamCount);
      expect(() => consumer.openStream('ticks'))
        .to.throw(StreamError)
        .with.property('code', 'clientClosed');
      expect(consumer.streams).to.deep.equal([]);

      await untilTrue(() => finished === streamCount);
      expect(producer.streams.map(({ consumerId }) => consumerId)).to.deep.equal([other.id]);
      expect(scene.warnings).to.deep.equal([]);
    });

    it('resolves after the cancellation buffer where the producer is dead', async () => {
      const process = await scene.producerProcess({ subject: 'ticks', everyMs: 5, options: briskTiming });
      const consumer = await scene.consumer(briskTiming);
      let records = 0;
      const stream = consumer.openStream('ticks', undefined, { onRecord: () => (records += 1) });
      await untilTrue(() => records >= 5);
      await process.kill();
      await consumer.drain();
      expect((await stream.closed).reason).to.equal('cancelled');
      expect(consumer.streams).to.deep.equal([]);
    });
  });

  describe('of the producer', () => {
    it('lets finally blocks end, delivers what was written before, and tells every reader with 1001', async () => {
      const connection = await scene.connect();
      const producer = await scene.producer({ connection });
      const written = new Map<string, number>();
      let cleanedUp = 0;
      producer.handle('ticks', async function* ({ streamId, signal }) {
        try {
          for await (const record of numberedRecords(Infinity, { everyMs: 5, signal })) {
            if (signal.aborted) return;
            written.set(streamId, numberOf(record) + 1);
            yield record;
          }
        } finally {
          await pause(200);
          cleanedUp += 1;
        }
      });
      await connection.flush();
      const consumer = await scene.consumer();
      const contents = new Map<string, number[]>();
      const streams = Array.from({ length: streamCount }, () => {
        const stream = consumer.openStream('ticks', undefined, {
          onRecord: (record) => contents.set(stream.id, [...(contents.get(stream.id) ?? []), numberOf(record)]),
        });
        return stream;
      });
      await untilTrue(() => contents.size === streamCount);

      await producer.drain();
      expect(cleanedUp).to.equal(streamCount);
      for (const stream of streams) {
        const end = await stream.closed;
        expect(end.reason).to.equal('closed');
        expect(end.code).to.equal(1001);
        expect(end.error).to.be.instanceOf(CloseError);
        expect(contents.get(stream.id)).to.deep.equal(numbersUpTo(written.get(stream.id) ?? -1));
      }
      expect((await consumer.openStream('ticks').closed).reason).to.equal('noResponders');
      expect(() => producer.handle('more', () => []))
        .to.throw(StreamError)
        .with.property('code', 'clientClosed');
      expect(scene.warnings).to.deep.equal([]);
    });

    it('answers every request that comes as it begins: with records, with a close, or by having no responders', async () => {
      const connection = await scene.connect();
      const producer = await scene.producer({ connection });
      producer.handle('ticks', ({ signal }) => numberedRecords(Infinity, { everyMs: 1, signal }));
      await connection.flush();
      const consumer = await scene.consumer();
      const streams = Array.from({ length: 100 }, () => consumer.openStream('ticks'));
      const [first] = streams;
      await first?.[Symbol.asyncIterator]().next();
      const late = Array.from({ length: 100 }, () => consumer.openStream('ticks'));
      await producer.drain();
      const ends = await Promise.all([...streams, ...late].map((stream) => stream.closed));
      for (const { reason, code } of ends) expect([1001, 1006], reason).to.include(code);
      expect(new Set(ends.map(({ reason }) => reason)).has('producerSilent')).to.equal(false);
      expect(new Set(ends.map(({ reason }) => reason)).has('noAnswer')).to.equal(false);
    });

    it('goes on without a source that does not end, after its cancellation buffer, with a warning', async () => {
      const connection = await scene.connect();
      const producer = await scene.producer({ connection, ...briskTiming });
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      producer.handle('stuck', async function* () {
        try {
          yield 'one';
          await released;
        } finally {
          await released;
        }
      });
      await connection.flush();
      const consumer = await scene.consumer(briskTiming);
      let records = 0;
      consumer.openStream('stuck', undefined, { onRecord: () => (records += 1) });
      await untilTrue(() => records === 1);
      await producer.drain();
      expect(scene.warnings.map(({ message }) => message)).to.deep.equal([
        'drain: after 500 ms 0 readers have not received everything, 1 sources go on',
      ]);
      release();
    });
  });
});
