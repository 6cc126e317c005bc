import { type } from 'arktype';
import { expect } from 'chai';
import * as v from 'valibot';
import { createActor, setup, toPromise, waitFor } from 'xstate';
import { z } from 'zod';
import { CloseError, StreamError } from '../../../src/index.js';
import { streamActor, type ContractRecordEvent } from '../../../src/stream-actor/index.js';
import { defineStream } from '../../../src/contracts/index.js';
import { createGoConsumer, createGoProducer } from '../../support/go-peer.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf, readAll, readOne } from '../../support/read.js';
import { settle } from '../../support/settle.js';

const isDetailed = { request: { detail: true }, record: { percent: 50, at: new Date(7) } };

/** One contract in the schemas of three libraries, as they are. */
const vendors = {
  zod: defineStream({
    subject: 'job.{id}.progress',
    request: z.object({ detail: z.boolean().default(false) }),
    record: z.object({ percent: z.number().max(100), at: z.date() }),
    errors: { NotFound: { code: 4404, data: z.object({ jobId: z.string() }) }, Expired: {} },
  }),
  valibot: defineStream({
    subject: 'job.{id}.progress',
    request: v.object({ detail: v.optional(v.boolean(), false) }),
    record: v.object({ percent: v.pipe(v.number(), v.maxValue(100)), at: v.date() }),
    errors: { NotFound: { code: 4404, data: v.object({ jobId: v.string() }) }, Expired: {} },
  }),
  arktype: defineStream({
    subject: 'job.{id}.progress',
    request: type({ detail: 'boolean = false' }),
    record: type({ percent: 'number <= 100', at: 'Date' }),
    errors: { NotFound: { code: 4404, data: type({ jobId: 'string' }) }, Expired: {} },
  }),
};

const params = { id: '7' };

async function withPair(
  run: (pair: Pair) => Promise<void>,
  options: Parameters<typeof createPair>[0] = {},
): Promise<void> {
  const pair = createPair(options);
  await run(pair);
  await closePair(pair);
}

