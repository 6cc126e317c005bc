import { expect } from 'chai';
import { StreamError } from '../../../src/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

describe('ready of a handling', () => {
  let pair: Pair;
  beforeEach(() => {
    pair = createPair();
  });
  afterEach(() => closePair(pair));

  const codeOf = async (ready: Promise<void>): Promise<unknown> => {
    try {
      await ready;
      return 'ready';
    } catch (error) {
      expect(error).to.be.instanceOf(StreamError);
      return (error as StreamError).code;
    }
  };

  it('resolves when the server knows of it, so that a stream opened then finds the producer', async () => {
    await pair.producer.handle('logs', () => ['one']).ready;
    expect((await pair.consumer.openStream('logs').closed).reason).to.equal('completed');
  });

  it('waits for a connection that is down', async () => {
    pair.producerConnection.disconnect();
    await settle();
    const handling = pair.producer.handle('logs', () => ['one']);
    let isReady = false;
    void handling.ready.then(() => (isReady = true));
    await settle();
    expect(isReady).to.equal(false);
    pair.producerConnection.reconnect();
    await handling.ready;
    expect((await pair.consumer.openStream('logs').closed).reason).to.equal('completed');
  });

  it('rejects where the handling is stopped, the client closed or the connection closed before', async () => {
    const stopped = pair.producer.handle('logs', () => []);
    const { ready } = stopped;
    stopped.stop();
    expect(await codeOf(ready)).to.equal('subscriptionLost');
    pair.producerConnection.disconnect();
    await settle();
    const closed = pair.producer.handle('logs', () => []).ready;
    await pair.producer.close();
    expect(await codeOf(closed)).to.equal('clientClosed');
    const second = createPair();
    second.producerConnection.disconnect();
    await settle();
    const cut = second.producer.handle('logs', () => []).ready;
    await second.producerConnection.close();
    expect(await codeOf(cut)).to.equal('clientClosed');
    await closePair(second);
  });
});
