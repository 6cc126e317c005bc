import { expect } from 'chai';
import { ConsumerClient } from '../../../src/consumer/consumer-client.js';
import type { OpenStreamOptions } from '../../../src/consumer/open-stream-options.js';
import type { ConsumerStream } from '../../../src/consumer/consumer-stream.js';
import { StreamError } from '../../../src/errors.js';
import { encodeAnnouncement } from '../../../src/wire/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { createGoProducer } from '../../support/go-peer.js';
import { closePair, createPair, createTestBroker, type Pair } from '../../support/pair.js';
import { failureOf, readAll, readInBackground } from '../../support/read.js';
import { settle } from '../../support/settle.js';

describe('ConsumerClient, openStream', () => {
  let pair: Pair;
  beforeEach(() => {
    pair = createPair();
    pair.producer.handle('echo', function* (request) {
      yield request.body;
    });
    pair.producer.handle('count', function* (request) {
      for (let i = 0; i < Number(request.text()); i += 1) yield `${i}`;
    });
  });
  afterEach(() => closePair(pair));

  it('reads all records of a stream, to its normal end', async () => {
    expect(await readAll(pair.consumer.openStream('count', '3').text())).to.deep.equal(['0', '1', '2']);
  });

  it('reads a thousand records in order', async () => {
    const records = await readAll(pair.consumer.openStream('count', '1000').text());
    expect(records).to.deep.equal(Array.from({ length: 1000 }, (_, i) => `${i}`));
  });

  it('reads many streams at once over one inbox subscription', async () => {
    await settle();
    const subscriptions = pair.broker.subscriptionCount;
    const streams = Array.from({ length: 200 }, (_, i) => pair.consumer.openStream('count', `${i}`));
    const lengths = (await Promise.all(streams.map((stream) => readAll(stream)))).map((records) => records.length);
    expect(lengths).to.deep.equal(streams.map((_, i) => i));
    expect(pair.broker.subscriptionCount).to.equal(subscriptions);
  });

  it('gives each stream an id of eight base-62 characters, and the client one of 22', () => {
    const ids = new Set(Array.from({ length: 100 }, () => pair.consumer.openStream('count', '0').id));
    expect(ids.size).to.equal(100);
    for (const id of ids) expect(id).to.match(/^[0-9A-Za-z]{8}$/);
    expect(pair.consumer.id).to.match(/^_SINBOX\.[0-9A-Za-z]{22}\.$/);
  });

  it('lists its streams until they are over', async () => {
    const stream = pair.consumer.openStream('count', '1');
    expect(pair.consumer.streams).to.deep.equal([stream]);
    await readAll(stream);
    expect(pair.consumer.streams).to.deep.equal([]);
  });

  it('publishes the request before it returns', async () => {
    const seen: string[] = [];
    pair.bystander.subscribe('anything', { callback: (_, { reply }) => seen.push(reply ?? '') });
    await settle();
    const stream = pair.consumer.openStream('anything');
    stream.cancel();
    await settle();
    expect(seen).to.deep.equal([pair.consumer.id + stream.id]);
  });

  const bodies: readonly (readonly [name: string, body: unknown, came: string])[] = [
    ['bytes as they are', Uint8Array.of(0x61, 0x62), 'ab'],
    ['a string as UTF-8', 'ä€', 'ä€'],
    ['an object as JSON', { follow: true }, '{"follow":true}'],
    ['nothing as an empty body', undefined, ''],
    ['null as JSON', null, 'null'],
  ];
  for (const [name, body, came] of bodies) {
    it(`sends ${name}`, async () => {
      expect(await readAll(pair.consumer.openStream('echo', body).text())).to.deep.equal([came]);
    });
  }

  it('tells at once that nobody subscribes to the subject', async () => {
    const stream = pair.consumer.openStream('nobody.home');
    expect(await failureOf(readAll(stream))).to.include({
      name: 'CloseError',
      reason: 'noResponders',
      code: 1006,
      text: 'nobody subscribes to nobody.home',
    });
    expect(pair.consumer.streams).to.deep.equal([]);
  });

  for (const subject of ['', 'a b', 'a.*', 'a.>', '.a', 'a..b', 42 as unknown as string]) {
    it(`refuses the subject ${JSON.stringify(subject)}`, () => {
      expect(() => pair.consumer.openStream(subject))
        .to.throw()
        .with.property('code', 'badArgument');
    });
  }

  for (const timeoutMs of [-1, NaN, Infinity, 2 ** 31]) {
    it(`refuses the deadline ${timeoutMs}`, () => {
      expect(() => pair.consumer.openStream('count', '1', { timeoutMs }))
        .to.throw()
        .with.property('code', 'badArgument');
      expect(pair.consumer.streams).to.deep.equal([]);
    });
  }

  for (const [title, options, message] of [
    ['an unknown option', { timeout: 1 }, 'unknown option timeout (did you mean timeoutMs?)'],
    ['null for options', null, 'options: expected an object, came null'],
    ['a controller for a signal', { signal: new AbortController() }, 'signal: expected an AbortSignal, came object'],
    ['text for a deadline', { timeoutMs: '5' }, 'timeoutMs: expected a number from 0 to 2147483647, came string'],
    ['a callback that is none', { onRecord: 1 }, 'onRecord: expected a function, came number'],
  ] as const) {
    it(`refuses ${title}, and opens nothing`, () => {
      expect(() => pair.consumer.openStream('count', '1', options as unknown as OpenStreamOptions))
        .to.throw(StreamError, message)
        .with.property('code', 'badArgument');
      expect(pair.consumer.streams).to.deep.equal([]);
    });
  }

  it('refuses a body that does not fit into one message', () => {
    expect(() => pair.consumer.openStream('echo', new Uint8Array(1024 * 1024)))
      .to.throw(/^request: expected a message of at most 1048576 bytes, came \d+$/)
      .with.property('code', 'tooLarge');
  });

  it('refuses a body that cannot be carried', () => {
    expect(() => pair.consumer.openStream('echo', new Map([['run', () => 1]])))
      .to.throw()
      .with.property('code', 'notEncodable');
  });

  it('refuses to open a stream after close', async () => {
    await pair.consumer.close();
    expect(() => pair.consumer.openStream('echo'))
      .to.throw()
      .with.property('code', 'clientClosed');
    await pair.consumer.close();
    await pair.consumer.drain();
  });

  it('throws the close error of the producer, after the records before it', async () => {
    pair.producer.handle('broken', function* () {
      yield 'one';
      throw new Error('the disk is gone');
    });
    const stream = pair.consumer.openStream('broken');
    const read: string[] = [];
    const error = await failureOf(async () => {
      for await (const text of stream.text()) read.push(text);
    });
    expect(read).to.deep.equal(['one']);
    expect(error).to.include({ code: 5000, text: 'the disk is gone', reason: 'closed' });
    expect(error).to.have.property('message', 'nats stream: close 5000 (internal server error): the disk is gone');
  });
});