for (const [vendor, one] of Object.entries(vendors)) {
  // The three have one shape; what differs are the schemas' own types.
  const contract = one as typeof vendors.zod;

  describe(`a contract of ${vendor}`, () => {
    it('gives the handler the parameters and the parsed request, and the reader its records', () =>
      withPair(async ({ consumer, producer }) => {
        const asked: unknown[] = [];
        producer.handle(contract, function* (request) {
          asked.push(request.params, request.data, request.subject);
          yield isDetailed.record;
        });
        const stream = consumer.openStream(contract, { params, data: {} });
        expect(stream.subject).to.equal('job.7.progress');
        expect(await readAll(stream)).to.deep.equal([isDetailed.record]);
        expect(asked).to.deep.equal([params, { detail: false }, 'job.7.progress']);
        expect(await stream.opened).to.deep.equal({ started: true });
        expect(await stream.closed).to.deep.equal({
          reason: 'completed',
          code: 1000,
          text: '',
          records: 1,
          error: undefined,
        });
      }));

    it('refuses a request where it is made, and one of another peer where it comes, both with 4000 and the path', () =>
      withPair(async ({ consumer, producer, bystander }) => {
        let ran = 0;
        producer.handle(contract, function* () {
          ran += 1;
          yield isDetailed.record;
        });
        const { code, text } = await consumer.openStream(contract, { params, data: { detail: 'x' as never } }).closed;
        expect([code, text]).to.satisfy(
          ([c, t]: [number, string]) => c === 4000 && t.startsWith('request.detail: '),
          text,
        );
        const go = createGoConsumer(bystander);
        go.open('job.7.progress', 'one', JSON.stringify({ detail: 'x' }));
        go.open('job.7.progress', 'two', '{"detail"');
        go.open('job.7.progress', 'three');
        await settle();
        const closes = ['one', 'two', 'three'].map((id) => go.frames.get(id)?.[0]?.closeError);
        expect(closes.map((close) => close?.Code)).to.deep.equal([4000, 4000, 4000]);
        expect(closes[0]?.Text).to.match(/^request\.detail: /);
        expect(closes[1]?.Text).to.match(/^request: expected a record of JSON/);
        expect(closes[2]?.Text).to.match(/^request: /);
        expect(ran).to.equal(0);
      }));

    it('throws a record that does not fit back at its yield, and goes on where the handler catches it', () =>
      withPair(async ({ consumer, producer }) => {
        const refusals: unknown[] = [];
        producer.handle(contract, function* () {
          try {
            yield { percent: 101, at: new Date() };
          } catch (error) {
            refusals.push(error);
          }
          yield isDetailed.record;
        });
        expect(await readAll(consumer.openStream(contract, { params, data: {} }))).to.deep.equal([isDetailed.record]);
        expect(refusals).to.have.length(1);
        expect(refusals[0]).to.be.instanceOf(StreamError).and.to.have.property('code', 'notEncodable');
        expect((refusals[0] as Error).message).to.match(/^record\.percent: /);
      }));

    it('ends a stream with 1003 at a record of another peer that does not fit, after those that do', () =>
      withPair(async ({ consumer, bystander }) => {
        const loose = defineStream({
          subject: 'numbers',
          record: vendor === 'zod' ? z.number() : vendor === 'valibot' ? v.number() : type('number'),
        });
        const go = createGoProducer(bystander, 'numbers');
        const stream = consumer.openStream(loose);
        await settle();
        const [request] = go.requests;
        if (request === undefined) throw new Error('expected a request');
        go.data(request, '1');
        go.data(request, '"two"');
        const read: unknown[] = [];
        const error = await failureOf(async () => {
          for await (const record of stream) read.push(record);
        });
        expect(read).to.deep.equal([1]);
        expect(error).to.be.instanceOf(CloseError).and.to.include({ code: 1003, reason: 'unsupportedData' });
        expect((error as CloseError).text).to.match(/^record: /);
        expect(await stream.closed).to.include({ code: 1003, reason: 'unsupportedData', records: 1 });
        expect(consumer.streams.every(({ actor }) => actor.getSnapshot().matches('cancelling'))).to.equal(true);
      }));

    it('gives the reader declared errors with names and data, and Go peers their code and text', () =>
      withPair(async ({ consumer, producer, bystander }) => {
        producer.handle(contract, async function* ({ params: { id }, fail }) {
          await Promise.resolve();
          if (id === 'old') fail.Expired();
          yield isDetailed.record;
          fail.NotFound({ jobId: id });
        });
        const stream = consumer.openStream(contract, { params, data: {} });
        const error = await failureOf(() => readAll(stream));
        if (!contract.isError(error) || error.errorName !== 'NotFound') throw error;
        expect([error.code, error.data, error.text]).to.deep.equal([4404, { jobId: '7' }, 'NotFound {"jobId":"7"}']);
        expect((await stream.closed).error).to.equal(error);
        const old = await consumer.openStream(contract, { params: { id: 'old' }, data: {} }).closed;
        expect([old.error?.errorName, old.text, old.records]).to.deep.equal(['Expired', 'Expired', 0]);
        const go = createGoConsumer(bystander);
        go.open('job.7.progress', 'one', '{}');
        await settle();
        expect(go.frames.get('one')?.at(-1)?.closeError).to.deep.equal({ Code: 4404, Text: 'NotFound {"jobId":"7"}' });
        expect(go.records('one')).to.deep.equal(['{"percent":50,"at":"1970-01-01T00:00:00.007Z"}']);
      }));
  });
}

