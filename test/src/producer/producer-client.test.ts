import { expect } from 'chai';
import { CloseError, StreamError } from '../../../src/errors.js';
import { ProducerClient } from '../../../src/producer/producer-client.js';
import type { HandleOptions } from '../../../src/producer/registrations.js';
import type { StreamRequest } from '../../../src/producer/stream-request.js';
import { createGoConsumer } from '../../support/go-peer.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';
import { settle } from '../../support/settle.js';

/** Never resolves before the signal aborts. */
const untilAborted = (signal: AbortSignal) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true });
  });

describe('ProducerClient, handle', () => {
  let pair: Pair;
  beforeEach(() => {
    pair = createPair();
  });
  afterEach(() => closePair(pair));

  for (const [title, options, message] of [
    ['a queue that would be read as other protocol', { queue: 'a 1\r\nPUB x 0\r\n' }, 'queue: expected a name without'],
    ['an empty queue', { queue: '' }, 'queue: expected a name without'],
    ['an unknown option', { que: 'a' }, 'unknown option que (did you mean queue?)'],
    ['null for options', null, 'options: expected an object, came null'],
  ] as const) {
    it(`refuses ${title}, and subscribes to nothing`, async () => {
      await settle();
      const subscriptions = pair.broker.subscriptionCount;
      expect(() => pair.producer.handle('logs', () => [], options as unknown as HandleOptions))
        .to.throw(StreamError, message)
        .with.property('code', 'badArgument');
      await settle();
      expect(pair.broker.subscriptionCount).to.equal(subscriptions);
    });
  }

  it('gives the handler the request: its body, its ids, its subject and a signal', async () => {
    const requests: StreamRequest[] = [];
    pair.producer.handle('logs', (request) => {
      requests.push(request);
      return [];
    });
    const stream = pair.consumer.openStream('logs', { follow: true });
    await readAll(stream);
    const [request] = requests;
    expect(request).to.include({ subject: 'logs', consumerId: pair.consumer.id, streamId: stream.id });
    expect(request?.text()).to.equal('{"follow":true}');
    expect(request?.body).to.deep.equal(new TextEncoder().encode('{"follow":true}'));
    expect(request?.object()).to.deep.equal({ follow: true });
    expect(request?.signal.aborted).to.equal(false);
  });

  it('gives an empty body where the consumer sent none, which is no value', async () => {
    const requests: StreamRequest[] = [];
    pair.producer.handle('logs', (request) => {
      requests.push(request);
      return [];
    });
    await readAll(pair.consumer.openStream('logs'));
    expect(requests[0]?.body).to.have.lengthOf(0);
    expect(() => requests[0]?.object())
      .to.throw()
      .with.property('code', 'notDecodable');
  });

  it('takes the requests of all subjects of a wildcard, and says on which each came', async () => {
    pair.producer.handle('logs.>', (request) => [request.subject]);
    const subjects = ['logs.web', 'logs.db.primary'];
    const read = await Promise.all(subjects.map((subject) => readAll(pair.consumer.openStream(subject).text())));
    expect(read).to.deep.equal([['logs.web'], ['logs.db.primary']]);
  });

  it('shares the requests among the members of a queue group', async () => {
    const second = new ProducerClient({ connection: pair.bystander });
    pair.producer.handle('logs', () => ['first'], { queue: 'workers' });
    second.handle('logs', () => ['second'], { queue: 'workers' });
    await settle();
    const read = await Promise.all(Array.from({ length: 20 }, () => readAll(pair.consumer.openStream('logs').text())));
    expect(read.map((records) => records.length)).to.deep.equal(read.map(() => 1));
    expect(new Set(read.flat())).to.deep.equal(new Set(['first', 'second']));
    await second.close();
  });

  it('closes with the code of a CloseError that the handler throws', async () => {
    pair.producer.handle('logs', () => {
      throw new CloseError(4321, 'quota exceeded');
    });
    expect(await failureOf(readAll(pair.consumer.openStream('logs')))).to.include({
      code: 4321,
      text: 'quota exceeded',
      reason: 'closed',
    });
  });

  it('throws a record that is too large for a plain reader into the generator, and the stream goes on', async () => {
    const pair = createPair({ consumer: { offerDelivery: false } });
    const caught: unknown[] = [];
    pair.producer.handle('logs', function* () {
      try {
        yield new Uint8Array(1024 * 1024);
      } catch (error) {
        caught.push(error);
      }
      yield 'small';
    });
    expect(await readAll(pair.consumer.openStream('logs').text())).to.deep.equal(['small']);
    expect(caught[0]).to.include({ name: 'StreamError', code: 'tooLarge' });
    await closePair(pair);
  });

  it('takes no more requests after stop, while streams that run go on', async () => {
    const handling = pair.producer.handle('logs', async function* () {
      yield 'one';
      await settle();
      yield 'two';
    });
    const stream = pair.consumer.openStream('logs');
    await settle();
    handling.stop();
    handling.stop();
    await settle();
    expect(await failureOf(readAll(pair.consumer.openStream('logs')))).to.include({ reason: 'noResponders' });
    expect(await readAll(stream.text())).to.deep.equal(['one', 'two']);
    expect(handling.subject).to.equal('logs');
  });

  it('refuses a subject that is none, and a handler that is none', () => {
    expect(() => pair.producer.handle('a b', () => []))
      .to.throw()
      .with.property('code', 'badArgument');
    expect(() => pair.producer.handle('a', 42 as unknown as () => []))
      .to.throw()
      .with.property('code', 'badArgument');
  });

  it('does not run the handler in the middle of the call that delivers the request', async () => {
    const order: string[] = [];
    pair.producer.handle('logs', () => {
      order.push(pair.producer.streams.map(({ subject }) => subject).join());
      return [];
    });
    await readAll(pair.consumer.openStream('logs'));
    expect(order).to.deep.equal(['logs']);
  });
});

