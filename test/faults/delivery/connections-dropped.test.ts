import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';
import { startCheckedRecording, type CheckedRecording } from '../../support/checked-recording.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { numberedRecord, numberedRecords, numberOf } from '../../support/numbered.js';
import { hardyTiming, tallyOf, tell } from '../../support/tally.js';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

const recordCount = 200_000;
const cutCount = 10;

describe('connections that are reset mid-stream', () => {
  let server: NatsServer;
  let recording: CheckedRecording;
  let forConsumer: TcpProxy;
  let forProducer: TcpProxy;
  let connections: NatsConnection[];
  beforeEach(async () => {
    server = await startNatsServer();
    recording = startCheckedRecording();
    [forConsumer, forProducer] = await Promise.all([startTcpProxy(server.port), startTcpProxy(server.port)]);
    connections = [];
  });
  afterEach(async () => {
    for (const connection of connections) void connection.close().catch(() => undefined);
    await Promise.all([forConsumer.close(), forProducer.close()]);
    await server.kill();
    recording.check();
  });

  async function connectBy(proxy: TcpProxy): Promise<NatsConnection> {
    const connection = await connect({
      servers: proxy.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 20,
      reconnectJitter: 0,
    });
    connections.push(connection);
    return connection;
  }

  const cases: readonly (readonly [name: string, cut: () => void])[] = [
    ['of the consumer', () => forConsumer.cut()],
    ['of the producer', () => forProducer.cut()],
    [
      'of both at once',
      () => {
        forConsumer.cut();
        forProducer.cut();
      },
    ],
  ];
  for (const [name, cut] of cases) {
    it(`${name}, ${cutCount} times: every record is read, in order and once`, async () => {
      const connection = await connectBy(forProducer);
      const producer = new ProducerClient({ connection, tracer: recording.tracer, ...hardyTiming });
      producer.handle('numbers', ({ signal }) => numberedRecords(recordCount, { bytes: 128, signal }));
      await connection.flush();
      const consumer = new ConsumerClient({
        connection: await connectBy(forConsumer),
        tracer: recording.tracer,
        ...hardyTiming,
      });
      const stream = consumer.openStream('numbers');
      let cuts = 0;
      const { records, missing, repeated, error } = await tallyOf(stream, (count) => {
        if (cuts < cutCount && count >= ((cuts + 1) * recordCount) / (cutCount + 1)) {
          cuts += 1;
          cut();
        }
        return undefined;
      });
      const carried = forConsumer.carried + forProducer.carried;
      tell(`${records} records, ${missing} missing, ${repeated} repeated, ${cuts} cuts, ${carried} connections`);
      expect(error).to.equal(undefined);
      expect({ records, missing, repeated, cuts }).to.deep.equal({
        records: recordCount,
        missing: 0,
        repeated: 0,
        cuts: cutCount,
      });
      expect((await stream.closed).reason).to.equal('completed');
      // Each cut was a loss in fact, and nobody was left without a connection.
      expect(carried).to.be.at.least(2 + cutCount);
    });
  }

  it('of both, while eight streams share the memory of their frames: each reads its own records', async () => {
    const [streamCount, each] = [8, 20_000];
    const connection = await connectBy(forProducer);
    const producer = new ProducerClient({ connection, tracer: recording.tracer, ...hardyTiming });
    producer.handle('shared', async function* (request) {
      const first = request.object<number>();
      for (let index = 0; index < each; index += 1) yield numberedRecord(first + index, 700);
      await Promise.resolve();
    });
    await connection.flush();
    const consumer = new ConsumerClient({
      connection: await connectBy(forConsumer),
      tracer: recording.tracer,
      ...hardyTiming,
    });
    let [read, cuts] = [0, 0];
    const readOne = async (first: number) => {
      let next = first;
      for await (const record of consumer.openStream('shared', first)) {
        expect(numberOf(record)).to.equal(next);
        next += 1;
        read += 1;
        if (cuts < cutCount && read >= ((cuts + 1) * streamCount * each) / (cutCount + 1)) {
          cuts += 1;
          forProducer.cut();
          forConsumer.cut();
        }
      }
      expect(next).to.equal(first + each);
    };
    await Promise.all(Array.from({ length: streamCount }, (_, stream) => readOne(stream * 1_000_000)));
    tell(`${streamCount} streams, ${read} records, ${cuts} cuts, each record in its own stream`);
    expect(cuts).to.equal(cutCount);
  });

  it('at the close frame: the end is told all the same, after every record', async () => {
    const connection = await connectBy(forProducer);
    const producer = new ProducerClient({ connection, tracer: recording.tracer, ...hardyTiming });
    let cuts = 0;
    let tellThatAllIsRead: () => void = () => undefined;
    let allIsRead: Promise<void>;
    producer.handle('short', async function* ({ signal }) {
      yield* numberedRecords(100, { signal });
      await allIsRead;
      // The close follows in the next turns, on a connection that is lost by then.
      forConsumer.cut();
      forProducer.cut();
      cuts += 1;
    });
    await connection.flush();
    const consumer = new ConsumerClient({
      connection: await connectBy(forConsumer),
      tracer: recording.tracer,
      ...hardyTiming,
    });
    for (let run = 0; run < cutCount; run += 1) {
      allIsRead = new Promise((resolve) => (tellThatAllIsRead = resolve));
      const stream = consumer.openStream('short');
      const tally = await tallyOf(stream, (count) => {
        if (count === 100) tellThatAllIsRead();
        return undefined;
      });
      expect(tally).to.deep.equal({ records: 100, missing: 0, repeated: 0 });
      expect((await stream.closed).reason).to.equal('completed');
    }
    tell(`${cutCount} streams of 100 records, ${cuts} cuts, all complete`);
    expect(cuts).to.equal(cutCount);
  });
});