describe('ConsumerClient, the callback forms', () => {
  it('hand over each record, and each value, as it comes', async () => {
    const pair = createPair();
    pair.producer.handle('logs', function* () {
      yield { i: 0 };
      yield { i: 1 };
    });
    const records: string[] = [];
    const values: unknown[] = [];
    const onRecord = (record: Uint8Array) => records.push(new TextDecoder().decode(record));
    const first = await pair.consumer.openStream('logs', undefined, { onRecord }).closed;
    const second = await pair.consumer.openStream('logs', undefined, { onObject: (value) => values.push(value) })
      .closed;
    expect(records).to.deep.equal(['{"i":0}', '{"i":1}']);
    expect(values).to.deep.equal([{ i: 0 }, { i: 1 }]);
    for (const end of [first, second]) expect(end).to.include({ reason: 'completed', records: 2, bytes: 14 });
    await closePair(pair);
  });

  it('cancel the stream where they throw, or where a record is no value', async () => {
    const pair = createPair();
    pair.producer.handle('logs', async function* (request) {
      yield '{';
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
    });
    const onObject = () => undefined;
    const end = await pair.consumer.openStream('logs', undefined, { onObject }).closed;
    expect(end).to.include({ reason: 'cancelled' });
    expect(end.text).to.match(/^the reader's callback threw: expected a record of JSON/);
    await closePair(pair);
  });

  it('may open a stream, whose actor is there', async () => {
    const pair = createPair();
    pair.producer.handle('inner', () => ['one']);
    const producer = createGoProducer(pair.bystander, 'outer');
    await settle();
    const actors: unknown[] = [];
    const inner = new Promise<ConsumerStream>((resolve) => {
      const onRecord = () => {
        const stream = pair.consumer.openStream('inner');
        actors.push(stream.actor);
        resolve(stream);
      };
      pair.consumer.openStream('outer', undefined, { onRecord });
    });
    await settle();
    // The first sign of life of a plain producer is a record, so the machine itself has it handed over.
    producer.data(producer.requests[0]!, 'one');
    const stream = await inner;
    expect(await readAll(stream.text())).to.deep.equal(['one']);
    expect(actors[0]).to.have.property('id', stream.id);
    expect(stream.actor).to.equal(actors[0]);
    await closePair(pair);
  });
});

describe('ConsumerClient, towards a producer that announces its timing', () => {
  const time = useFakeTime();
  /** Heard so rarely that the consumer's own silence timeout of 25 seconds would take it for dead. */
  const rare = { heartbeatIntervalMs: 60_000, heartbeatRequestTimeoutMs: 5_000, missedHeartbeatsMax: 3 };
  const serve = (pair: Pair) =>
    pair.producer.handle('logs', async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });

  it('raises a silence timeout that is too short to what the formula asks for, and says so', async () => {
    const notes: string[] = [];
    const onDebug = ({ message }: { readonly message: string }) => notes.push(message);
    const pair = createPair({
      consumer: { silenceTimeoutMs: 25_000, onDebug },
      producer: { ...rare, cancellationBufferMs: 125_000 },
    });
    serve(pair);
    await settle();
    const stream = pair.consumer.openStream('logs');
    await settle();
    expect(notes).to.deep.equal([
      'the silence timeout of 25000 ms is raised to 185000 ms: the producer announced K = 3, I = 60000 ms, T = 5000 ms',
    ]);
    await time.pass(300_000);
    expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
    await pair.producerConnection.close();
    const reading = readInBackground(stream);
    await time.pass(185_000);
    expect(reading.end).to.include({ reason: 'producerSilent' });
    await closePair(pair);
  });

  it('takes frames of another producer for no sign of life of its own', async () => {
    const pair = createPair({ consumer: { silenceTimeoutMs: 25_000 } });
    serve(pair);
    await settle();
    const stream = pair.consumer.openStream('logs');
    const reading = readInBackground(stream);
    await settle();
    await pair.producerConnection.close();
    const terms = { version: 1, heartbeatIntervalMs: 10_000, heartbeatRequestTimeoutMs: 5_000, missedHeartbeatsMax: 2 };
    await time.pass(20_000);
    pair.bystander.publish(pair.consumer.id + stream.id, encodeAnnouncement({ end: 0, isWanting: false, terms }), {
      reply: '_INBOX.another.~1',
    });
    await time.pass(5_000);
    expect(reading.end).to.include({ reason: 'producerSilent' });
    await closePair(pair);
  });

  it('keeps a silence timeout that is long enough', async () => {
    const notes: unknown[] = [];
    const pair = createPair({
      consumer: { silenceTimeoutMs: 200_000, onDebug: (note) => notes.push(note) },
      producer: rare,
    });
    serve(pair);
    await settle();
    pair.consumer.openStream('logs');
    await settle();
    expect(notes).to.deep.equal([]);
    await closePair(pair);
  });
});

