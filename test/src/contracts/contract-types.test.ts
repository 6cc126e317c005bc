/* eslint-disable @typescript-eslint/no-unused-vars, @typescript-eslint/no-meaningless-void-operator, @typescript-eslint/no-unsafe-call
   -- programs that the compiler is asked about, and that nobody runs */
import { type } from 'arktype';
import { expect } from 'chai';
import * as v from 'valibot';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { StreamError } from '../../../src/index.js';
import { streamActor, type ContractRecordEvent } from '../../../src/stream-actor/index.js';
import {
  defineStream,
  type ContractHandler,
  type ContractRequest,
  type ContractStream,
} from '../../../src/contracts/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where two types are the same. */
function same<A, B>(_: Equal<A, B>): void {
  // The compiler has said it.
}

const stages = ['queued', 'running', 'done'] as const;

// The same contract three times.
const ofZod = defineStream({
  subject: 'job.{id}.progress',
  request: z.object({ detail: z.boolean().default(false) }),
  record: z.object({ stage: z.enum(stages), percent: z.number(), at: z.date() }),
  errors: { NotFound: { code: 4404, data: z.object({ jobId: z.string() }) }, Expired: {} },
});
const ofValibot = defineStream({
  subject: 'job.{id}.progress',
  request: v.object({ detail: v.optional(v.boolean(), false) }),
  record: v.object({ stage: v.picklist(stages), percent: v.number(), at: v.date() }),
  errors: { NotFound: { code: 4404, data: v.object({ jobId: v.string() }) }, Expired: {} },
});
const ofArktype = defineStream({
  subject: 'job.{id}.progress',
  request: type({ detail: 'boolean = false' }),
  record: type({ stage: "'queued' | 'running' | 'done'", percent: 'number', at: 'Date' }),
  errors: { NotFound: { code: 4404, data: type({ jobId: 'string' }) }, Expired: {} },
});
// With a transform, and nothing else.
const ticks = defineStream({ subject: 'ticks', record: z.string().transform(Number) });
const unchecked = defineStream({ subject: 'ticks', record: z.string().transform(Number), validate: 'none' });
const anything = defineStream({ subject: 'anything' });

type Stage = (typeof stages)[number];

