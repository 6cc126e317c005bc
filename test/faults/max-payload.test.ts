import { expect } from 'chai';
import type { ConsumerStream } from '../../src/index.js';
import { pause } from '../support/numbered.js';
import { briskTiming, startScene, untilStatus, untilTrue, type NatsClient, type Scene } from '../support/scene.js';
import type { TestConnection } from '../support/transports.js';

const lowBytes = 8_192;

/** What the source writes while the server is away, or before it takes less: some fit into one frame, some do not. */
const recordBytes = [20_000, 100, 40_000, 0, 9_000];

const clients: readonly NatsClient[] = ['nats 2', '@nats-io/transport-node 3'];

async function lengthsOf(stream: ConsumerStream): Promise<number[]> {
  const lengths: number[] = [];
  try {
    for await (const { length } of stream) lengths.push(length);
  } catch {
    // How the stream has ended is asked of `closed`.
  }
  return lengths;
}

describe('a nats-server that takes less in one message than before', function () {
  this.timeout(60_000);
  let scene: Scene;
  let forConsumer: TestConnection;
  let forProducer: TestConnection;
  /** Lets the source go on, after its first record. */
  let goOn: () => void;
  let written: number;

  const begin = async (client: NatsClient, offerDelivery: boolean, source = recordBytes): Promise<ConsumerStream> => {
    forProducer = await scene.connect({ client });
    // Nothing says a plain close again, so that its reader must be back when it is published.
    forConsumer = offerDelivery ? await scene.connect({ client }) : forProducer;
    const producer = await scene.producer({ connection: forProducer, ...briskTiming });
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    written = 0;
    producer.handle('large', async function* () {
      yield new Uint8Array(1);
      await gate;
      for (const bytes of source) {
        written += 1;
        yield new Uint8Array(bytes);
      }
    });
    await forProducer.flush();
    const consumer = await scene.consumer({ connection: forConsumer, ...briskTiming, offerDelivery });
    return consumer.openStream('large');
  };

  /** Restarts the server; the source writes while it is away. */
  const restartWith = async (maxPayloadBytes: number) => {
    const lost = Promise.all([forConsumer, forProducer].map((each) => untilStatus(each, 'disconnect')));
    const back = Promise.all([forConsumer, forProducer].map((each) => untilStatus(each, 'reconnect')));
    await scene.server.kill();
    await lost;
    // The clients hear of it in their turn.
    await pause(20);
    goOn();
    await untilTrue(() => written > 0);
    await scene.server.restart({ maxPayloadBytes });
    await back;
  };

  beforeEach(async () => {
    scene = await startScene();
  });
  // What does not fit is not sent, of which a trace does not tell.
  afterEach(() => scene.stop({ isJudged: false }));

  for (const client of clients) {
    it(`gets every record of a stream with delivery after a restart, in parts (${client})`, async () => {
      const stream = await begin(client, true);
      const lengths = lengthsOf(stream);
      await untilTrue(() => stream.actor.getSnapshot().matches('active'));
      await restartWith(lowBytes);
      expect(await lengths).to.deep.equal([1, ...recordBytes]);
      expect((await stream.closed).reason).to.equal('completed');
      expect(scene.warnings).to.deep.equal([]);
    });

    it(`gets every record of a stream with delivery after a reload, by which the producer is cut off (${client})`, async () => {
      const stream = await begin(client, true);
      const lengths = lengthsOf(stream);
      await untilTrue(() => stream.actor.getSnapshot().matches('active'));
      await scene.server.reload({ maxPayloadBytes: lowBytes });
      goOn();
      expect(await lengths).to.deep.equal([1, ...recordBytes]);
      expect((await stream.closed).reason).to.equal('completed');
      expect(scene.server.log).to.include('maximum payload exceeded');
      expect(scene.warnings).to.deep.equal([]);
    });

    it(`ends a plain stream with 5000 after a restart, for a record that does not fit (${client})`, async () => {
      const stream = await begin(client, false, [20_000, 200]);
      const lengths = lengthsOf(stream);
      await untilTrue(() => stream.actor.getSnapshot().matches('active'));
      await restartWith(lowBytes);
      const { reason, code, text } = await stream.closed;
      expect({ reason, code }).to.deep.equal({ reason: 'closed', code: 5000 });
      expect(text).to.match(/^a record could not be published: /);
      expect(await lengths).to.deep.equal([1]);
      expect(scene.warnings.map(({ code: warned }) => warned)).to.deep.equal(['publishFailed']);
    });

    it(`ends a plain stream with 5000 after a reload, for the record by which the producer is cut off (${client})`, async () => {
      const stream = await begin(client, false, [20_000]);
      const lengths = lengthsOf(stream);
      await untilTrue(() => stream.actor.getSnapshot().matches('active'));
      await scene.server.reload({ maxPayloadBytes: lowBytes });
      goOn();
      const { reason, code, text } = await stream.closed;
      expect({ reason, code }).to.deep.equal({ reason: 'closed', code: 5000 });
      expect(text).to.equal('a record could not be published: expected a message of at most 8192 bytes, came 26688');
      expect(await lengths).to.deep.equal([1]);
      expect(scene.warnings.map(({ code: warned }) => warned)).to.deep.equal(['publishFailed']);
    });
  }

  it('gets on where it takes more again', async () => {
    const stream = await begin('nats 2', true);
    const lengths = lengthsOf(stream);
    await untilTrue(() => stream.actor.getSnapshot().matches('active'));
    await restartWith(64);
    await scene.server.restart({ maxPayloadBytes: 1_048_576 });
    expect(await lengths).to.deep.equal([1, ...recordBytes]);
    expect((await stream.closed).reason).to.equal('completed');
  });

  it('ends both ends of a stream of which not even a part of a record fits, and warns of it once', async () => {
    const stream = await begin('nats 2', true);
    await untilTrue(() => stream.actor.getSnapshot().matches('active'));
    await restartWith(20);
    // Not even heartbeats fit, so the reader is told by its own clock.
    expect((await stream.closed).reason).to.be.oneOf(['producerSilent', 'recordsLost']);
    const ofFrames = scene.warnings.filter(({ message }) => message === 'a frame could not be published');
    expect(ofFrames.map(({ error }) => (error as Error).message)).to.deep.equal([
      'expected messages that hold a part of a record, came a max_payload of 20 bytes',
    ]);
  });

  it('ends a stream whose request waits for it and does not fit, at once, and asks for those that do', async () => {
    await begin('nats 2', true, []);
    // On the connection of the producer, so that nobody asks before it is there again.
    const consumer = await scene.consumer({ connection: forProducer });
    const lost = untilStatus(forProducer, 'disconnect');
    await scene.server.kill();
    await lost;
    await pause(20);
    const [large, small] = [consumer.openStream('large', new Uint8Array(20_000)), consumer.openStream('large')];
    goOn();
    await scene.server.restart({ maxPayloadBytes: lowBytes });
    const { reason, code, text } = await large.closed;
    expect({ reason, code }).to.deep.equal({ reason: 'closed', code: 4000 });
    expect(text).to.match(/^the request cannot be published: expected a message of at most 8192 bytes, came \d+$/);
    expect((await small.closed).reason).to.equal('completed');
  });

  for (const offerDelivery of [true, false]) {
    const kind = offerDelivery ? 'a stream with delivery' : 'a plain stream';
    it(`is told how ${kind} ended, with a text that is cut to fit`, async () => {
      const connection = await scene.connect();
      [forConsumer, forProducer] = [connection, connection];
      const producer = await scene.producer({ connection, ...briskTiming });
      written = 0;
      const gate = new Promise<void>((resolve) => (goOn = resolve));
      // eslint-disable-next-line require-yield -- it fails before it has a record.
      producer.handle('failing', async function* () {
        await gate;
        written += 1;
        throw new Error('ü'.repeat(2_000));
      });
      await connection.flush();
      const consumer = await scene.consumer({ connection, ...briskTiming, offerDelivery });
      const stream = consumer.openStream('failing');
      await untilTrue(() => stream.actor.getSnapshot().matches('active'));
      await restartWith(1_024);
      const { reason, code, text } = await stream.closed;
      expect({ reason, code }).to.deep.equal({ reason: 'closed', code: 5000 });
      expect(text).to.match(/^ü{100,}…$/);
      expect(scene.warnings).to.deep.equal([]);
    });
  }
});
