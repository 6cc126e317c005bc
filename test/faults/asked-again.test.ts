import { expect } from 'chai';
import { CloseError } from '../../src/index.js';
import { numberedRecords } from '../support/numbered.js';
import { briskTiming, numbersUpTo, readNumbers, startScene, untilTrue, type Scene } from '../support/scene.js';

/** Far longer than the tests may take: a request that is not asked again fails them. */
const patient = { ...briskTiming, openTimeoutMs: 120_000, silenceTimeoutMs: 120_000 };

describe('a request that goes down with the connection', function () {
  this.timeout(40_000);
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  for (const client of ['nats 2', '@nats-io/transport-node 3'] as const) {
    for (const [peers, offers] of [
      ['with delivery', {}],
      ['between plain peers', { offerExtension: false }],
    ] as const) {
      it(`is asked again when the server is back: ${peers}, on ${client}`, async () => {
        const forProducer = await scene.connect({ client });
        const producer = await scene.producer({ connection: forProducer, ...briskTiming });
        producer.handle('late', () => numberedRecords(20));
        await forProducer.flush();
        const connection = await scene.connect({ client });
        const consumer = await scene.consumer({ connection, ...patient, ...offers });
        await connection.flush();

        const stream = consumer.openStream('late');
        await scene.server.kill();
        await scene.server.restart();
        expect(await readNumbers(stream)).to.deep.equal(numbersUpTo(20));
        await untilTrue(() => producer.streams.length === 0);
      });
    }
  }

  it('is asked again, though the server is back long before its producers are', async () => {
    const connection = await scene.connect();
    const consumer = await scene.consumer({ connection, ...patient });
    await connection.flush();
    const stream = consumer.openStream('late');
    await scene.server.kill();
    await scene.server.restart();
    await untilTrue(() => stream.actor.getSnapshot().matches({ opening: { returning: 'resting' } }));

    const producer = await scene.producer({ ...briskTiming });
    producer.handle('late', () => numberedRecords(20));
    expect(await readNumbers(stream)).to.deep.equal(numbersUpTo(20));
  });

  it('ends with noResponders after the open timeout where no producer comes back', async () => {
    const connection = await scene.connect();
    const consumer = await scene.consumer({ connection, ...briskTiming });
    await connection.flush();
    const stream = consumer.openStream('late');
    await scene.server.kill();
    await scene.server.restart();
    const end = await stream.closed;
    expect(end.error).to.be.instanceOf(CloseError);
    expect(end.reason).to.equal('noResponders');
  });
});
