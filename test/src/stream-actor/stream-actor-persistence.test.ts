import { expect } from 'chai';
import { assign, createActor, setup, toPromise, waitFor, type Snapshot } from 'xstate';
import { CloseError } from '../../../src/index.js';
import { streamActor, type StreamActorRequest, type StreamRecordEvent } from '../../../src/stream-actor/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf } from '../../support/read.js';
import { settle } from '../../support/settle.js';

function createTail(pair: Pair, request: StreamActorRequest) {
  return setup({
    types: { context: {} as { readonly lines: readonly string[] }, events: {} as StreamRecordEvent<string> },
    actors: { tail: streamActor(pair.consumer) },
  }).createMachine({
    context: { lines: [] },
    initial: 'tailing',
    states: {
      tailing: {
        invoke: {
          src: 'tail',
          id: 'tail',
          input: ({ self }) => ({ ...request, as: 'text', parent: self }),
          onDone: 'complete',
        },
        on: {
          'stream.record': { actions: assign({ lines: ({ context, event }) => [...context.lines, event.record] }) },
        },
      },
      complete: { type: 'final' },
    },
  });
}

/** What the types of XState ask for beside a snapshot. Nobody reads it. */
const input = { subject: 'other', parent: undefined };

const throughJson = (snapshot: unknown): Snapshot<unknown> => JSON.parse(JSON.stringify(snapshot)) as Snapshot<unknown>;

describe('streamActor, persisted and restored', () => {
  let pair: Pair;
  let bodies: Uint8Array[];
  beforeEach(() => {
    pair = createPair();
    bodies = [];
    pair.producer.handle('log', async function* (request) {
      bodies.push(request.body);
      yield 'one';
      if (bodies.length === 1) {
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      }
      yield 'two';
    });
  });
  afterEach(() => closePair(pair));

  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  const data: Readonly<Record<string, unknown>> = {
    bytes,
    'no bytes': new Uint8Array(),
    'a part of a buffer': bytes.subarray(10, 20),
    'a Buffer': Buffer.from(bytes),
    text: 'since yesterday',
    'no text': '',
    'text that looks like JSON': '{"0":1}',
    'an object': { since: 5, levels: ['warn', 'error'], nested: { yes: true } },
    'a date': { since: new Date(0) },
    null: null,
    nothing: undefined,
    'an object with the names of the persisted form': { text: 'x', superjson: {}, data: { text: 'y' } },
  };
  for (const [what, value] of Object.entries(data)) {
    it(`asks for the same again where the request is ${what}`, async () => {
      const machine = createTail(pair, { subject: 'log', data: value });
      const first = createActor(machine).start();
      await waitFor(first, ({ context }) => context.lines.length === 1);
      const snapshot = throughJson(first.getPersistedSnapshot());
      first.stop();
      const second = createActor(machine, { snapshot }).start();
      const { context } = await waitFor(second, ({ status }) => status === 'done');
      // The context is the machine's: it goes on with what it had, and the stream begins anew.
      expect(context.lines).to.deep.equal(['one', 'one', 'two']);
      expect(bodies).to.have.lengthOf(2);
      expect(bodies[1]).to.deep.equal(bodies[0]);
      await settle();
      expect(pair.consumer.streams).to.deep.equal([]);
    });
  }

  it('keeps the snapshot the same when it is persisted twice, and its deadline', () => {
    const machine = createTail(pair, { subject: 'log', data: bytes, timeoutMs: 60_000 });
    const actor = createActor(machine).start();
    const snapshot = throughJson(actor.getPersistedSnapshot());
    actor.stop();
    const again = createActor(machine, { snapshot });
    expect(throughJson(again.getPersistedSnapshot())).to.deep.equal(snapshot);
    const child = again.getSnapshot().children['tail']?.getSnapshot() as { readonly input: unknown };
    expect(child.input).to.deep.equal({ subject: 'log', data: bytes, timeoutMs: 60_000, as: 'text' });
  });

  it('asks with the same headers again', async () => {
    const asked: unknown[] = [];
    pair.producer.handle('headed', async function* ({ headers, signal }) {
      asked.push(Object.fromEntries(headers));
      yield 'one';
      if (asked.length === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const machine = createTail(pair, { subject: 'headed', headers: { tenant: 'blue', tag: ['a', 'b'] } });
    const first = createActor(machine).start();
    await waitFor(first, ({ context }) => context.lines.length === 1);
    const snapshot = throughJson(first.getPersistedSnapshot());
    first.stop();
    await toPromise(createActor(machine, { snapshot }).start());
    expect(asked).to.deep.equal([
      { tenant: ['blue'], tag: ['a', 'b'] },
      { tenant: ['blue'], tag: ['a', 'b'] },
    ]);
  });

  it('is refused where its input holds what JSON cannot', () => {
    const refusal = (request: Partial<StreamActorRequest>): unknown => {
      const actor = createActor(createTail(pair, { subject: 'log', ...request })).start();
      try {
        return actor.getPersistedSnapshot();
      } catch (error) {
        return String(error);
      } finally {
        actor.stop();
      }
    };
    expect(refusal({ signal: new AbortController().signal })).to.equal(
      'StreamError: input.signal: expected what can be persisted, came an AbortSignal',
    );
    expect(refusal({ onSlow: () => undefined })).to.equal(
      'StreamError: input.onSlow: expected what can be persisted, came function',
    );
    expect(refusal({ data: { each: () => undefined } })).to.match(/^StreamError: input\.data: .*a function/);
    expect(refusal({ data: new WeakMap() })).to.match(/^StreamError: input\.data: .*WeakMap/);
  });

  it('is the same where it is over, whatever its input was', async () => {
    const { signal } = new AbortController();
    pair.producer.handle('short', () => ['one']);
    const done = createActor(streamActor(pair.consumer), { input: { subject: 'short', signal, parent: undefined } });
    const output = await toPromise(done.start());
    const restored = createActor(streamActor(pair.consumer), {
      input,
      snapshot: throughJson(done.getPersistedSnapshot()),
    });
    expect(await toPromise(restored.start())).to.deep.include({ reason: 'completed', records: output.records });
    expect(pair.consumer.streams).to.deep.equal([]);
  });

  it('fails with the same error where it has failed', async () => {
    const failed = createActor(streamActor(pair.consumer), { input: { subject: 'nobody', parent: undefined } });
    const error = (await failureOf(toPromise(failed.start()))) as CloseError;
    const restored = createActor(streamActor(pair.consumer), {
      input,
      snapshot: throughJson(failed.getPersistedSnapshot()),
    });
    const again = failureOf(toPromise(restored));
    restored.subscribe({ error: () => undefined });
    restored.start();
    expect(await again)
      .to.be.instanceOf(CloseError)
      .and.deep.include({ reason: 'noResponders', code: error.code });
    expect(String(await again)).to.equal(String(error));
  });

  it('stays stopped where it was stopped', async () => {
    const actor = createActor(streamActor(pair.consumer), { input: { subject: 'log', parent: undefined } }).start();
    actor.stop();
    const restored = createActor(streamActor(pair.consumer), {
      input,
      snapshot: throughJson(actor.getPersistedSnapshot()),
    });
    restored.start();
    await settle();
    expect(restored.getSnapshot().status).to.equal('stopped');
    expect(pair.consumer.streams).to.deep.equal([]);
  });
});
