import { expect } from 'chai';
import { StreamError } from '../../../src/errors.js';
import type { ConsumerStream } from '../../../src/consumer/consumer-stream.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

describe('an actor that its holder stops', () => {
  let pair: Pair;

  beforeEach(() => {
    pair = createPair();
  });

  afterEach(() => closePair(pair));

  /** A stream of one record that stays open. */
  async function openOne(): Promise<ConsumerStream> {
    pair.producer.handle('one', async function* ({ signal }) {
      yield 'record';
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    });
    await settle();
    const stream = pair.consumer.openStream('one');
    await settle();
    return stream;
  }

  it('ends its stream for the reader with an error, and the producer is told', async () => {
    const stream = await openOne();
    const read = (async () => {
      for await (const record of stream) expect(record).to.have.length(6);
    })();
    stream.actor.stop();
    const error: unknown = await read.catch((thrown: unknown) => thrown);
    expect(String(error)).to.include('its actor was stopped');
    expect((await stream.closed).code).to.equal(5000);
    expect(pair.consumer.streams).to.deep.equal([]);
    expect(pair.consumer.actor.getSnapshot().context.streams).to.deep.equal([]);
  });

  it('closes the stream of a producer with 5000, and aborts its source', async () => {
    const { writer, signal, actor } = pair.producer.addStream({
      subject: 'low',
      consumerId: pair.consumer.id,
      streamId: 'abcdefgh',
    });
    actor.stop();
    expect(signal.aborted).to.equal(true);
    expect(pair.producer.streams).to.deep.equal([]);
    const error: unknown = await writer.write('late').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StreamError).with.property('code', 'writerClosed');
  });

  it('closes a consumer client with all its streams', async () => {
    const stream = await openOne();
    pair.consumer.actor.stop();
    expect((await stream.closed).reason).to.equal('cancelled');
    await pair.consumer.close();
    await pair.consumer.drain();
    expect(() => pair.consumer.openStream('one')).to.throw(StreamError);
  });

  it('closes a producer client with all its streams', async () => {
    const stream = await openOne();
    pair.producer.actor.stop();
    expect(await stream.closed).to.include({ reason: 'closed', code: 1001 });
    await pair.producer.close();
    await pair.producer.drain();
  });
});

describe('openStream() amid the work of the actors', () => {
  it('gives a stream whose actor is there when it is asked for later', async () => {
    const pair = createPair();
    const streams: ConsumerStream[] = [];
    const first = pair.consumer.openStream('nobody');
    first.actor.subscribe({ complete: () => streams.push(pair.consumer.openStream('nobody.either')) });
    first.cancel();
    pair.consumer.actor.send({ type: 'stream.left', id: 'unknown' });
    await first.closed;
    await settle();
    expect(streams).to.have.length(1);
    await settle();
    expect((await streams[0]?.closed)?.reason).to.equal('noResponders');
    await closePair(pair);
  });

  it('lets an observer look at the streams while one is being opened', async () => {
    const seen: number[] = [];
    const looked: { pair?: Pair } = {};
    const pair = createPair({
      consumer: {
        inspect: () => {
          seen.push(looked.pair?.consumer.streams.filter(({ actor }) => actor !== undefined).length ?? 0);
        },
      },
    });
    looked.pair = pair;
    pair.consumer.openStream('nobody');
    await settle();
    expect(pair.warnings.filter(({ message }) => message.includes('observer'))).to.deep.equal([]);
    expect(Math.max(...seen)).to.equal(1);
    await closePair(pair);
  });
});
