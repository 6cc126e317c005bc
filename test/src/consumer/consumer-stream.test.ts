import { expect } from 'chai';
import { CloseCode, type EndReason } from '../../../machines/index.js';
import { systemClock } from '../../../src/host/clock.js';
import {
  ConsumerStreamInlet,
  type ConsumerStream,
  type ConsumerStreamParameters,
} from '../../../src/consumer/consumer-stream.js';
import { LivenessClock } from '../../../src/host/liveness-clock.js';
import { failureOf, readAll, readOne } from '../../support/read.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const complete = { reason: 'completed', code: CloseCode.Normal, text: '' } as const;
const abnormal = (reason: EndReason) => ({ reason, code: CloseCode.AbnormalClosure, text: 'why' });

/** A stream whose client is the test: it delivers, ends, and notes that the reader left. */
class BenchStream extends ConsumerStreamInlet {
  readonly left: string[] = [];
  consumed = 0;

  get actor(): never {
    throw new Error('no actor here');
  }

  protected leave(text: string): void {
    this.left.push(text);
    this.end({ reason: 'cancelled', code: CloseCode.AbnormalClosure, text });
  }

  protected onConsumed(): void {
    this.consumed += 1;
  }
}

function createBench(options: Partial<ConsumerStreamParameters> = {}) {
  const inlet = new BenchStream({
    id: 'QwmDloaa',
    subject: 'logs',
    clock: new LivenessClock(systemClock),
    codec: undefined,
    bufferedRecordsMax: 10,
    bufferedBytesMax: 1000,
    reader: undefined,
    onSlow: undefined,
    ...options,
  });
  const { left } = inlet;
  const deliver = (...texts: string[]) => texts.forEach((text) => inlet.deliver({ data: bytesOf(text) }));
  return { inlet, stream: inlet.stream, left, deliver };
}

const textsOf = (stream: ConsumerStream) => readAll(stream.text());

describe('ConsumerStream, reading', () => {
  it('hands over the records in the order in which they came, each once', async () => {
    const { stream, inlet, deliver } = createBench();
    deliver('one', 'two');
    inlet.end(complete);
    expect(await textsOf(stream)).to.deep.equal(['one', 'two']);
    expect(await textsOf(stream)).to.deep.equal([]);
  });

  it('waits for records that have not come', async () => {
    const { stream, inlet, deliver } = createBench();
    const reading = textsOf(stream);
    await Promise.resolve();
    deliver('one');
    await Promise.resolve();
    deliver('two');
    inlet.end(complete);
    expect(await reading).to.deep.equal(['one', 'two']);
  });

  it('serves several calls of next in their order', async () => {
    const { stream, inlet, deliver } = createBench();
    const iterator = stream.text()[Symbol.asyncIterator]();
    const results = [iterator.next(), iterator.next(), iterator.next()];
    deliver('one', 'two');
    inlet.end(complete);
    expect((await Promise.all(results)).map(({ value }) => value as unknown)).to.deep.equal(['one', 'two', undefined]);
  });

  it('shares the records between two loops, so that each goes to one of them', async () => {
    const { stream, inlet, deliver } = createBench();
    const both = Promise.all([textsOf(stream), textsOf(stream)]);
    await Promise.resolve();
    deliver('one', 'two', 'three');
    inlet.end(complete);
    expect((await both).flat().sort()).to.deep.equal(['one', 'three', 'two']);
  });

  it('says how many records wait', () => {
    const { stream, deliver } = createBench();
    deliver('one', 'two');
    expect(stream.buffered).to.equal(2);
  });

  it('gives bytes, text or values', async () => {
    const { stream, inlet, deliver } = createBench();
    deliver('1', '2', '3');
    inlet.end(complete);
    const bytes = stream[Symbol.asyncIterator]();
    expect((await bytes.next()).value).to.deep.equal(bytesOf('1'));
    const texts = stream.text()[Symbol.asyncIterator]();
    expect((await texts.next()).value).to.equal('2');
    const values = stream.objects()[Symbol.asyncIterator]();
    expect((await values.next()).value).to.equal(3);
  });

  it('throws a record that is no value, and cancels the stream', async () => {
    const { stream, left, deliver } = createBench();
    deliver('1', '{', '3');
    const values: unknown[] = [];
    const error = await failureOf(async () => {
      for await (const value of stream.objects()) values.push(value);
    });
    expect(values).to.deep.equal([1]);
    expect(error).to.include({ name: 'StreamError', code: 'notDecodable' });
    expect(left).to.have.lengthOf(1);
  });
});

