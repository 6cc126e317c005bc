import { expect } from 'chai';
import { assign, createActor, setup, toPromise, waitFor, type InspectionEvent } from 'xstate';
import { CloseError } from '../../../src/errors.js';
import { streamActor, type StreamActorRequest, type StreamRecordEvent } from '../../../src/stream-actor/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf } from '../../support/read.js';
import { settle } from '../../support/settle.js';

/** A machine of an application that tails a log: it follows until the stream ends or somebody stops it. */
function createTail(pair: Pair, input: StreamActorRequest & { readonly as?: 'bytes' | 'text' | 'object' }) {
  return setup({
    types: {
      context: {} as { readonly lines: readonly unknown[]; readonly why: string },
      events: {} as StreamRecordEvent | { readonly type: 'stop' },
    },
    actors: { stream: streamActor(pair.consumer) },
  }).createMachine({
    context: { lines: [], why: '' },
    initial: 'following',
    states: {
      following: {
        invoke: {
          src: 'stream',
          input: ({ self }) => ({ ...input, parent: self }),
          onDone: { target: 'complete', actions: assign({ why: ({ event }) => event.output.reason }) },
          onError: { target: 'broken', actions: assign({ why: ({ event }) => String(event.error) }) },
        },
        on: {
          'stream.record': { actions: assign({ lines: ({ context, event }) => [...context.lines, event.record] }) },
          stop: 'stopped',
        },
      },
      complete: { type: 'final' },
      broken: { type: 'final' },
      stopped: {},
    },
  });
}

describe('streamActor, invoked by a machine of the application', () => {
  let pair: Pair;
  beforeEach(() => {
    pair = createPair();
    pair.producer.handle('logs', async function* (request) {
      yield `${request.text()} one`;
      yield 'two';
      if (request.text() === 'follow') {
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      }
    });
    pair.producer.handle('broken', () => {
      throw new Error('no such log');
    });
    pair.producer.handle('values', () => [{ i: 0 }, { i: 1 }]);
  });
  afterEach(() => closePair(pair));

  it('sends its parent the records and is done as the stream is complete', async () => {
    const tail = createActor(createTail(pair, { subject: 'logs', data: 'tail', as: 'text' })).start();
    const last = await waitFor(tail, (snapshot) => snapshot.status === 'done');
    expect(last.value).to.equal('complete');
    expect(last.context).to.deep.equal({ lines: ['tail one', 'two'], why: 'completed' });
  });

  it('hands over bytes unless told, or values', async () => {
    const bytes = createActor(createTail(pair, { subject: 'logs', data: 'x' })).start();
    const values = createActor(createTail(pair, { subject: 'values', as: 'object' })).start();
    const ends = await Promise.all([bytes, values].map((each) => waitFor(each, ({ status }) => status === 'done')));
    expect(ends[0]?.context.lines[1]).to.deep.equal(new TextEncoder().encode('two'));
    expect(ends[1]?.context.lines).to.deep.equal([{ i: 0 }, { i: 1 }]);
  });

  it('ends with the error of the stream', async () => {
    const tail = createActor(createTail(pair, { subject: 'broken' })).start();
    const last = await waitFor(tail, (snapshot) => snapshot.status === 'done');
    expect(last.value).to.equal('broken');
    expect(last.context.why).to.equal('CloseError: nats stream: close 5000 (internal server error): no such log');
  });

  it('ends with an error where the stream cannot be opened', async () => {
    const tail = createActor(createTail(pair, { subject: 'a.*' })).start();
    const last = await waitFor(tail, (snapshot) => snapshot.status === 'done');
    expect(last.context.why).to.match(/^StreamError: subject: expected a subject without wildcards/);
  });

  it('ends with an error at its deadline', async () => {
    const tail = createActor(createTail(pair, { subject: 'logs', data: 'follow', timeoutMs: 5 })).start();
    const last = await waitFor(tail, (snapshot) => snapshot.status === 'done');
    expect(last.context.why).to.match(/the deadline of 5 ms has passed$/);
  });

  it('cancels the stream when the machine leaves the state', async () => {
    const tail = createActor(createTail(pair, { subject: 'logs', data: 'follow', as: 'text' })).start();
    await waitFor(tail, ({ context }) => context.lines.length === 2);
    const [stream] = pair.consumer.streams;
    tail.send({ type: 'stop' });
    expect(await stream?.closed).to.include({ reason: 'cancelled', text: 'the actor was stopped' });
    expect(tail.getSnapshot()).to.include({ value: 'stopped', status: 'active' });
  });

  it('cancels the stream when the machine is stopped', async () => {
    const tail = createActor(createTail(pair, { subject: 'logs', data: 'follow' })).start();
    await waitFor(tail, ({ context }) => context.lines.length === 2);
    const [stream] = pair.consumer.streams;
    tail.stop();
    expect(await stream?.closed).to.include({ reason: 'cancelled' });
    await settle();
    expect(tail.getSnapshot().context.lines).to.have.lengthOf(2);
  });

  it('shows its actor and its events to the inspect observer of the application', async () => {
    const seen: string[] = [];
    const inspect = (event: InspectionEvent) => {
      if (event.type === '@xstate.event') seen.push(event.event.type);
    };
    const tail = createActor(createTail(pair, { subject: 'logs', data: 'x' }), { inspect }).start();
    await waitFor(tail, ({ status }) => status === 'done');
    expect(seen.filter((type) => type === 'stream.record')).to.have.lengthOf(2);
  });
});