/** What the compiler is asked, and never run. */
export const asked = {
  async rightPrograms({ consumer, producer }: Pair): Promise<void> {
    for (const contract of [ofZod, ofValibot] as const) void contract;
    producer.handle(ofZod, async function* (request) {
      same<typeof request.params, { readonly id: string }>(true);
      same<typeof request.data, { detail: boolean }>(true);
      if (request.params.id === '') request.fail.NotFound({ jobId: request.params.id });
      if (request.data.detail) request.fail.Expired();
      await Promise.resolve();
      yield { stage: 'done', percent: 1, at: new Date() };
    });
    producer.handle(ofValibot, async function* (request) {
      same<typeof request.data, { detail: boolean }>(true);
      await Promise.resolve();
      yield { stage: 'running', percent: 1, at: new Date() };
    });
    producer.handle(ofArktype, function* (request) {
      same<typeof request.data, { detail: boolean }>(true);
      yield { stage: 'running', percent: 1, at: new Date() };
    });
    producer.handle(ticks, () => ['1', '2']);
    producer.handle(ticks, async () => Promise.resolve(['1']), { queue: false, streamsMax: 3 });
    producer.handle(ticks, () => new ReadableStream<string>());
    producer.handle(ofZod, () => [], { params: { id: '7' }, accept: ({ headers }) => headers.has('a') });
    const handler: ContractHandler<typeof ticks> = () => ['1'];
    producer.handle(ticks, handler);

    const stream: ContractStream<typeof ofZod> = consumer.openStream(ofZod, { params: { id: '7' }, data: {} });
    for await (const record of stream) {
      same<typeof record.stage, Stage>(true);
      same<typeof record.at, Date>(true);
    }
    const { error } = await stream.closed;
    if (error?.errorName === 'NotFound') same<typeof error.data, { jobId: string }>(true);
    else if (error?.errorName === undefined) void error?.reason;
    for await (const n of consumer.openStream(ticks)) same<typeof n, number>(true);
    for await (const text of consumer.openStream(unchecked)) same<typeof text, string>(true);
    for await (const value of consumer.openStream(anything)) same<typeof value, unknown>(true);
    for await (const bytes of consumer.openStream('untyped', { a: 1 })) same<typeof bytes, Uint8Array>(true);
    consumer.openStream(ofArktype, {
      params: { id: '7' },
      data: { detail: true },
      onRecord: ({ percent }) => void percent,
    });
    same<ContractRequest<typeof ofZod>['params'], { readonly id: string }>(true);
    const caught: unknown = undefined;
    if (ofValibot.isError(caught) && caught.errorName === 'NotFound') void caught.data.jobId;

    setup({
      types: {
        context: {} as { readonly percent: number },
        events: {} as ContractRecordEvent<typeof ofZod, 'job'> | ContractRecordEvent<typeof ticks, 'tick'>,
      },
      actors: {
        job: streamActor(consumer, ofZod, { event: 'job' }),
        ticks: streamActor(consumer, ticks, { event: 'tick' }),
      },
    }).createMachine({
      context: { percent: 0 },
      invoke: [
        {
          src: 'job',
          input: ({ self }) => ({ params: { id: '7' }, data: {}, parent: self }),
          onDone: { actions: ({ event }) => void event.output.records },
        },
        { src: 'ticks', input: {} },
      ],
      on: {
        job: { actions: assign({ percent: ({ event }) => event.record.percent + event.params.id.length }) },
        tick: { actions: assign({ percent: ({ event }) => event.record }) },
      },
    });
  },

  /** The ten mistakes of a comparison of services, and what is like them. */
  async mistakes({ consumer, producer }: Pair): Promise<void> {
    const params = { id: '7' };
    // @ts-expect-error 1: a field that no record has
    for await (const record of consumer.openStream(ofZod, { params, data: {} })) void record.percentage;
    // @ts-expect-error 2: a request of another type
    consumer.openStream(ofZod, { params, data: { detail: 42 } });
    // @ts-expect-error 2: no request
    consumer.openStream(ofZod, { params });
    // @ts-expect-error 3: a record without one of its fields
    producer.handle(ofZod, function* () {
      yield { stage: 'done', at: new Date() } as const;
    });
    // @ts-expect-error 4: another parameter
    consumer.openStream(ofZod, { params: { ID: '7' }, data: {} });
    // @ts-expect-error 4: no parameters
    consumer.openStream(ofZod, { data: {} });
    // @ts-expect-error 4: a parameter where there is none
    consumer.openStream(ticks, { params });
    // @ts-expect-error 4: a pattern that is none
    defineStream({ subject: 'job.{id.progress' });
    // @ts-expect-error 4: a wildcard
    defineStream({ subject: 'job.*' });
    // @ts-expect-error 5: a forgotten await
    producer.handle(ofZod, function* () {
      yield { stage: 'done', percent: Promise.resolve(1), at: new Date() } as const;
    });
    // @ts-expect-error 6: a record that is returned, and not yielded
    producer.handle(ofZod, async () => Promise.resolve({ stage: 'done', percent: 1, at: new Date() } as const));
    producer.handle(ofZod, function* ({ fail }) {
      // @ts-expect-error 7: an error that is not declared
      fail.NotFuond({ jobId: '7' });
      // @ts-expect-error 7: other data than declared
      fail.NotFound({ job: '7' });
      // @ts-expect-error 7: data where none are declared
      fail.Expired({ job: '7' });
      yield* [];
    });
    // @ts-expect-error 8: a value that is none of those
    producer.handle(ofZod, function* () {
      yield { stage: 'finished', percent: 1, at: new Date() } as const;
    });
    // @ts-expect-error 9: a misspelt option
    consumer.openStream(ofZod, { params, data: {}, timeoutMS: 5 });
    // @ts-expect-error 9: an option of streams without a contract
    consumer.openStream(ofZod, { params, data: {}, onObject: () => undefined });
    const machine = setup({ actors: { job: streamActor(consumer, ofZod) } });
    // @ts-expect-error 10: a machine that gives a stream another input
    machine.createMachine({ invoke: { src: 'job', input: { params: { id: 1 }, data: {} } } });
    const deaf = setup({
      types: { events: {} as { readonly type: 'other' } },
      actors: { job: streamActor(consumer, ofZod) },
    });
    // @ts-expect-error 10: a machine that does not take the records
    deaf.createMachine({ invoke: { src: 'job', input: ({ self }) => ({ params, data: {}, parent: self }) } });
  },
};

