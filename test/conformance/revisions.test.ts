import { expect } from 'chai';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { createMemoryBroker } from '../../src/memory-broker/index.js';
import { decodeDeliveryFrame, decodeOpenRequest, isDeliveryFrame } from '../../src/wire/index.js';
import { tableOf } from '../machines/specification-tables.js';
import { readAll } from '../support/read.js';

describe('PROTOCOL.md, Revisions', () => {
  it('its version is the one that both peers tell, by the offer of a request and by the first frame of the stream', async () => {
    const broker = createMemoryBroker();
    const watching = broker.connect();
    const requests: Uint8Array[] = [];
    const frames: Uint8Array[] = [];
    watching.subscribe('numbers', { callback: (_, { data }) => requests.push(data.slice()) });
    watching.subscribe('_SINBOX.>', { callback: (_, { data }) => frames.push(data.slice()) });
    const producer = new ProducerClient({ connection: broker.connect() });
    const consumer = new ConsumerClient({ connection: broker.connect() });
    await producer.handle('numbers', () => ['one']).ready;
    expect(await readAll(consumer.openStream('numbers').text())).to.deep.equal(['one']);
    await Promise.all([consumer.close(), producer.close()]);

    const versions = tableOf('## Revisions', 'version').map((row) => Number(row['version']));
    const request = decodeOpenRequest(requests[0]!);
    if (request.type !== 'open') throw new Error(request.expected);
    expect(request.extension?.version).to.equal(Math.max(...versions));
    const [first = new Uint8Array()] = frames;
    expect(isDeliveryFrame(first)).to.equal(true);
    const frame = decodeDeliveryFrame(first);
    const announcement = frame?.type === 'joined' ? frame.frames[0] : frame;
    if (announcement?.type !== 'announcement') throw new Error(`expected an announcement, came ${announcement?.type}`);
    expect(announcement.terms.version).to.equal(Math.max(...versions));
  });

  it('its parts are offered by fields that the specification of the offer has', () => {
    const fields = tableOf('## Extension', 'field', 'type').map((row) => row['field'] ?? '');
    const known = tableOf('## Revisions', 'version').flatMap((row) =>
      fields.filter((field) => (row['a peer knows of it by'] ?? '').split(/\W+/).includes(field)),
    );
    expect(fields.filter((field) => field !== 'version' && !known.includes(field))).to.deep.equal([]);
  });
});