describe('streamActor, spawned by a machine of the application', () => {
  it('serves several streams of one machine, told apart by their subjects', async () => {
    const pair = createPair();
    pair.producer.handle('logs.*', ({ subject }) => [subject, subject]);
    const machine = setup({
      types: {
        context: {} as { readonly lines: readonly string[] },
        events: {} as StreamRecordEvent<string>,
      },
      actors: { stream: streamActor(pair.consumer) },
    }).createMachine({
      context: ({ spawn, self }) => {
        for (const subject of ['logs.web', 'logs.db']) {
          spawn('stream', { id: subject, input: { subject, as: 'text', parent: self } });
        }
        return { lines: [] };
      },
      on: {
        'stream.record': {
          actions: assign({ lines: ({ context, event }) => [...context.lines, `${event.subject} ${event.record}`] }),
        },
      },
    });
    const actor = createActor(machine).start();
    const { context } = await waitFor(actor, (snapshot) => snapshot.context.lines.length === 4);
    expect([...context.lines].sort()).to.deep.equal([
      'logs.db logs.db',
      'logs.db logs.db',
      'logs.web logs.web',
      'logs.web logs.web',
    ]);
    actor.stop();
    await closePair(pair);
  });
});

describe('streamActor, without a parent', () => {
  it('emits the records, and gives its end as its output', async () => {
    const pair = createPair();
    pair.producer.handle('logs', () => ['one', 'two']);
    const actor = createActor(streamActor(pair.consumer), {
      input: { subject: 'logs', as: 'text', parent: undefined },
    });
    const records: unknown[] = [];
    actor.on('stream.record', ({ record }) => records.push(record));
    actor.start();
    expect(await toPromise(actor)).to.include({ reason: 'completed', records: 2, bytes: 6 });
    expect(records).to.deep.equal(['one', 'two']);
    await closePair(pair);
  });

  it('fails as the stream does', async () => {
    const pair = createPair();
    const actor = createActor(streamActor(pair.consumer), { input: { subject: 'nobody', parent: undefined } });
    const failure = failureOf(toPromise(actor.start()));
    expect(await failure)
      .to.be.instanceOf(CloseError)
      .with.property('reason', 'noResponders');
    await closePair(pair);
  });
});