describe('ConsumerStream, its end', () => {
  it('is quiet where the stream is complete', async () => {
    const { stream, inlet } = createBench();
    inlet.end(complete);
    expect(await textsOf(stream)).to.deep.equal([]);
  });

  for (const reason of [
    'closed',
    'noResponders',
    'noAnswer',
    'producerSilent',
    'slowReader',
    'unsupportedData',
    'connectionClosed',
  ] as const) {
    it(`throws a CloseError with the reason ${reason}, after the records that came before`, async () => {
      const { stream, inlet, deliver } = createBench();
      deliver('one', 'two');
      inlet.end(abnormal(reason));
      const read: string[] = [];
      const error = await failureOf(async () => {
        for await (const text of stream.text()) read.push(text);
      });
      expect(read).to.deep.equal(['one', 'two']);
      expect(error).to.include({ name: 'CloseError', code: 1006, text: 'why', reason });
    });
  }

  it('throws to a loop that waits', async () => {
    const { stream, inlet } = createBench();
    const failure = failureOf(textsOf(stream));
    await Promise.resolve();
    inlet.end(abnormal('producerSilent'));
    expect(await failure).to.include({ reason: 'producerSilent' });
  });

  it('throws again to a loop that comes later', async () => {
    const { stream, inlet } = createBench();
    inlet.end(abnormal('noAnswer'));
    expect(await failureOf(textsOf(stream))).to.include({ reason: 'noAnswer' });
    expect(await failureOf(textsOf(stream))).to.include({ reason: 'noAnswer' });
  });

  it('throws once from one iterator, which is done then', async () => {
    const { stream, inlet } = createBench();
    inlet.end(abnormal('noAnswer'));
    const iterator = stream[Symbol.asyncIterator]();
    expect(await failureOf(iterator.next())).to.include({ reason: 'noAnswer' });
    expect(await iterator.next()).to.deep.equal({ done: true, value: undefined });
  });

  it('drops what waits where the deadline passed', async () => {
    const { stream, inlet, deliver } = createBench();
    deliver('one');
    inlet.end(abnormal('timedOut'));
    expect(stream.buffered).to.equal(0);
    expect(await failureOf(textsOf(stream))).to.include({ reason: 'timedOut' });
  });

  it('is told by closed, with the records and bytes that came', async () => {
    const { stream, inlet, deliver } = createBench();
    deliver('one', 'four');
    inlet.end(complete);
    expect(await stream.closed).to.deep.equal({ ...complete, records: 2, bytes: 7, error: undefined });
  });

  it('is told by closed without a rejection where it is an error', async () => {
    const { stream, inlet } = createBench();
    inlet.end(abnormal('slowReader'));
    const end = await stream.closed;
    expect(end).to.include({ reason: 'slowReader', code: 1006 });
    expect(end.error?.message).to.equal('nats stream: close 1006 (abnormal closure): why');
  });
});

describe('ConsumerStream, leaving', () => {
  it('cancels on break', async () => {
    const { stream, left, deliver } = createBench();
    deliver('one', 'two');
    await readOne(stream);
    expect(left).to.deep.equal(['the reader left']);
    expect(stream.buffered).to.equal(0);
  });

  it('cancels on a throw in the loop, which goes its way', async () => {
    const { stream, left, deliver } = createBench();
    deliver('one');
    const error = await failureOf(async () => {
      for await (const text of stream.text()) throw new Error(`mine at ${text}`);
    });
    expect(error).to.have.property('message', 'mine at one');
    expect(left).to.have.lengthOf(1);
  });

  it('ends a loop quietly that waits while somebody cancels', async () => {
    const { stream } = createBench();
    const reading = textsOf(stream);
    await Promise.resolve();
    stream.cancel('enough');
    expect(await reading).to.deep.equal([]);
    expect(await stream.closed).to.include({ reason: 'cancelled', text: 'enough' });
  });

  it('takes the text of a cancel, and no second cancel', () => {
    const { stream, left } = createBench();
    stream.cancel('first');
    stream.cancel('second');
    expect(left).to.deep.equal(['first']);
  });

  it('drops what waits when the reader leaves after the end', async () => {
    const { stream, inlet, left, deliver } = createBench();
    deliver('one', 'two');
    inlet.end(complete);
    stream.cancel();
    expect(stream.buffered).to.equal(0);
    expect(left).to.deep.equal([]);
    expect(await textsOf(stream)).to.deep.equal([]);
  });

  it('cancels at the end of an await using', async () => {
    const { stream, left } = createBench();
    await stream[Symbol.asyncDispose]();
    expect(left).to.have.lengthOf(1);
  });

  it('ends a call of next that waits while return is called', async () => {
    const { stream } = createBench();
    const iterator = stream[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).to.deep.equal({ done: true, value: undefined });
  });
});

describe('ConsumerStream, the callback form', () => {
  it('hands each record over at once and keeps none', () => {
    const seen: number[] = [];
    const { stream, inlet, deliver } = createBench({ reader: ({ data }) => seen.push(data.length) });
    deliver('one', 'four');
    expect(seen).to.deep.equal([3, 4]);
    expect(stream.buffered).to.equal(0);
    expect(inlet.hasRoomFor(1e9)).to.equal(true);
  });

  it('cancels where the callback throws', () => {
    const { deliver, left } = createBench({
      reader: () => {
        throw new Error('mine');
      },
    });
    deliver('one');
    expect(left).to.deep.equal(["the reader's callback threw: mine"]);
  });

  it('cannot be iterated', async () => {
    const { stream } = createBench({ reader: () => undefined });
    expect(await failureOf(() => readAll(stream))).to.include({ code: 'badArgument' });
    expect(() => stream.text()).to.throw('cannot be iterated');
  });
});

describe('ConsumerStream, the bound of its queue', () => {
  it('is in records and in bytes', () => {
    const { inlet, deliver } = createBench({ bufferedRecordsMax: 2, bufferedBytesMax: 10 });
    expect([inlet.hasRoomFor(10), inlet.hasRoomFor(11)]).to.deep.equal([true, false]);
    deliver('12345678');
    expect([inlet.hasRoomFor(2), inlet.hasRoomFor(3)]).to.deep.equal([true, false]);
    deliver('');
    expect(inlet.hasRoomFor(0)).to.equal(false);
    expect(inlet.describeBuffer()).to.equal('2 records of 8 bytes');
  });

  it('does not count for a record that a reader waits for', () => {
    const { stream, inlet } = createBench({ bufferedBytesMax: 10 });
    void stream[Symbol.asyncIterator]().next();
    expect(inlet.hasRoomFor(1000)).to.equal(true);
  });

  it('hands a record that was held over when the machine says so', async () => {
    const { stream, inlet } = createBench();
    inlet.hold({ data: bytesOf('one') });
    expect(stream.buffered).to.equal(0);
    inlet.deliverHeld();
    inlet.deliverHeld();
    inlet.end(complete);
    expect(await textsOf(stream)).to.deep.equal(['one']);
  });
});
