import { expect } from 'chai';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { readAll } from '../support/read.js';
import { transports } from '../support/transports.js';

for (const transport of transports) {
  describe(`headers of requests, on ${transport.name}`, () => {
    it('come to accept and to the handler as they were given, and change nothing of the request', async () => {
      const server = await transport.start();
      const [forConsumer, forProducer] = [await server.connect(), await server.connect()];
      const consumer = new ConsumerClient({ connection: forConsumer });
      const producer = new ProducerClient({ connection: forProducer });
      const seen: unknown[] = [];
      const handling = producer.handle(
        'who',
        (request) => {
          seen.push([...request.headers], request.text());
          return ['served'];
        },
        {
          accept: ({ headers }) => {
            seen.push([...headers]);
            return headers.get('Tenant')?.[0] !== 'blue';
          },
        },
      );
      await handling.ready;
      const headers = { Tenant: 'red', Roles: ['reader', 'grüße, 日本', ''], 'x-lower': 'a: b' };
      const stream = consumer.openStream('who', 'body', { headers });
      expect(await readAll(stream.text())).to.deep.equal(['served']);
      const came = [
        ['Tenant', ['red']],
        ['Roles', ['reader', 'grüße, 日本', '']],
        ['x-lower', ['a: b']],
      ];
      expect(seen).to.deep.equal([came, came, 'body']);
      const refused = await consumer.openStream('who', 'body', { headers: { Tenant: 'blue' } }).closed;
      expect(refused).to.include({ reason: 'closed', code: 4003 });
      seen.length = 0;
      expect(await readAll(consumer.openStream('who').text())).to.deep.equal(['served']);
      expect(seen).to.deep.equal([[], [], '']);
      await consumer.close();
      await producer.close();
      await forConsumer.close();
      await forProducer.close();
      await server.stop();
    });
  });
}