describe('contracts', () => {
  const number = z.number();
  const inexact = (value: unknown): never => value as never;

  it('a Go producer that closes with a declared code is named where no data are missing', () =>
    withPair(async ({ consumer, bystander }) => {
      const go = createGoProducer(bystander, 'job.*.progress');
      const end = async (code: number, text: string) => {
        const stream = consumer.openStream(vendors.zod, { params, data: {} });
        await settle();
        const request = go.requests.at(-1);
        if (request !== undefined) go.close(request, code, text);
        const { error } = await stream.closed;
        return [error?.errorName, error?.code, error?.text];
      };
      expect(await end(4404, 'NotFound {"jobId":"7"}')).to.deep.equal(['NotFound', 4404, 'NotFound {"jobId":"7"}']);
      expect(await end(4404, 'no such job')).to.deep.equal([undefined, 4404, 'no such job']);
      expect(await end(4404, 'NotFound {"jobId":7}')).to.deep.equal([undefined, 4404, 'NotFound {"jobId":7}']);
      expect(await end(4404, 'NotFound {"jobId"')).to.deep.equal([undefined, 4404, 'NotFound {"jobId"']);
      expect(await end(4999, 'other')).to.deep.equal([undefined, 4999, 'other']);
      const expired = await consumer.openStream(vendors.zod, { params, data: {}, timeoutMs: 0 }).closed;
      expect(expired).to.include({ reason: 'timedOut', code: 1006 });
    }));

  it('data of an error that no close can hold are told to the handler that made them', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = defineStream({
        subject: 'a',
        errors: { Odd: { data: z.object({ at: z.date() }) }, Long: { data: z.string() }, Big: { data: z.any() } },
      });
      const failing = async (fail: (request: { readonly fail: Record<string, (data: unknown) => never> }) => never) => {
        const handling = producer.handle(contract, (request) => fail(request as never), { queue: false });
        const { code, text } = await consumer.openStream(contract).closed;
        handling.stop();
        return `${code} ${text}`;
      };
      expect(await failing(({ fail }) => fail['Odd']!({ at: new Date() }))).to.match(/^5000 fail\.Odd\.at: /);
      expect(await failing(({ fail }) => fail['Long']!('x'.repeat(5_000)))).to.match(
        /^5000 fail\.Long: expected at most 4096 bytes/,
      );
      expect(await failing(({ fail }) => fail['Big']!(1n))).to.match(/^5000 fail\.Big: /);
    }));

  it('a transform runs once, at who receives, also of a request', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = defineStream({
        subject: 'sum',
        request: z.string().transform((text) => text.split('+').map(Number)),
        record: z.number().transform((sum) => `= ${sum}`),
      });
      producer.handle(contract, ({ data }) => [data.reduce((sum, n) => sum + n, 0)]);
      expect(await readAll(consumer.openStream(contract, { data: '1+2' }))).to.deep.equal(['= 3']);
    }));

  it('texts and bytes are values as all others, and the request may be left out where its schema says so', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = defineStream({
        subject: 'echo',
        request: z.string().optional(),
        record: z.union([z.string(), z.instanceof(Uint8Array)]),
      });
      producer.handle(contract, ({ data }) => [data ?? 'nothing', new Uint8Array([1])]);
      expect(await readAll(consumer.openStream(contract, { data: '1' }))).to.deep.equal(['1', new Uint8Array([1])]);
      expect(await readAll(consumer.openStream(contract))).to.deep.equal(['nothing', new Uint8Array([1])]);
    }));

  for (const [validate, expected] of [
    ['both', ['request: asked for nothing', 'record at the writer', 'record at the reader']],
    ['producer', ['request at the producer', 'record at the writer', 'let through']],
    ['consumer', ['request: asked for nothing', 'let through', 'record at the reader']],
    ['none', ['let through', 'let through', 'let through']],
  ] as const) {
    it(`validated by ${validate}: ${expected.join(', ')}`, () =>
      withPair(async ({ consumer, producer, bystander }) => {
        const contract = defineStream({ subject: 'n', request: number, record: number, validate });
        let asked = 0;
        bystander.subscribe('n', { callback: () => (asked += 1) });
        const handling = producer.handle(contract, () => [1]);
        const { code } = await consumer.openStream(contract, { data: inexact('x') }).closed;
        await settle();
        const request =
          code !== 4000 ? 'let through' : asked === 0 ? 'request: asked for nothing' : 'request at the producer';
        handling.stop();
        const bad = producer.handle(contract, () => [inexact('x')]);
        const made = await consumer.openStream(contract, { data: 1 }).closed;
        bad.stop();
        const raw = producer.handle('n', function* () {
          yield '"x"';
        });
        const read = await consumer.openStream(contract, { data: 1 }).closed;
        raw.stop();
        const writer = made.code === 5000 ? 'record at the writer' : 'let through';
        const reader = read.code === 1003 ? 'record at the reader' : 'let through';
        // Where the writer lets through, the reader's own check is what the last one says.
        expect([request, writer, reader]).to.deep.equal(expected);
      }));
  }

  describe('with schemas that answer later', () => {
    const later = z.number().refine(async (n) => Promise.resolve(n < 3), 'expected less than 3');
    const contract = defineStream({ subject: 'later', request: later, record: later });

    it('requests and records are judged in their order', () =>
      withPair(async ({ consumer, producer }) => {
        producer.handle(contract, function* () {
          yield 1;
          yield 2;
        });
        expect(await readAll(consumer.openStream(contract, { data: 1 }))).to.deep.equal([1, 2]);
        const { code, text } = await consumer.openStream(contract, { data: 3 }).closed;
        expect([code, text]).to.deep.equal([4000, 'request: expected less than 3']);
      }));

    it('a record is refused at its writer, and one of an observable for a schema that cannot be waited for', () =>
      withPair(async ({ consumer, producer }) => {
        const generator = producer.handle(contract, function* () {
          yield 1;
          yield 3;
        });
        const stream = consumer.openStream(contract, { data: 1 });
        expect(await readOne(stream)).to.equal(1);
        const failed = consumer.openStream(contract, { data: 1 });
        expect(await failureOf(() => readAll(failed))).to.include({ code: 5000, text: 'record: expected less than 3' });
        generator.stop();
        producer.handle(contract, () => ({ subscribe: (observer) => observer.next(1) }));
        const { text } = await consumer.openStream(contract, { data: 1 }).closed;
        expect(text).to.match(/^record: expected a schema that answers at once/);
      }));

    it('a request of a stranger is refused with 4000', () =>
      withPair(async ({ producer, bystander }) => {
        producer.handle(contract, () => [1]);
        const go = createGoConsumer(bystander);
        go.open('later', 'one', '3');
        await settle();
        expect(go.frames.get('one')?.[0]?.closeError).to.deep.equal({
          Code: 4000,
          Text: 'request: expected less than 3',
        });
      }));

    it('a reader that leaves before its request is judged asks for nothing', () =>
      withPair(async ({ consumer, producer }) => {
        let ran = 0;
        producer.handle(contract, () => [(ran += 1)]);
        const stream = consumer.openStream(contract, { data: 1 });
        stream.cancel('changed my mind');
        expect(await stream.closed).to.include({ reason: 'cancelled', text: 'changed my mind' });
        await settle();
        expect(consumer.streams.filter(({ actor }) => !actor.getSnapshot().matches('cancelling'))).to.deep.equal([]);
        expect(ran).to.equal(0);
      }));
  });

  it('schemas that throw, or that give what is no result, are told as such', () =>
    withPair(async ({ consumer, producer }) => {
      const schemaOf = (validate: () => unknown) =>
        ({ '~standard': { version: 1, vendor: 'odd', validate } }) as unknown as typeof number;
      const refused = async (validate: () => unknown) => {
        const contract = defineStream({ subject: 'odd', request: schemaOf(validate) });
        const handling = producer.handle(contract, () => [1]);
        const { code, text } = await consumer.openStream(contract, { data: 1 }).closed;
        handling.stop();
        return `${code} ${text}`;
      };
      const throws = (): never => {
        throw new Error('broken');
      };
      expect(await refused(throws)).to.equal('4000 request: the schema threw: broken');
      expect(await refused(async () => Promise.reject(new Error('broken')))).to.equal(
        '4000 request: the schema threw: broken',
      );
      expect(await refused(() => undefined)).to.equal('4000 request: expected a result of the schema, came undefined');
      expect(await refused(() => ({ issues: [] }))).to.equal('4000 request: the schema refuses it');
      const path = ['list', 3, { key: 'a b' }, Symbol('s')];
      expect(await refused(() => ({ issues: [{ message: 'no', path }] }))).to.equal(
        '4000 request.list[3]["a b"]["Symbol(s)"]: no',
      );
      const many = Array.from({ length: 7 }, (_, n) => ({ message: `${n}`, path: [`f${n}`] }));
      expect(await refused(() => ({ issues: many }))).to.match(/request\.f4: 4; and 2 more$/);
    }));

  it('accept decides before the request is looked at, and strangers are not told its form', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = defineStream({ subject: 'n', request: number, record: number, validate: 'producer' });
      const bodies: unknown[] = [];
      producer.handle(contract, ({ data }) => [data], {
        accept: async (ask) => {
          bodies.push(ask.object());
          return Promise.resolve(ask.headers.has('Name'));
        },
      });
      const open = async (headers: Record<string, string>, data: unknown) => {
        const { code, text } = await consumer.openStream(contract, { data: inexact(data), headers }).closed;
        return `${code} ${text}`;
      };
      expect(await open({}, 'x')).to.equal('4003 the producer does not accept the request');
      expect(await open({ Name: 'a' }, 'x')).to.match(/^4000 request: /);
      const stream = consumer.openStream(contract, { data: 1, headers: { Name: 'a' } });
      expect(await readAll(stream)).to.deep.equal([1]);
      expect(bodies).to.deep.equal(['x', 'x', 1]);
    }));

  it('a producer keeps to the parameters that it is given', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = defineStream({ subject: 'log.{service}.{host}', record: z.string() });
      const handling = producer.handle(contract, ({ params: { service, host } }) => [`${service} ${host}`], {
        params: { service: 'web' },
      });
      expect(handling.subject).to.equal('log.web.*');
      expect(await readAll(consumer.openStream(contract, { params: { service: 'web', host: 'a' } }))).to.deep.equal([
        'web a',
      ]);
      const { reason } = await consumer.openStream(contract, { params: { service: 'db', host: 'a' } }).closed;
      expect(reason).to.equal('noResponders');
    }));

  it('leaving, an abort, a deadline and the end of the client end a stream as one without a contract', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = defineStream({ subject: 'n', record: number });
      let stopped = 0;
      producer.handle(contract, async function* ({ signal }) {
        try {
          yield 1;
          yield 2;
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        } finally {
          stopped += 1;
        }
      });
      const left = consumer.openStream(contract);
      expect(await readOne(left)).to.equal(1);
      expect(await left.closed).to.include({ reason: 'cancelled', text: 'the reader left', records: 1 });
      const controller = new AbortController();
      const aborted = consumer.openStream(contract, { signal: controller.signal });
      const read = readAll(aborted);
      await settle();
      controller.abort();
      expect(await read).to.deep.equal([1, 2]);
      expect(await aborted.closed).to.include({ reason: 'cancelled', text: 'the signal aborted' });
      const due = consumer.openStream(contract, { timeoutMs: 5 });
      expect(await failureOf(() => readAll(due))).to.include({ reason: 'timedOut' });
      const drained = consumer.openStream(contract);
      const reading = readAll(drained);
      await settle();
      await consumer.drain();
      expect(await reading).to.deep.equal([1, 2]);
      expect(await drained.closed).to.include({ reason: 'cancelled' });
      await settle();
      expect(stopped).to.equal(4);
      expect(() => consumer.openStream(contract)).to.throw(StreamError, /the client is closed or drains/);
    }));

  it('what iterates the records has all that the platform gives to async iterators', () =>
    withPair(async ({ consumer, producer }) => {
      // eslint-disable-next-line @typescript-eslint/no-empty-function -- it ends at once
      const native = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype)) as object;
      const numbers = defineStream({ subject: 'numbers', record: z.number() });
      producer.handle(numbers, () => [1, 2]);
      const records = consumer.openStream(numbers)[Symbol.asyncIterator]();
      expect(Object.getPrototypeOf(records)).to.equal(native);
      expect(await records.next()).to.deep.equal({ done: false, value: 1 });
    }));

  it('a callback takes the records, and the stream is then not iterated', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = defineStream({ subject: 'n', record: number });
      producer.handle(contract, () => [1, 2, 3]);
      const read: number[] = [];
      const stream = consumer.openStream(contract, { onRecord: (n) => void read.push(n) });
      expect(() => stream[Symbol.asyncIterator]()).to.throw(StreamError, /cannot be iterated/);
      expect(await stream.closed).to.include({ reason: 'completed', records: 3 });
      expect(read).to.deep.equal([1, 2, 3]);
      const throwing = consumer.openStream(contract, {
        onRecord: () => {
          throw new Error('no');
        },
      });
      expect(await throwing.closed).to.include({ reason: 'cancelled', text: "the reader's callback threw: no" });
    }));

  it('a machine is given the records of a contract as events, and its end or its declared error', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = vendors.zod;
      producer.handle(contract, function* ({ params: { id }, fail }) {
        yield isDetailed.record;
        if (id === 'gone') fail.NotFound({ jobId: id });
      });
      const seen: unknown[] = [];
      const watching = setup({
        types: {
          events: {} as ContractRecordEvent<typeof contract, 'job'>,
          input: {} as { id: string },
          context: {} as { id: string },
        },
        actors: { job: streamActor(consumer, contract, { event: 'job' }) },
      }).createMachine({
        context: ({ input }) => input,
        initial: 'watching',
        states: {
          watching: {
            invoke: {
              src: 'job',
              input: ({ context: { id }, self }) => ({ params: { id }, data: {}, parent: self }),
              onDone: { target: 'done', actions: ({ event }) => void seen.push(event.output.reason) },
              onError: {
                target: 'done',
                actions: ({ event: { error } }) => void seen.push(contract.isError(error) && error.data),
              },
            },
            on: {
              job: { actions: ({ event }) => void seen.push([event.params, event.subject, event.record.percent]) },
            },
          },
          done: { type: 'final' },
        },
      });
      for (const id of ['7', 'gone']) {
        await waitFor(createActor(watching, { input: { id } }).start(), ({ status }) => status === 'done');
      }
      expect(seen).to.deep.equal([
        [{ id: '7' }, 'job.7.progress', 50],
        'completed',
        [{ id: 'gone' }, 'job.gone.progress', 50],
        { jobId: 'gone' },
      ]);
    }));

  it('the actor of a contract is persisted, with its parameters, its request and its declared error', () =>
    withPair(async ({ consumer, producer }) => {
      const contract = vendors.zod;
      producer.handle(contract, ({ params: { id }, fail }) => fail.NotFound({ jobId: id }));
      const logic = streamActor(consumer, contract);
      const first = createActor(logic, { input: { params: { id: 'gone' }, data: {} } });
      const active = JSON.parse(JSON.stringify(first.start().getPersistedSnapshot())) as never;
      first.stop();
      const restored = createActor(logic, { snapshot: active, input: undefined as never }).start();
      restored.subscribe({ error: () => undefined });
      expect(await failureOf(() => toPromise(restored))).to.include({ errorName: 'NotFound' });
      const failed = JSON.parse(JSON.stringify(restored.getPersistedSnapshot())) as never;
      const { error } = createActor(logic, { snapshot: failed, input: undefined as never }).getSnapshot();
      expect(contract.isError(error) && error.data).to.deep.equal({ jobId: 'gone' });
    }));
});
