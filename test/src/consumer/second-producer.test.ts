import { expect } from 'chai';
import { ProducerClient } from '../../../src/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { useFakeTime } from '../../support/fake-time.js';
import { settle } from '../../support/settle.js';

describe('two producers of one subject without a queue group', () => {
  let pair: Pair;
  let second: ProducerClient;
  const cancelled: string[] = [];
  let started = 0;

  const begin = (firstIsPlain: boolean, secondIsPlain: boolean, records: number, isEndless: boolean): void => {
    pair = createPair({ producer: { acceptExtension: !firstIsPlain } });
    second = new ProducerClient({ connection: pair.bystander, acceptExtension: !secondIsPlain });
    cancelled.length = 0;
    started = 0;
    for (const [name, client] of Object.entries({ first: pair.producer, second })) {
      client.handle('jobs', async function* ({ signal }) {
        started += 1;
        signal.addEventListener('abort', () => cancelled.push(name));
        for (let n = 0; n < records; n += 1) yield `${name} ${n}`;
        if (isEndless) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      });
    }
  };
  afterEach(async () => {
    await second.close();
    await closePair(pair);
  });
  const codes = (): readonly string[] => pair.warnings.map(({ code }) => code);

  it('have the later one cancelled before any heartbeat, and the consumer warned once', async () => {
    begin(false, false, 3, true);
    await settle();
    const read: string[] = [];
    const stream = pair.consumer.openStream('jobs', undefined, {
      onRecord: (record) => read.push(new TextDecoder().decode(record)),
    });
    await settle();
    await settle();
    expect(started).to.equal(2);
    expect(read).to.deep.equal(['first 0', 'first 1', 'first 2']);
    expect(cancelled).to.deep.equal(['second']);
    expect(codes()).to.deep.equal(['secondProducer']);
    expect(pair.warnings[0]?.subject).to.equal('jobs');
    expect(pair.warnings[0]?.message).to.include(stream.id);
  });

  it('have the later one cancelled also where the first has served the stream to its end before', async () => {
    begin(false, false, 1, false);
    await settle();
    // What the second one says is held back until the stream is over.
    const held: (() => void)[] = [];
    const publish = pair.bystander.publish.bind(pair.bystander);
    pair.bystander.publish = (...given) => void held.push(() => publish(...given));
    const stream = pair.consumer.openStream('jobs');
    expect((await stream.closed).reason).to.equal('completed');
    await settle();
    expect(pair.consumer.streams).to.deep.equal([]);
    pair.bystander.publish = publish;
    for (const release of held) release();
    await settle();
    expect(codes()).to.deep.equal(['secondProducer']);
    expect(second.streams).to.deep.equal([]);
  });

  it('have the extended one cancelled and the consumer warned where the plain one was heard first', async () => {
    begin(true, false, 1, true);
    await settle();
    const read: string[] = [];
    pair.consumer.openStream('jobs', undefined, { onRecord: (record) => read.push(new TextDecoder().decode(record)) });
    const publish = pair.bystander.publish.bind(pair.bystander);
    const held: (() => void)[] = [];
    pair.bystander.publish = (...given) => void held.push(() => publish(...given));
    await settle();
    expect(read).to.deep.equal(['first 0']);
    pair.bystander.publish = publish;
    for (const release of held) release();
    await settle();
    await settle();
    expect(read).to.deep.equal(['first 0']);
    expect(cancelled).to.deep.equal(['second']);
    expect(codes()).to.deep.equal(['secondProducer']);
  });

  it('have the consumer warned where the extended one was heard first, whose records alone are read', async () => {
    begin(false, true, 2, true);
    await settle();
    const read: string[] = [];
    pair.consumer.openStream('jobs', undefined, { onRecord: (record) => read.push(new TextDecoder().decode(record)) });
    await settle();
    await settle();
    expect(read).to.deep.equal(['first 0', 'first 1']);
    expect(codes()).to.deep.equal(['secondProducer']);
  });

  describe('that are both plain', () => {
    const time = useFakeTime();

    it('have the consumer warned once when both have asked whether the stream lives', async () => {
      begin(true, true, 0, true);
      await settle();
      pair.consumer.openStream('jobs');
      await time.pass(60_000);
      expect(codes()).to.deep.equal(['secondProducer']);
    });
  });

  it('are no matter where each serves streams of its own', async () => {
    begin(true, true, 1, false);
    second.handle('others', () => ['one']);
    await settle();
    await pair.consumer.openStream('others').closed;
    await settle();
    expect(codes()).to.deep.equal([]);
  });
});
