import { expect } from 'chai';
import { z } from 'zod';
import {
  CloseError,
  StreamError,
  type InterceptedOpen,
  type InterceptedRequest,
  type Interceptor,
} from '../../../src/index.js';
import { defineStream } from '../../../src/contracts/index.js';
import { closePair, createPair } from '../../support/pair.js';
import { failureOf, readAll, readOne } from '../../support/read.js';
import { settle } from '../../support/settle.js';

const count = defineStream({ subject: 'count.{to}', request: z.object({ from: z.number() }), record: z.number() });

/** Says where a stream passes by, on its way in and back. */
function passing<Asked>(name: string, heard: string[]): Interceptor<Asked> {
  return (next) =>
    async function* (asked) {
      heard.push(`${name} in`);
      for await (const record of next(asked)) {
        heard.push(`${name} ${String(record)}`);
        yield record;
      }
      heard.push(`${name} out`);
    };
}

describe('interceptors', () => {
  it('stand around a stream on both sides, the first one outermost, those of a client around those of a call', async () => {
    const heard: string[] = [];
    const pair = createPair({
      consumer: { interceptors: [passing('consumer 1', heard), passing('consumer 2', heard)] },
      producer: { interceptors: [passing('producer 1', heard)] },
    });
    pair.producer.handle(
      count,
      function* () {
        heard.push('handler');
        yield 1;
      },
      { interceptors: [passing('producer 2', heard)] },
    );
    const stream = pair.consumer.openStream(count, {
      params: { to: '1' },
      data: { from: 1 },
      interceptors: [passing('consumer 3', heard)],
    });
    expect(await readAll(stream)).to.deep.equal([1]);
    const names = ['consumer 1', 'consumer 2', 'consumer 3', 'producer 1', 'producer 2'];
    const inward = names.map((name) => `${name} in`);
    expect(heard.slice(0, 6)).to.deep.equal([...inward, 'handler']);
    const records = heard.filter((line) => line.endsWith(' 1'));
    expect(records).to.deep.equal(
      ['producer 2', 'producer 1', 'consumer 3', 'consumer 2', 'consumer 1'].map((name) => `${name} 1`),
    );
    const onSide = (side: string) => heard.filter((line) => line.startsWith(side) && line.endsWith('out'));
    expect(onSide('consumer')).to.deep.equal(['consumer 3 out', 'consumer 2 out', 'consumer 1 out']);
    expect(onSide('producer')).to.deep.equal(['producer 2 out', 'producer 1 out']);
    await closePair(pair);
  });

  it('headers: a consumer adds them, also those that take time, and a producer lets nobody by without them', async () => {
    const users = new WeakMap<object, string>();
    const bearer: Interceptor<InterceptedOpen> = (next) => async (open) => {
      const token = await Promise.resolve('secret');
      return next({ ...open, headers: { ...open.headers, Authorization: `Bearer ${token}` } });
    };
    const authorised: Interceptor<InterceptedRequest> = (next) => (request) => {
      const [given] = request.headers.get('Authorization') ?? [];
      if (given !== 'Bearer secret') throw new CloseError(4401, 'who are you?');
      users.set(request, 'alice');
      return next(request);
    };
    const pair = createPair({ producer: { interceptors: [authorised] } });
    let ran = 0;
    pair.producer.handle(count, function* (request) {
      ran += 1;
      expect(users.get(request)).to.equal('alice');
      yield request.headers.has('Trace') ? 2 : 1;
    });
    pair.producer.handle('raw', () => ['raw']);
    const asked = { params: { to: '1' }, data: { from: 1 }, headers: { Trace: 'a' } };
    expect(await readAll(pair.consumer.openStream(count, { ...asked, interceptors: [bearer] }))).to.deep.equal([2]);
    const { code, text } = await pair.consumer.openStream(count, asked).closed;
    expect([code, text, ran]).to.deep.equal([4401, 'who are you?', 1]);
    // A producer's interceptors are around every stream, or one without a contract would be a way past them.
    expect(await pair.consumer.openStream('raw').closed).to.include({ code: 4401 });
    await closePair(pair);
  });

  it('logging and metrics: how many records there were and how a stream ended is seen on both sides', async () => {
    const seen: string[] = [];
    const metered =
      <Asked extends { readonly pattern?: string; readonly signal: AbortSignal }>(side: string): Interceptor<Asked> =>
      (next) =>
        async function* (asked) {
          let records = 0;
          let how = 'left';
          try {
            for await (const record of next(asked)) {
              records += 1;
              yield record;
            }
            how = asked.signal.aborted ? 'left' : 'completed';
          } catch (error) {
            how = error instanceof CloseError ? `${error.code}` : String(error);
            throw error;
          } finally {
            seen.push(`${side} ${asked.pattern ?? 'none'} ${records} ${how}`);
          }
        };
    const pair = createPair({
      consumer: { interceptors: [metered('consumer')] },
      producer: { interceptors: [metered('producer')] },
    });
    pair.producer.handle(count, async function* ({ params: { to }, data: { from }, signal }) {
      for (let n = from; n <= Number(to); n += 1) yield n;
      if (to === '2') throw new CloseError(4402, 'no more');
      if (to !== '0') return;
      yield 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const open = (to: string) => pair.consumer.openStream(count, { params: { to }, data: { from: 1 } });
    await readAll(open('1'));
    await failureOf(() => readAll(open('2')));
    await readOne(open('0'));
    await settle();
    expect(seen.sort()).to.deep.equal([
      'consumer count.{to} 1 completed',
      'consumer count.{to} 1 left',
      'consumer count.{to} 2 4402',
      'producer count.{to} 1 completed',
      'producer count.{to} 1 left',
      'producer count.{to} 2 4402',
    ]);
    await closePair(pair);
  });

  it('retries: an interceptor opens again what failed, as often as it likes', async () => {
    const retried =
      (triesMax: number): Interceptor<InterceptedOpen> =>
      (next) =>
        async function* (open) {
          for (let tries = 1; ; tries += 1) {
            try {
              yield* next(open);
              return;
            } catch (error) {
              if (tries >= triesMax || !(error instanceof CloseError)) throw error;
            }
          }
        };
    const pair = createPair();
    let tried = 0;
    pair.producer.handle(count, function* () {
      tried += 1;
      if (tried < 3) throw new CloseError(4503, 'not yet');
      yield tried;
    });
    const asked = { params: { to: '1' }, data: { from: 1 } };
    expect(await readAll(pair.consumer.openStream(count, { ...asked, interceptors: [retried(3)] }))).to.deep.equal([3]);
    tried = 0;
    const given = pair.consumer.openStream(count, { ...asked, interceptors: [retried(2)] });
    expect(await failureOf(() => readAll(given))).to.include({ code: 4503 });
    expect([await given.closed, tried]).to.satisfy(
      ([end, n]: [{ code: number }, number]) => end.code === 4503 && n === 2,
    );
    await closePair(pair);
  });

  it('records are changed, added and left out, and what fits the contract no more is refused at the writer', async () => {
    const doubled: Interceptor<InterceptedRequest> = (next) =>
      async function* (request) {
        yield 0;
        for await (const n of next(request)) if (n !== 2) yield (n as number) * 2;
      };
    const texts: Interceptor<InterceptedRequest> = (next) =>
      async function* (request) {
        for await (const n of next(request)) yield String(n);
      };
    const pair = createPair();
    const asked = { params: { to: '1' }, data: { from: 1 } };
    const handling = pair.producer.handle(count, () => [1, 2, 3], { interceptors: [doubled] });
    expect(await readAll(pair.consumer.openStream(count, asked))).to.deep.equal([0, 2, 6]);
    handling.stop();
    pair.producer.handle(count, () => [1], { interceptors: [texts] });
    const { code, text } = await pair.consumer.openStream(count, asked).closed;
    expect(code).to.equal(5000);
    expect(text).to.match(/^record: .*number/);
    await closePair(pair);
  });

  it('a request that they change is checked as they hand it on', async () => {
    const pair = createPair();
    pair.producer.handle(count, ({ data: { from } }) => [from]);
    const with1: (data: unknown) => Interceptor<InterceptedOpen> = (data) => (next) => (open) =>
      next({ ...open, data });
    const open = (data: unknown) =>
      pair.consumer.openStream(count, { params: { to: '1' }, data: { from: 1 }, interceptors: [with1(data)] });
    expect(await readAll(open({ from: 5 }))).to.deep.equal([5]);
    expect(await open({ from: 'x' }).closed).to.include({ code: 4000 });
    await closePair(pair);
  });

  it('sources of every kind are read by them, and given back when the reader leaves', async () => {
    const pair = createPair({ producer: { interceptors: [passing('p', [])] } });
    const free = defineStream({ subject: 'free' });
    let cancelled = 0;
    const pending = () =>
      new ReadableStream({
        start: (controller) => controller.enqueue(1),
        cancel: () => void (cancelled += 1),
      });
    const kinds: readonly (() => unknown)[] = [
      () => [1],
      async () => Promise.resolve([1]),
      () => new Set([1]),
      pending,
      async () => Promise.resolve(pending()),
    ];
    for (const kind of kinds) {
      const handling = pair.producer.handle(free, kind as () => number[]);
      expect(await readOne(pair.consumer.openStream(free))).to.equal(1);
      await settle();
      handling.stop();
    }
    expect(cancelled).to.equal(2);
    for (const [kind, words] of [
      [() => ({ subscribe: () => undefined }), /expected an iterable or a ReadableStream, as interceptors read it/],
      [() => 7, /expected a source, came number/],
    ] as const) {
      const handling = pair.producer.handle(free, kind as never);
      const { code, text } = await pair.consumer.openStream(free).closed;
      expect(code).to.equal(5000);
      expect(text).to.match(words);
      handling.stop();
    }
    await closePair(pair);
  });

  it('a reader that leaves amid an interceptor is gone at once, and nothing is asked for', async () => {
    const pair = createPair();
    let ran = 0;
    pair.producer.handle(count, () => [(ran += 1)]);
    let resume: () => void = () => undefined;
    let wasAborted = false;
    const slow: Interceptor<InterceptedOpen> = (next) => async (open) => {
      await new Promise<void>((resolve) => (resume = resolve));
      wasAborted = open.signal.aborted;
      return next(open);
    };
    const stream = pair.consumer.openStream(count, { params: { to: '1' }, data: { from: 1 }, interceptors: [slow] });
    const reading = readAll(stream);
    stream.cancel();
    expect(await reading).to.deep.equal([]);
    resume();
    await settle();
    expect([ran, wasAborted, (await stream.closed).reason]).to.deep.equal([0, true, 'cancelled']);
    await closePair(pair);
  });

  it('what throws is thrown at the reader, and is the end', async () => {
    const pair = createPair();
    const broken: Interceptor<InterceptedOpen> = () => async () => Promise.reject(new TypeError('broken'));
    const stream = pair.consumer.openStream(count, { params: { to: '1' }, data: { from: 1 }, interceptors: [broken] });
    expect(await failureOf(() => readAll(stream))).to.be.instanceOf(TypeError);
    expect(await stream.closed).to.include({ reason: 'cancelled', text: 'broken' });
    await closePair(pair);
  });

  it('lists that are none are refused where they are given', async () => {
    const words = /interceptors\[0\]: expected a function, came number/;
    expect(() => createPair({ consumer: { interceptors: [1 as never] } })).to.throw(StreamError, words);
    expect(() => createPair({ producer: { interceptors: [1 as never] } })).to.throw(StreamError, words);
    const pair = createPair();
    const options = { interceptors: [1 as never] };
    expect(() => pair.producer.handle(count, () => [], options)).to.throw(StreamError, words);
    expect(() => pair.producer.handle('raw', () => [], options)).to.throw(StreamError, words);
    const asked = { params: { to: '1' }, data: { from: 1 } };
    expect(() => pair.consumer.openStream(count, { ...asked, ...options })).to.throw(StreamError, words);
    expect(() => pair.consumer.openStream(count, { ...asked, interceptors: 7 as never })).to.throw(
      StreamError,
      /expected a list of functions/,
    );
    await closePair(pair);
  });
});