describe('ProducerClient, duplicates', () => {
  it('ignores a request for a stream that runs', async () => {
    const pair = createPair();
    let started = 0;
    pair.producer.handle('logs', async function* (request) {
      started += 1;
      yield 'one';
      await untilAborted(request.signal);
    });
    const peer = createGoConsumer(pair.bystander);
    await settle();
    for (let copy = 0; copy < 3; copy += 1) peer.open('logs', 'QwmDloaa');
    await settle();
    expect(started).to.equal(1);
    expect(peer.records('QwmDloaa')).to.deep.equal(['one']);
    expect(peer.closeCode('QwmDloaa')).to.equal(undefined);
    expect(pair.producer.streams).to.have.lengthOf(1);
    await closePair(pair);
  });
});

describe('ProducerClient, its end', () => {
  it('close closes every stream with 1001 and takes no more requests', async () => {
    const pair = createPair();
    const steps: string[] = [];
    pair.producer.handle('logs', async function* (request) {
      try {
        yield 'one';
        await untilAborted(request.signal);
        steps.push((request.signal.reason as Error).message);
      } finally {
        steps.push('finally');
      }
    });
    const failures = [1, 2].map(() => failureOf(readAll(pair.consumer.openStream('logs'))));
    await settle();
    await pair.producer.close();
    for (const error of await Promise.all(failures)) expect(error).to.include({ code: 1001, reason: 'closed' });
    await settle();
    const reason = 'nats stream: close 1001 (going away): the producer stops the stream';
    expect(steps).to.have.members([reason, reason, 'finally', 'finally']);
    expect(await failureOf(readAll(pair.consumer.openStream('logs')))).to.include({ reason: 'noResponders' });
    expect(() => pair.producer.handle('logs', () => []))
      .to.throw()
      .with.property('code', 'clientClosed');
    expect(pair.producer.streams).to.deep.equal([]);
    await closePair(pair);
  });

  it('drain waits for the sources to finish', async () => {
    const pair = createPair();
    let finished = false;
    pair.producer.handle('logs', async function* (request) {
      try {
        yield 'one';
        await untilAborted(request.signal);
      } finally {
        await settle();
        finished = true;
      }
    });
    const failure = failureOf(readAll(pair.consumer.openStream('logs')));
    await settle();
    await pair.producer.drain();
    expect(finished).to.equal(true);
    expect(await failure).to.include({ code: 1001 });
    await closePair(pair);
  });

  it('drain lets readers have what was written before their streams end with 1001', async () => {
    const pair = createPair({ consumer: { windowRecords: 4 } });
    let written = 0;
    pair.producer.handle('logs', async function* () {
      for (;;) {
        yield `${written}`;
        written += 1;
        await settle();
      }
    });
    const stream = pair.consumer.openStream('logs');
    while (written < 4) await settle();
    const drained = pair.producer.drain();
    const read: string[] = [];
    const failure = await failureOf(async () => {
      for await (const text of stream.text()) {
        read.push(text);
        await settle();
      }
    });
    await drained;
    expect(failure).to.include({ code: 1001, reason: 'closed' });
    expect(read.length).to.be.at.least(written);
    expect(read).to.deep.equal(read.map((_, index) => `${index}`));
    expect(pair.warnings).to.deep.equal([]);
    await closePair(pair);
  });

  it('drain ends streams for good whose readers take too long, and says so', async () => {
    const pair = createPair({ consumer: { windowRecords: 4 }, producer: { cancellationBufferMs: 10 } });
    pair.producer.handle('logs', function* () {
      for (;;) yield 'one';
    });
    const stream = pair.consumer.openStream('logs');
    await settle();
    // Four records are under way, and the fifth waits for a reader that does not read.
    await pair.producer.drain();
    expect(pair.warnings.map(({ message }) => message)).to.include(
      'drain: after 10 ms 1 readers have not received everything, 0 sources go on',
    );
    expect(await stream.closed).to.include({ code: 1001, records: 4 });
    expect(pair.producer.streams).to.deep.equal([]);
    await closePair(pair);
  });

  it('drain waits for sources for the cancellation buffer at most, and says so', async () => {
    const pair = createPair({ producer: { cancellationBufferMs: 10 } });
    pair.producer.handle('logs', async function* () {
      yield 'one';
      await new Promise(() => undefined);
    });
    pair.consumer.openStream('logs');
    await settle();
    await pair.producer.drain();
    expect(pair.warnings.map(({ message }) => message)).to.deep.equal([
      'drain: after 10 ms 0 readers have not received everything, 1 sources go on',
    ]);
    await closePair(pair);
  });

  it('is the same by await using as by close, and twice is once', async () => {
    const pair = createPair();
    await pair.producer[Symbol.asyncDispose]();
    await pair.producer.close();
    await pair.producer.drain();
    expect(pair.producer.actor.getSnapshot().value).to.equal('closed');
    await closePair(pair);
  });

  it('comes with the connection: sources end, and nothing throws', async () => {
    const pair = createPair();
    let aborted = false;
    pair.producer.handle('logs', async function* (request) {
      yield 'one';
      await untilAborted(request.signal);
      aborted = true;
    });
    pair.consumer.openStream('logs');
    await settle();
    await pair.producerConnection.close();
    await settle();
    expect(aborted).to.equal(true);
    expect(pair.producer.streams).to.deep.equal([]);
    await pair.producer.drain();
    await closePair(pair);
  });
});
