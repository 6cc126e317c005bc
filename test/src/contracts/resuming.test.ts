import { expect } from 'chai';
import { createActor, setup, waitFor } from 'xstate';
import { z } from 'zod';
import { CloseError, ProducerClient, StreamError } from '../../../src/index.js';
import { streamActor, type ContractRecordEvent, type ContractResumedEvent } from '../../../src/stream-actor/index.js';
import { defineStream } from '../../../src/contracts/index.js';
import type { MemoryConnection } from '../../../src/memory-broker/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';
import { settle } from '../../support/settle.js';

const numbers = defineStream({
  subject: 'numbers.{to}',
  record: z.object({ n: z.number(), at: z.date() }),
  cursor: { schema: z.object({ n: z.number(), at: z.date() }), of: (record) => record },
});

const dateOf = (n: number) => new Date(n * 1_000);

describe('resuming', () => {
  const time = useFakeTime();
  let pair: Pair;
  let others: ProducerClient[];
  let asked: (number | undefined)[];
  beforeEach(() => {
    pair = createPair();
    others = [];
    asked = [];
  });
  afterEach(async () => {
    for (const producer of others) await producer.close();
    await closePair(pair);
  });

  /** Counts up to a number from behind the cursor, and at each step waits as it is told. */
  const serve = (producer: ProducerClient, pause: (n: number) => Promise<void> | undefined) =>
    producer.handle(numbers, async function* ({ params: { to }, since }) {
      asked.push(since?.n);
      if (since !== undefined) expect(since.at).to.deep.equal(dateOf(since.n));
      for (let n = (since?.n ?? 0) + 1; n <= Number(to); n += 1) {
        await pause(n);
        yield { n, at: dateOf(n) };
      }
    });
  const another = (): [ProducerClient, MemoryConnection] => {
    const connection = pair.broker.connect();
    const producer = new ProducerClient({ connection });
    others.push(producer);
    return [producer, connection];
  };
  const never = () => new Promise<void>(() => undefined);
  const all = (to: number) => Array.from({ length: to }, (_, n) => n + 1);

  it('goes on after a crash from the last record handed over, on another member of the queue group', async () => {
    serve(pair.producer, (n) => (n === 4 ? never() : undefined));
    const resumed: unknown[] = [];
    const stream = pair.consumer.openStream(numbers, {
      params: { to: '6' },
      resume: { onResume: ({ since, tries, after }) => resumed.push([since?.n, tries, after.reason]) },
    });
    const read = readAll(stream);
    await settle();
    expect(stream.position).to.deep.equal({ n: 3, at: dateOf(3) });
    await pair.producerConnection.close();
    serve(another()[0], () => undefined);
    await time.pass(5_000);
    expect((await read).map(({ n }) => n)).to.deep.equal(all(6));
    expect(asked).to.deep.equal([undefined, 3]);
    expect(resumed).to.deep.equal([[3, 1, 'producerSilent']]);
    expect(await stream.closed).to.include({ reason: 'completed', records: 6 });
    expect(stream.position?.n).to.equal(6);
  });

  it('goes on after a drain at once, and after several', async () => {
    serve(pair.producer, (n) => (n === 3 ? never() : undefined));
    const stream = pair.consumer.openStream(numbers, { params: { to: '6' }, resume: true });
    const read = readAll(stream);
    await settle();
    const [second] = another();
    serve(second, (n) => (n === 5 ? never() : undefined));
    void pair.producer.drain();
    await time.pass(100);
    const [third] = another();
    serve(third, () => undefined);
    void second.drain();
    await time.pass(100);
    expect((await read).map(({ n }) => n)).to.deep.equal(all(6));
    expect(asked).to.deep.equal([undefined, 2, 4]);
    await time.pass(10_000);
  });

  it('hands over what had come before the crash and was not read yet, and asks for nothing of it again', async () => {
    serve(pair.producer, (n) => (n === 5 ? never() : undefined));
    const stream = pair.consumer.openStream(numbers, { params: { to: '6' }, resume: true });
    await settle();
    expect(stream.position).to.equal(undefined);
    await pair.producerConnection.close();
    serve(another()[0], () => undefined);
    await time.pass(5_000);
    expect((await readAll(stream)).map(({ n }) => n)).to.deep.equal(all(6));
    expect(asked).to.deep.equal([undefined, 4]);
  });

  it('tries again with growing delays while nobody is there, and says how the last one ended', async () => {
    serve(pair.producer, (n) => (n === 2 ? never() : undefined));
    const times: number[] = [];
    const stream = pair.consumer.openStream(numbers, {
      params: { to: '6' },
      resume: { triesMax: 4, delayMs: 100, delayMaxMs: 300, onResume: () => times.push(time.now) },
    });
    const failure = failureOf(() => readAll(stream));
    await settle();
    await pair.producerConnection.close();
    await time.pass(6_000);
    expect(await failure)
      .to.be.instanceOf(CloseError)
      .and.to.include({ reason: 'noResponders' });
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps).to.deep.equal([200, 300, 300]);
    expect(await stream.closed).to.include({ reason: 'noResponders', records: 1 });
  });

  it('counts tries anew once a record was handed over', async () => {
    let crashes = 0;
    serve(pair.producer, (n) => {
      if (n === 1 || n % 2 === 0) return undefined;
      crashes += 1;
      throw new CloseError(1001, 'restarts');
    });
    // Each run yields one or two records, and then goes away: more often than there may be tries in a row.
    pair.consumer.openStream(numbers, { params: { to: '2' } }).cancel();
    const stream = pair.consumer.openStream(numbers, { params: { to: '9' }, resume: { triesMax: 1, delayMs: 1 } });
    const failure = failureOf(() => readAll(stream));
    await time.pass(50);
    expect(await failure).to.include({ code: 1001 });
    expect(crashes).to.equal(2);
    expect((await stream.closed).records).to.equal(2);
  });

  it('begins behind a cursor that it is given, and an interceptor sees each stream', async () => {
    serve(pair.producer, () => undefined);
    const seen: boolean[] = [];
    const stream = pair.consumer.openStream(numbers, {
      params: { to: '4' },
      resume: { since: { n: 2, at: dateOf(2) } },
      interceptors: [
        (next) => (open) => {
          seen.push('Stream-Cursor' in open.headers);
          return next(open);
        },
      ],
    });
    expect(stream.position?.n).to.equal(2);
    expect((await readAll(stream)).map(({ n }) => n)).to.deep.equal([3, 4]);
    expect(seen).to.deep.equal([true]);
  });

  for (const [end, how] of [
    [
      'a declared or other close',
      (): never => {
        throw new CloseError(4500, 'no');
      },
    ],
    [
      'an error of the source',
      (): never => {
        throw new Error('no');
      },
    ],
  ] as const) {
    it(`${end} is the end, as before`, async () => {
      serve(pair.producer, (n) => (n === 2 ? how() : undefined));
      const stream = pair.consumer.openStream(numbers, { params: { to: '3' }, resume: true });
      expect(await failureOf(() => readAll(stream))).to.be.instanceOf(CloseError);
      expect(asked).to.deep.equal([undefined]);
    });
  }

  it('a stream that never began is not gone on with, nor one without resume', async () => {
    const stream = pair.consumer.openStream(numbers, { params: { to: '3' }, resume: true });
    expect(await stream.closed).to.include({ reason: 'noResponders' });
    serve(pair.producer, (n) => (n === 2 ? never() : undefined));
    const plain = pair.consumer.openStream(numbers, { params: { to: '3' } });
    await settle();
    void pair.producer.drain();
    await time.pass(20_000);
    expect(await plain.closed).to.include({ code: 1001 });
  });

  it('a reader that leaves between two streams opens no other, and a deadline spans them all', async () => {
    serve(pair.producer, (n) => (n === 2 ? never() : undefined));
    const left = pair.consumer.openStream(numbers, { params: { to: '3' }, resume: { delayMs: 1_000 } });
    const due = pair.consumer.openStream(numbers, { params: { to: '3' }, resume: { delayMs: 100 }, timeoutMs: 5_000 });
    const reads = [readAll(left), failureOf(() => readAll(due))];
    await settle();
    await pair.producerConnection.close();
    await time.pass(4_600);
    left.cancel();
    serve(another()[0], never);
    await time.pass(10_000);
    expect(await reads[0]).to.have.length(1);
    expect(await reads[1]).to.include({ reason: 'timedOut' });
    expect(asked).to.deep.equal([undefined, undefined, 1]);
  });

  it('a cursor that does not fit is refused with 4000, and options that are none where they are given', async () => {
    serve(pair.producer, () => undefined);
    const open = (since: unknown) =>
      pair.consumer.openStream(numbers, { params: { to: '3' }, resume: { since: since as never } }).closed;
    const { code, text } = await open({ n: 'x' });
    expect([code, text]).to.satisfy(([c, t]: [number, string]) => c === 4000 && t.startsWith('since.n: '), text);
    const refused = (resume: unknown, words: RegExp) =>
      expect(() => pair.consumer.openStream(numbers, { params: { to: '3' }, resume: resume as never })).to.throw(
        StreamError,
        words,
      );
    refused({ triesMax: -1 }, /resume\.triesMax: expected a whole number from 0 to/);
    refused({ delay: 1 }, /unknown option delay \(did you mean delayMs\?\)/);
    refused('yes', /resume: expected an object, came string/);
    refused({ since: () => 1 }, /since: /);
    const plain = defineStream({ subject: 'plain' });
    expect(() => pair.consumer.openStream(plain, { resume: true as never })).to.throw(
      StreamError,
      /resume: expected a contract with a cursor/,
    );
    expect(() => defineStream({ subject: 'a', cursor: { schema: z.number(), of: 1 as never } })).to.throw(
      StreamError,
      /cursor\.of: expected a function/,
    );
  });

  it('a machine is told by an event of its own', async () => {
    serve(pair.producer, (n) => (n === 2 ? never() : undefined));
    const heard: unknown[] = [];
    const machine = setup({
      types: {
        events: {} as ContractRecordEvent<typeof numbers, 'number'> | ContractResumedEvent<typeof numbers, 'number'>,
      },
      actors: { numbers: streamActor(pair.consumer, numbers, { event: 'number' }) },
    }).createMachine({
      initial: 'reading',
      states: {
        reading: {
          invoke: {
            src: 'numbers',
            input: ({ self }) => ({ params: { to: '3' }, resume: true, parent: self }),
            onDone: 'done',
          },
          on: {
            number: { actions: ({ event }) => void heard.push(event.record.n) },
            'number.resumed': {
              actions: ({ event }) => void heard.push([event.since?.n, event.after.code, event.params.to]),
            },
          },
        },
        done: { type: 'final' },
      },
    });
    const actor = createActor(machine).start();
    await settle();
    serve(another()[0], () => undefined);
    void pair.producer.drain();
    await time.pass(15_000);
    await waitFor(actor, ({ status }) => status === 'done');
    expect(heard).to.deep.equal([1, [1, 1001, '3'], 2, 3]);
  });
});