describe('ConsumerClient, a reader that is too slow', () => {
  it('ends its own stream with how much waits, after the records that wait, and disturbs no other', async () => {
    const pair = createPair({ consumer: { offerDelivery: false, bufferedRecordsMax: 3 } });
    pair.producer.handle('logs', () => ['one', 'two', 'three', 'four', 'five']);
    pair.producer.handle('other', () => ['one', 'two']);
    const slow = pair.consumer.openStream('logs');
    const other = readAll(pair.consumer.openStream('other').text());
    const end = await slow.closed;
    expect(end).to.include({
      reason: 'slowReader',
      code: 1006,
      text: 'the reader is too slow: 3 records of 11 bytes wait, and one of 4 bytes came',
    });
    const read: string[] = [];
    const error = await failureOf(async () => {
      for await (const text of slow.text()) read.push(text);
    });
    expect(error).to.include({ reason: 'slowReader' });
    expect(read).to.deep.equal(['one', 'two', 'three']);
    expect(await other).to.deep.equal(['one', 'two']);
    await closePair(pair);
  });

  it('is told once that it is slow, at three quarters of the queue, before a Go producer fills it', async () => {
    const pair = createPair({ consumer: { bufferedRecordsMax: 4 } });
    const producer = createGoProducer(pair.bystander, 'logs');
    await settle();
    const waiting: { readonly records: number; readonly bytes: number }[] = [];
    const stream = pair.consumer.openStream('logs', undefined, { onSlow: (queue) => waiting.push(queue) });
    await settle();
    const [request] = producer.requests;
    for (const [text, told] of [
      ['one', 0],
      ['two', 0],
      ['three', 1],
      ['four', 1],
    ] as const) {
      producer.data(request!, text);
      await settle();
      expect(waiting, text).to.have.lengthOf(told);
    }
    expect(waiting).to.deep.equal([{ records: 3, bytes: 11 }]);
    producer.data(request!, 'five');
    expect(await stream.closed).to.include({ reason: 'slowReader', records: 4 });
    await closePair(pair);
  });

  it('is too slow for its first record where that is larger than the queue', async () => {
    const pair = createPair({ consumer: { offerDelivery: false, bufferedBytesMax: 10 } });
    pair.producer.handle('logs', () => ['x'.repeat(11)]);
    const end = await pair.consumer.openStream('logs').closed;
    expect(end).to.include({ reason: 'slowReader', records: 0 });
    await closePair(pair);
  });
});

