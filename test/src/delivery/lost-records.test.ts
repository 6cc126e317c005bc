import { expect } from 'chai';
import { CloseError, StreamError } from '../../../src/errors.js';
import { closePair, createPair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

const megabyte = new Uint8Array(700 * 1024);

describe('a record that cannot be published', () => {
  it('is not followed by others: its stream ends with 5000', async () => {
    const pair = createPair({ consumer: { offerDelivery: false } });
    const { producer, producerConnection, consumer } = pair;
    // More than 64 MiB wait for the connection, so that no further record is kept.
    const flood = producer.newWriter('flood');
    let yieldNext: () => void = () => undefined;
    producer.handle('records', async function* () {
      await new Promise<void>((resolve) => (yieldNext = resolve));
      yield megabyte;
      yield 'second';
    });
    await settle();
    const stream = consumer.openStream('records');
    await settle();
    producerConnection.disconnect();
    await settle();
    for (let n = 0; n < 72; n += 1) void flood.write(megabyte);
    yieldNext();
    await settle();
    producerConnection.reconnect();
    for (let turn = 0; turn < 20; turn += 1) await settle();
    const end = await stream.closed;
    expect(end.reason, 'truncated data never look complete').to.equal('closed');
    expect(end.code).to.equal(5000);
    await closePair(pair);
  });
});

describe('a handler that closes with a code that is none', () => {
  for (const code of [Number.NaN, 3.5]) {
    it(`ends its stream with 5000 for ${code}`, async () => {
      const pair = createPair();
      pair.producer.handle('bad', () => {
        throw new CloseError(code, 'what is that');
      });
      await settle();
      const end = await pair.consumer.openStream('bad').closed;
      expect(end.code).to.equal(5000);
      expect(pair.producer.streams).to.deep.equal([]);
      await closePair(pair);
    });
  }
});

describe('a producer client that drains', () => {
  it('takes no new handler and no new stream', async () => {
    const pair = createPair();
    pair.producer.handle('one', () => []);
    await settle();
    const drained = pair.producer.drain();
    expect(() => pair.producer.handle('late', () => [])).to.throw(StreamError, 'drains');
    const addresses = { subject: 'late', consumerId: pair.consumer.id, streamId: 'abcdefgh' };
    expect(() => pair.producer.addStream(addresses)).to.throw(StreamError, 'drains');
    await drained;
    expect(pair.broker.subscriptionCount).to.equal(2);
    await closePair(pair);
  });

  it('refuses a queue that would be read as protocol', () => {
    const pair = createPair();
    for (const queue of ['a b', 'g 99\r\nPUB injected 3\r\nabc\r\nSUB y', '', '*']) {
      expect(() => pair.producer.handle('x', () => [], { queue }), JSON.stringify(queue)).to.throw(
        StreamError,
        'queue',
      );
    }
    return closePair(pair);
  });
});
