import { expect } from 'chai';
import { CloseError } from '../../../src/errors.js';
import type { StreamRequest } from '../../../src/producer/stream-request.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';
import { settle } from '../../support/settle.js';

const textOf = (chunk: Uint8Array | undefined) => new TextDecoder().decode(chunk);

describe('stream.readable()', () => {
  let pair: Pair;
  let requests: StreamRequest[];
  beforeEach(() => {
    pair = createPair();
    requests = [];
  });
  afterEach(() => closePair(pair));

  /** Serves what the function yields, and gives the stream of it. */
  const open = (source: (request: StreamRequest) => AsyncIterable<unknown>) => {
    pair.producer.handle('numbers', (request) => {
      requests.push(request);
      return source(request);
    });
    return pair.consumer.openStream('numbers');
  };

  it('each record is a chunk, an empty one too, and the end is its close', async () => {
    const stream = open(async function* () {
      await Promise.resolve();
      yield 'one';
      yield '';
      yield Uint8Array.of(1, 2);
    });
    const chunks = await readAll(stream.readable() as unknown as AsyncIterable<Uint8Array>);
    expect(chunks.map(textOf)).to.deep.equal(['one', '', '\u0001\u0002']);
    expect((await stream.closed).reason).to.equal('completed');
  });

  it('a stream that fails hands over its records, then its CloseError', async () => {
    const reader = open(async function* () {
      await Promise.resolve();
      yield 'one';
      yield 'two';
      throw new CloseError(4711, 'out of paper');
    })
      .readable()
      .getReader();
    await settle();
    expect(textOf((await reader.read()).value)).to.equal('one');
    expect(textOf((await reader.read()).value)).to.equal('two');
    const error = await failureOf(reader.read());
    expect(error).to.be.instanceOf(CloseError).and.to.include({ code: 4711, text: 'out of paper' });
  });

  it('takes no record that was not asked for', async () => {
    const stream = open(async function* () {
      await Promise.resolve();
      for (let n = 0; n < 10; n += 1) yield String(n);
    });
    const reader = stream.readable().getReader();
    await settle();
    expect(stream.buffered).to.equal(10);
    await reader.read();
    expect(stream.buffered).to.equal(9);
  });

  it('an end is known while nobody asks for a chunk: a close', async () => {
    // eslint-disable-next-line @typescript-eslint/no-empty-function -- it ends at once
    const reader = open(async function* () {})
      .readable()
      .getReader();
    await reader.closed;
    expect(await reader.read()).to.deep.equal({ done: true, value: undefined });
  });

  it('an end is known while nobody asks for a chunk: a failure', async () => {
    const reader = pair.consumer.openStream('nobody').readable().getReader();
    expect(await failureOf(reader.closed))
      .to.be.instanceOf(CloseError)
      .and.to.include({ reason: 'noResponders' });
  });

  it('a failure does not overtake the chunk that an earlier reader asked for and left', async () => {
    let fail: () => void = () => undefined;
    const failing = new Promise<void>((resolve) => {
      fail = resolve;
    });
    const stream = open(async function* () {
      await failing;
      yield 'one';
      throw new CloseError(4711);
    });
    const readable = stream.readable();
    const first = readable.getReader();
    const left = failureOf(first.read());
    first.releaseLock();
    await left;
    fail();
    await stream.closed;
    await settle();
    const second = readable.getReader();
    expect(textOf((await second.read()).value)).to.equal('one');
    expect(await failureOf(second.read())).to.be.instanceOf(CloseError);
  });

  it('cancelling it cancels the stream with the reason, and stops its source', async () => {
    const stream = open(async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const reader = stream.readable().getReader();
    await reader.read();
    const reading = reader.read();
    await reader.cancel(new Error('seen enough'));
    expect(await reading).to.deep.equal({ done: true, value: undefined });
    expect(await stream.closed).to.include({ reason: 'cancelled', text: 'seen enough' });
    await settle();
    expect(requests[0]?.signal.aborted).to.equal(true);
    expect(pair.producer.streams).to.deep.equal([]);
  });

  it('cancelling it without a reason says what any leaving says, and later ends throw nothing', async () => {
    const stream = open(async function* () {
      await Promise.resolve();
      yield 'one';
    });
    await stream.readable().cancel();
    expect(await stream.closed).to.include({ reason: 'cancelled', text: 'the reader left' });
    await settle();
  });

  it('a stream that its reader cancels elsewhere closes it', async () => {
    const stream = open(async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const reader = stream.readable().getReader();
    await reader.read();
    const waiting = reader.read();
    stream.cancel();
    expect((await waiting).done).to.equal(true);
    await reader.closed;
  });

  it('a deadline that passes is its error', async () => {
    pair.producer.handle('slow', ({ signal }) => [
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(''))),
    ]);
    const reader = pair.consumer.openStream('slow', undefined, { timeoutMs: 1 }).readable().getReader();
    expect(await failureOf(reader.read())).to.include({ reason: 'timedOut' });
  });

  it('is refused where a callback takes the records', async () => {
    const stream = pair.consumer.openStream('numbers', undefined, { onRecord: () => undefined });
    expect(() => stream.readable()).to.throw('hands its records to a callback');
    await stream.closed;
  });
});

describe('the iterators of a stream', () => {
  // eslint-disable-next-line @typescript-eslint/no-empty-function -- it ends at once
  const native = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)) as object;
  let pair: Pair;
  beforeEach(() => {
    pair = createPair();
    pair.producer.handle('numbers', async function* () {
      for (let n = 0; n < 3; n += 1) yield n;
      await Promise.resolve();
    });
  });
  afterEach(() => closePair(pair));

  for (const [name, iteratorOf] of Object.entries({
    bytes: (p: Pair) => p.consumer.openStream('numbers')[Symbol.asyncIterator](),
    text: (p: Pair) => p.consumer.openStream('numbers').text(),
    objects: (p: Pair) => p.consumer.openStream('numbers').objects(),
  })) {
    it(`${name}: have what the platform gives to async iterators`, async () => {
      // Helpers that a runtime has not got are put there by polyfills, as here.
      Object.defineProperty(native, 'countAll', {
        configurable: true,
        value: async function (this: AsyncIterable<unknown>) {
          return (await readAll(this)).length;
        },
      });
      try {
        const iterator = iteratorOf(pair);
        expect(await (iterator as unknown as { countAll(): Promise<number> }).countAll()).to.equal(3);
      } finally {
        Reflect.deleteProperty(native, 'countAll');
      }
    });

    it(`${name}: iterate themselves, go on after a loop's first step, and leave the stream when they return`, async () => {
      const iterator = iteratorOf(pair) as AsyncIterableIterator<unknown>;
      expect((await iterator.next()).done).to.equal(false);
      for await (const item of iterator) {
        expect(item).to.not.equal(undefined);
        break;
      }
      expect((await iterator.next()).done).to.equal(true);
      await settle();
      expect(pair.consumer.streams).to.deep.equal([]);
    });
  }
});