describe('ConsumerClient, several on one connection', () => {
  it('keeps their streams apart, and closing one leaves the other', async () => {
    const connection = createTestBroker().connect();
    const producer = createGoProducer(connection, 'logs');
    const [first, second] = [new ConsumerClient({ connection }), new ConsumerClient({ connection })];
    const streams = [first.openStream('logs'), second.openStream('logs')];
    await settle();
    await first.close();
    for (const request of producer.requests) {
      producer.data(request, request.consumerId);
      producer.close(request, 1000);
    }
    expect(await readAll(streams[1]!.text())).to.deep.equal([second.id]);
    expect(await streams[0]!.closed).to.include({ reason: 'cancelled', records: 0 });
    await second[Symbol.asyncDispose]();
  });
});

describe('ConsumerClient, newWriter', () => {
  it('writes records and a close to the inbox of a stream', async () => {
    const pair = createPair();
    const other = new ConsumerClient({ connection: pair.bystander });
    pair.bystander.subscribe('logs', { callback: () => undefined });
    await settle();
    const stream = pair.consumer.openStream('logs');
    const writer = other.newWriter(pair.consumer.id + stream.id);
    expect(await writer.write('one')).to.equal(3);
    await writer.closeWithCode(4321, 'a', 'b');
    expect(await failureOf(readAll(stream))).to.include({ code: 4321, text: 'a: b' });
    expect(() => other.newWriter('a.*'))
      .to.throw()
      .with.property('code', 'badArgument');
    await other.close();
    await closePair(pair);
  });
});
