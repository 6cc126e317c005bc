import { expect } from 'chai';
import { CloseError, StreamError } from '../../../src/errors.js';
import type { StreamAddresses } from '../../../src/producer/stream-registry.js';
import { createGoConsumer } from '../../support/go-peer.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf } from '../../support/read.js';
import { settle } from '../../support/settle.js';

describe('ProducerClient, addStream and removeStream', () => {
  const consumerId = '_SINBOX.3cIFx2Ul804koefsXxXj5b.';
  const addresses = { subject: 'logs', consumerId, streamId: 'QwmDloaa' };
  let pair: Pair;
  beforeEach(() => {
    pair = createPair();
  });
  afterEach(() => closePair(pair));

  for (const [title, argument, message] of [
    ['nothing', undefined, 'addresses: expected an object with subject, consumerId and streamId, came undefined'],
    ['addresses without a stream id', { subject: 'logs', consumerId }, 'streamId: expected a string, came undefined'],
    ['an exactness that is text', { ...addresses, exact: 'yes' }, 'exact: expected a boolean, came string'],
  ] as const) {
    it(`refuses ${title}, and registers nothing`, () => {
      expect(() => pair.producer.addStream(argument as unknown as StreamAddresses))
        .to.throw(StreamError, message)
        .with.property('code', 'badArgument');
      expect(pair.producer.streams).to.deep.equal([]);
    });
  }

  it('registers a stream, whose writer reaches its consumer', async () => {
    const peer = createGoConsumer(pair.bystander);
    await settle();
    const stream = pair.producer.addStream(addresses);
    expect(await stream.writer.write('one')).to.equal(3);
    expect(await stream.writer.writeObject({ i: 0 })).to.equal(7);
    await stream.writer.close();
    await settle();
    expect(peer.records('QwmDloaa')).to.deep.equal(['one', '{"i":0}']);
    expect(peer.closeCode('QwmDloaa')).to.equal(1000);
    expect(peer.heartbeats[0]?.streams).to.deep.equal({ logs: ['QwmDloaa'] });
    expect(pair.producer.streams).to.deep.equal([]);
  });

  it('lists what is known of a stream', async () => {
    createGoConsumer(pair.bystander);
    const before = new Date();
    const stream = pair.producer.addStream(addresses);
    await stream.writer.write('one');
    await stream.writer.write('four');
    const [info] = pair.producer.streams;
    expect(info).to.include({ ...addresses, inbox: `${consumerId}QwmDloaa`, records: 2, bytes: 7 });
    expect(info?.createdAt).to.be.instanceOf(Date);
    expect(Number(info?.createdAt)).to.be.within(Number(before), Date.now());
    expect(stream.info).to.deep.equal(info);
    expect(stream.actor.getSnapshot().value).to.deep.equal({ active: 'flowing' });
  });

  it('gives the stream that is registered when it is registered again', () => {
    const stream = pair.producer.addStream(addresses);
    expect(pair.producer.addStream(addresses)).to.equal(stream);
    expect(pair.producer.streams).to.have.lengthOf(1);
  });

  it('ends a removed stream with 1001, and aborts its signal', async () => {
    const peer = createGoConsumer(pair.bystander);
    await settle();
    const { signal, writer } = pair.producer.addStream(addresses);
    expect(pair.producer.removeStream(consumerId, 'QwmDloaa')).to.equal(true);
    expect(signal.aborted).to.equal(true);
    expect(signal.reason).to.be.instanceOf(CloseError).with.property('code', 1001);
    expect(await failureOf(writer.write('late'))).to.include({
      code: 'writerClosed',
      message: 'the stream is over: the producer stops the stream',
    });
    expect(await failureOf(writer.close())).to.include({ code: 'writerClosed' });
    await settle();
    expect(peer.closeCode('QwmDloaa')).to.equal(1001);
    expect(pair.producer.removeStream(consumerId, 'QwmDloaa')).to.equal(false);
  });

  it('registers a stream in an abort listener of another one', () => {
    const first = pair.producer.addStream(addresses);
    const added: ReturnType<typeof pair.producer.addStream>[] = [];
    first.signal.addEventListener('abort', () => {
      added.push(pair.producer.addStream({ ...addresses, streamId: 'hOItDxNV' }));
    });
    pair.producer.removeStream(consumerId, 'QwmDloaa');
    expect(added[0]?.actor.getSnapshot().value).to.equal('opening');
    expect(pair.producer.streams.map(({ streamId }) => streamId)).to.deep.equal(['hOItDxNV']);
  });

  it('gives the writer of a registered stream for its inbox, and another for any other subject', async () => {
    const peer = createGoConsumer(pair.bystander);
    await settle();
    const stream = pair.producer.addStream(addresses);
    expect(pair.producer.newWriter(stream.info.inbox)).to.equal(stream.writer);
    const free = pair.producer.newWriter(`${consumerId}hOItDxNV`);
    expect(free).not.to.equal(stream.writer);
    await free.write('loose');
    await free.close();
    await settle();
    expect(peer.records('hOItDxNV')).to.deep.equal(['loose']);
    expect(peer.closeCode('hOItDxNV')).to.equal(1000);
    expect(peer.closeCode('QwmDloaa')).to.equal(undefined);
  });

  for (const [name, wrong] of [
    ['a consumer id without the trailing dot', { consumerId: '_SINBOX.abc' }],
    ['a consumer id that is another subject', { consumerId: 'orders.' }],
    ['a consumer id with a wildcard', { consumerId: '_SINBOX.*.' }],
    ['an empty stream id', { streamId: '' }],
    ['a stream id of two tokens', { streamId: 'a.b' }],
    ['a stream id with a wildcard', { streamId: '>' }],
    ['a request subject with a wildcard', { subject: 'logs.*' }],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(() => pair.producer.addStream({ ...addresses, ...wrong }))
        .to.throw()
        .with.property('code', 'badArgument');
      expect(pair.producer.streams).to.deep.equal([]);
    });
  }
});
