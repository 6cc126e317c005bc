import { expect } from 'chai';
import { numberedRecords } from '../support/numbered.js';
import { numbersUpTo, readNumbers, startScene, untilTrue, type Scene } from '../support/scene.js';

const streamsEach = 30;
const recordCount = 50;

describe('two consumers and three producers in a queue group', () => {
  let scene: Scene;
  beforeEach(async () => {
    // The debug log tells when the server has seen that a process is gone.
    scene = await startScene({ args: ['-D'] });
  });
  afterEach(() => scene.stop());

  it('have every stream served by exactly one producer, and all of it arrives', async () => {
    const servedBy = new Map<string, string[]>();
    for (const name of ['first', 'second', 'third']) {
      const connection = await scene.connect();
      const producer = await scene.producer({ connection });
      producer.handle(
        'shared',
        ({ streamId }) => {
          servedBy.set(streamId, [...(servedBy.get(streamId) ?? []), name]);
          return numberedRecords(recordCount, { everyMs: 1 });
        },
        { queue: 'workers' },
      );
      await connection.flush();
    }
    const consumers = await Promise.all([scene.consumer(), scene.consumer()]);
    const streams = consumers.flatMap((consumer) =>
      Array.from({ length: streamsEach }, () => consumer.openStream('shared')),
    );
    const contents = await Promise.all(streams.map(readNumbers));
    const ends = await Promise.all(streams.map((stream) => stream.closed));

    const shares = new Map<string, number>();
    for (const stream of streams) {
      const producers = servedBy.get(stream.id) ?? [];
      expect(producers, stream.id).to.have.lengthOf(1);
      for (const name of producers) shares.set(name, (shares.get(name) ?? 0) + 1);
    }
    console.log(
      `      ${streams.length} streams: ${Array.from(shares, ([name, count]) => `${name} ${count}`).join(', ')}`,
    );
    expect(servedBy.size).to.equal(streams.length);
    expect(shares.size, 'producers that had a share').to.equal(3);
    for (const numbers of contents) expect(numbers).to.deep.equal(numbersUpTo(recordCount));
    expect(new Set(ends.map(({ reason }) => reason))).to.deep.equal(new Set(['completed']));
    expect(scene.warnings).to.deep.equal([]);
  });

  it('go on with the producers that are left when one is killed', async () => {
    const [doomed] = await Promise.all(
      ['first', 'second'].map(() => scene.producerProcess({ subject: 'shared', queue: 'workers', records: 20 })),
    );
    await doomed?.kill();
    await untilTrue(() => scene.server.log.includes('Client connection closed'));
    const consumer = await scene.consumer();
    const streams = Array.from({ length: streamsEach }, () => consumer.openStream('shared'));
    const contents = await Promise.all(streams.map(readNumbers));
    for (const numbers of contents) expect(numbers).to.deep.equal(numbersUpTo(20));
  });
});
