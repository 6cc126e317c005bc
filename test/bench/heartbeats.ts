/**
 * Measures what heartbeats cost while nothing else happens: the processor time of both clients and how many messages
 * there are a second, for idle streams of one consumer and of many. `announced` is what holds between clients of this
 * package, `reference` the pace towards Go peers, `none` is so rare that it is what all the rest costs.
 *
 * @example npm run bench:heartbeats -- --streams 10000 --consumers 1,100 --seconds 15
 */
import { connect } from 'nats';
import { parseArgs } from 'node:util';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { startNatsServer } from '../support/nats-server.js';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '10000' },
    consumers: { type: 'string', default: '1,100' },
    seconds: { type: 'string', default: '15' },
    settle: { type: 'string', default: '25' },
    paces: { type: 'string', default: 'announced,reference,none' },
  },
});

const paces = {
  announced: {},
  reference: { heartbeatIntervalMs: 10_000, heartbeatRequestTimeoutMs: 5_000 },
  none: { heartbeatIntervalMs: 600_000, heartbeatRequestTimeoutMs: 5_000 },
} as const;

const server = await startNatsServer();
for (const consumers of values.consumers.split(',').map(Number)) {
  for (const [name, pace] of Object.entries(paces).filter(([known]) => values.paces.split(',').includes(known))) {
    const connection = await connect({ servers: server.url });
    const producer = new ProducerClient({ connection, ...pace });
    const registration = producer.handle('idle', async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await registration.ready;
    const clients = Array.from({ length: consumers }, () => new ConsumerClient({ connection }));
    const opened = Array.from({ length: Number(values.streams) }, (_, n) => {
      const stream = clients[n % consumers]?.openStream('idle', undefined, { onRecord: () => undefined });
      return stream?.opened;
    });
    await Promise.all(opened.map(async (one) => one));
    // What is left to be done for the opening is no cost of heartbeats: the first rounds confirm what was sent.
    await new Promise((resolve) => setTimeout(resolve, Number(values.settle) * 1_000));
    const [cpu, messages] = [process.cpuUsage(), connection.stats().outMsgs];
    const seconds = Number(values.seconds);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    const { user, system } = process.cpuUsage(cpu);
    const percent = ((user + system) / (seconds * 1e6)) * 100;
    const sent = (connection.stats().outMsgs - messages) / seconds;
    console.log(
      `${values.streams} streams of ${consumers} consumers, ${name}: ${percent.toFixed(2)} % of a core for both ends, ` +
        `${sent.toFixed(1)} messages a second`,
    );
    await Promise.all(clients.map((client) => client.close()));
    await producer.close();
    await connection.close();
  }
}
await server.kill();