describe('contracts, mistakes that the compiler did not see', () => {
  const opened = async (options: object) => {
    const pair = createPair();
    try {
      return await failureOf(() => readAll(pair.consumer.openStream(ofZod, options as never)));
    } finally {
      await closePair(pair);
    }
  };
  const handled = async (handler: unknown) => {
    const pair = createPair();
    try {
      pair.producer.handle(ofZod, handler as ContractHandler<typeof ofZod>);
      return await failureOf(() => readAll(pair.consumer.openStream(ofZod, { params: { id: '7' }, data: {} })));
    } finally {
      await closePair(pair);
    }
  };
  const params = { id: '7' };
  const at = new Date();
  const yielding = (record: unknown) =>
    function* () {
      yield record;
    };

  for (const [mistake, run, words] of [
    [
      'a request of another type',
      () => opened({ params, data: { detail: 42 } }),
      /close 4000 .*request\.detail: .*boolean/,
    ],
    ['no request', () => opened({ params }), /close 4000 .*request: /],
    ['a record without one of its fields', () => handled(yielding({ stage: 'done', at })), /record\.percent: .*number/],
    ['another parameter', () => opened({ params: { ID: '7' }, data: {} }), /unknown option ID.*expected one of id/],
    ['no parameters', () => opened({ data: {} }), /params\.id: expected a text, came undefined/],
    [
      'a parameter of two tokens',
      () => opened({ params: { id: 'a.b' }, data: {} }),
      /params\.id: expected one token.*"a\.b"/,
    ],
    ['an empty parameter', () => opened({ params: { id: '' }, data: {} }), /params\.id: expected one token.*""/],
    [
      'a wildcard as parameter',
      () => opened({ params: { id: '*' }, data: {} }),
      /params\.id: expected one token.*"\*"/,
    ],
    [
      'a forgotten await',
      () => handled(yielding({ stage: 'done', percent: Promise.resolve(1), at })),
      /record\.percent: .*number.*(Promise|object)/,
    ],
    [
      'a record that is returned',
      () => handled(async () => Promise.resolve({ stage: 'done', percent: 1, at })),
      /handler: expected an async generator.*came object/,
    ],
    [
      'an error that is not declared',
      () =>
        handled(({ fail }: { readonly fail: Readonly<Record<string, (data: unknown) => never>> }) =>
          fail['NotFuond']?.({}),
        ),
      /fail: expected one of NotFound, Expired, came "NotFuond"/,
    ],
    [
      'other data of an error',
      () =>
        handled(({ fail }: { readonly fail: Readonly<Record<string, (data: unknown) => never>> }) =>
          fail['NotFound']?.({ job: 1 }),
        ),
      /fail\.NotFound\.jobId: .*string/,
    ],
    [
      'a value that is none of those',
      () => handled(yielding({ stage: 'finished', percent: 1, at })),
      /record\.stage: /,
    ],
    [
      'a misspelt option',
      () => opened({ params, data: {}, timeoutMS: 5 }),
      /unknown option timeoutMS \(did you mean timeoutMs\?\)/,
    ],
  ] as const) {
    it(`${mistake} is told in words`, async () => {
      const error = await run();
      expect(error).to.be.instanceOf(Error);
      expect((error as Error).message).to.match(words);
    });
  }

  for (const [subject, words] of [
    ['job.{id.progress', /a parameter to be a token of its own/],
    ['job.x{id}', /a parameter to be a token of its own/],
    ['job.{}', /a parameter to be a token of its own/],
    ['job.*', /a subject without wildcards/],
    ['job.>', /a subject without wildcards/],
    ['job..a', /a subject without wildcards/],
    ['', /a subject without wildcards/],
    ['a b', /a subject without wildcards/],
    ['{a}.{a}', /each parameter once, came \{a\} twice/],
    [7, /subject: expected a text, came number/],
  ] as const) {
    it(`a pattern that is none is refused: ${JSON.stringify(subject)}`, () => {
      expect(() => defineStream({ subject: subject as never })).to.throw(StreamError, words);
    });
  }

  it('a definition that makes no sense is refused, naming what it is', () => {
    const refused = (definition: object, words: RegExp) =>
      expect(() => defineStream({ subject: 'a', ...definition })).to.throw(StreamError, words);
    refused({ records: z.string() }, /unknown option records \(did you mean record\?\)/);
    refused({ record: { parse: () => 1 } }, /record: expected a Standard Schema.*came object/);
    refused({ request: 'text' }, /request: expected a Standard Schema.*came string/);
    refused({ validate: 'all' }, /validate: expected both, producer, consumer or none, came "all"/);
    refused({ errors: { A: { code: 4000 } } }, /errors\.A\.code: expected a whole number from 4100 to 4999, came 4000/);
    refused(
      { errors: { A: { code: 4200 }, B: { code: 4200 } } },
      /errors\.B\.code: expected a code of its own, came 4200 of A/,
    );
    refused({ errors: { 'a b': {} } }, /errors: expected names of letters and digits, came "a b"/);
    refused({ errors: { A: { kode: 1 } } }, /unknown option kode/);
  });

  it('what is no contract is told where it is used', async () => {
    const pair = createPair();
    const { producer, consumer } = pair;
    expect(() => producer.handle({ subject: 'a' } as never, () => [])).to.throw(
      StreamError,
      /one that defineStream made/,
    );
    expect(() => consumer.openStream({ subject: 'a' } as never)).to.throw(StreamError, /one that defineStream made/);
    expect(() => producer.handle(ticks, () => [], { queue: true as never })).to.throw(
      StreamError,
      /queue: .*false, came true/,
    );
    expect(() => producer.handle(ticks, () => [], { params: { id: '7' } as never })).to.throw(
      StreamError,
      /params: expected none/,
    );
    await closePair(pair);
  });
});
