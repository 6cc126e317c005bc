import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';
import { startCheckedRecording, type CheckedRecording } from '../../support/checked-recording.js';
import { startNatsCluster, type NatsCluster } from '../../support/nats-cluster.js';
import { numberedRecords } from '../../support/numbered.js';
import { hardyTiming, tallyOf, tell, type Tally } from '../../support/tally.js';

const recordCount = 300_000;

describe('a cluster of three nats-servers', () => {
  let cluster: NatsCluster;
  let recording: CheckedRecording;
  const connections: NatsConnection[] = [];
  beforeEach(async () => {
    cluster = await startNatsCluster(3);
    recording = startCheckedRecording();
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) void connection.close().catch(() => undefined);
    await cluster.stop();
    recording.check();
  });

  async function connectTo(node: number): Promise<NatsConnection> {
    const connection = await connect({
      servers: cluster.urlsFrom(node),
      noRandomize: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 20,
      reconnectJitter: 0,
    });
    connections.push(connection);
    return connection;
  }

  it("loses the producer's node, then the consumer's: every record is read, in order and once", async () => {
    const [forProducer, forConsumer] = [await connectTo(0), await connectTo(1)];
    const nodeOf = (connection: NatsConnection) =>
      cluster.nodes.findIndex(({ port }) => connection.getServer().endsWith(`:${port}`));
    const { tracer } = recording;
    const producer = new ProducerClient({ connection: forProducer, tracer, ...hardyTiming });
    producer.handle('numbers', ({ signal }) => numberedRecords(recordCount, { bytes: 128, signal }));
    await forProducer.flush();
    const consumer = new ConsumerClient({ connection: forConsumer, tracer, ...hardyTiming });

    const killed: number[] = [];
    const kill = (connection: NatsConnection): void => {
      const node = nodeOf(connection);
      killed.push(node);
      void cluster.nodes[node]?.kill();
    };
    // The node of the consumer hears of the handler a moment after that of the producer.
    let tally: Tally;
    do {
      tally = await tallyOf(consumer.openStream('numbers'), (count) => {
        if (count === recordCount / 3) kill(forProducer);
        if (count === (2 * recordCount) / 3) kill(forConsumer);
        return undefined;
      });
    } while (tally.error?.reason === 'noResponders' && tally.records === 0);
    const { records, missing, repeated, error } = tally;
    tell(`${records} records, ${missing} missing, ${repeated} repeated, nodes ${killed.join(' and ')} killed`);
    expect(error).to.equal(undefined);
    expect({ records, missing, repeated }).to.deep.equal({ records: recordCount, missing: 0, repeated: 0 });
    expect(killed[0]).to.equal(0);
    expect(killed).to.have.lengthOf(2);
    expect(new Set(killed).size).to.equal(2);
  });
});
