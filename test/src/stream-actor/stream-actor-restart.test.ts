import { expect } from 'chai';
import { assign, createActor, setup, toPromise, waitFor, type AnyActorRef } from 'xstate';
import { CloseError, type ConsumerStream } from '../../../src/index.js';
import { streamActor, type StreamRecordEvent } from '../../../src/stream-actor/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

/** What an actor wrote to its observer, of one life. */
function watch(actor: AnyActorRef): string[] {
  const seen: string[] = [];
  actor.subscribe({
    next: ({ status }: { readonly status: string }) => seen.push(status),
    error: (error: unknown) => seen.push(`error: ${String(error)}`),
    complete: () => seen.push('complete'),
  });
  return seen;
}

describe('streamActor, stopped and started again', () => {
  let pair: Pair;
  let requests: string[];
  let finish: () => void;
  beforeEach(() => {
    pair = createPair();
    requests = [];
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    pair.producer.handle('logs', async function* (request) {
      requests.push(request.text());
      yield 'one';
      await finished;
      yield 'two';
    });
  });
  afterEach(() => closePair(pair));

  const onlyStream = (): ConsumerStream => {
    expect(pair.consumer.streams).to.have.lengthOf(1);
    return pair.consumer.streams[0]!;
  };

  it('has a stream of its own in each life, and is done as the last one is complete', async () => {
    const actor = createActor(streamActor(pair.consumer), {
      input: { subject: 'logs', data: 'tail', as: 'text', parent: undefined },
    });
    const first = watch(actor);
    actor.start();
    const stream = onlyStream();
    actor.stop();
    expect(await stream.closed).to.include({ reason: 'cancelled', text: 'the actor was stopped' });
    expect(first).to.deep.equal(['active', 'complete']);

    const records: unknown[] = [];
    const second = watch(actor.start());
    actor.on('stream.record', ({ record }) => records.push(record));
    expect(actor.getSnapshot().status).to.equal('active');
    finish();
    expect(await toPromise(actor)).to.include({ reason: 'completed', records: 2 });
    expect(records).to.deep.equal(['one', 'two']);
    expect(requests.at(-1)).to.equal('tail');
    expect(second).to.deep.equal(['done', 'complete']);
    expect(pair.warnings).to.deep.equal([]);
  });

  it('does so at once, before the first stream has ended', async () => {
    const actor = createActor(streamActor(pair.consumer), { input: { subject: 'logs', parent: undefined } });
    const streams: ConsumerStream[] = [];
    for (let life = 0; life < 10; life += 1) {
      actor.start();
      streams.push(pair.consumer.streams.at(-1)!);
      if (life < 9) actor.stop();
    }
    const records: unknown[] = [];
    actor.on('stream.record', ({ record }) => records.push(record));
    finish();
    expect(await toPromise(actor)).to.include({ reason: 'completed', records: 2 });
    expect(records).to.have.lengthOf(2);
    const ends = await Promise.all(streams.map(({ closed }) => closed));
    expect(ends.map(({ reason }) => reason)).to.deep.equal([...Array<string>(9).fill('cancelled'), 'completed']);
  });

  it('fails in its second life as that stream does, and not as the first one did', async () => {
    const actor = createActor(streamActor(pair.consumer), { input: { subject: 'nobody', parent: undefined } });
    actor.start().stop();
    const seen = watch(actor.start());
    await settle();
    expect(seen).to.deep.equal([
      'error: CloseError: nats stream: close 1006 (abnormal closure): nobody subscribes to nobody',
    ]);
  });

  it('takes no record of a life that is over', async () => {
    const actor = createActor(streamActor(pair.consumer), { input: { subject: 'logs', parent: undefined } }).start();
    const stream = onlyStream();
    const records: unknown[] = [];
    actor.on('stream.record', ({ record }) => records.push(record));
    await waitFor(stream.actor, (snapshot) => snapshot.matches('active'));
    await settle();
    expect(records).to.have.lengthOf(1);
    actor.stop();
    finish();
    await stream.closed;
    await settle();
    expect(records).to.have.lengthOf(1);
    expect(actor.getSnapshot().status).to.equal('stopped');
  });

  it('opens nothing where it was stopped before it was started, until it is started', async () => {
    const actor = createActor(streamActor(pair.consumer), { input: { subject: 'logs', parent: undefined } });
    actor.stop();
    expect(pair.consumer.streams).to.deep.equal([]);
    actor.start();
    finish();
    expect(await toPromise(actor)).to.include({ reason: 'completed' });
  });

  it('is not settled by an event that somebody else sends', async () => {
    const actor = createActor(streamActor(pair.consumer), { input: { subject: 'logs', parent: undefined } }).start();
    actor.send({ type: 'stream.settled', outcome: { error: new Error('forged') } } as { type: string });
    actor.send({ type: 'stream.restart' });
    expect(actor.getSnapshot().status).to.equal('active');
    actor.stop();
    await settle();
    expect(pair.consumer.streams).to.deep.equal([]);
  });

  it('serves a machine that enters its state again and again', async () => {
    const machine = setup({
      types: {
        context: {} as { readonly lines: readonly string[]; readonly errors: readonly unknown[] },
        events: {} as StreamRecordEvent<string> | { readonly type: 'again' },
      },
      actors: { tail: streamActor(pair.consumer) },
    }).createMachine({
      context: { lines: [], errors: [] },
      initial: 'tailing',
      states: {
        tailing: {
          invoke: {
            src: 'tail',
            input: ({ self }) => ({ subject: 'logs', as: 'text', parent: self }),
            onDone: 'complete',
            onError: { actions: assign({ errors: ({ context, event }) => [...context.errors, event.error] }) },
          },
          on: {
            again: { target: 'tailing', reenter: true },
            'stream.record': { actions: assign({ lines: ({ context, event }) => [...context.lines, event.record] }) },
          },
        },
        complete: { type: 'final' },
      },
    });
    const actor = createActor(machine).start();
    for (let time = 0; time < 5; time += 1) actor.send({ type: 'again' });
    await waitFor(actor, ({ context }) => context.lines.length === 1);
    await settle();
    expect(pair.consumer.streams).to.have.lengthOf(1);
    finish();
    const { context } = await waitFor(actor, ({ status }) => status === 'done');
    expect(context).to.deep.equal({ lines: ['one', 'two'], errors: [] });
  });

  it('tells a wrong input by the error of the actor', async () => {
    const errorOf = async (input: unknown): Promise<unknown> => {
      const actor = createActor(streamActor(pair.consumer), { input: input as never });
      try {
        return await toPromise(actor.start());
      } catch (error) {
        return String(error);
      }
    };
    expect(await errorOf(undefined)).to.equal('StreamError: input: expected an object with a subject, came undefined');
    expect(await errorOf({ subject: 'logs', as: 'json' })).to.equal(
      'StreamError: as: expected bytes, text or object, came "json"',
    );
    expect(await errorOf({ subject: 'logs', as: 'objects' })).to.equal(
      'StreamError: as: expected bytes, text or object, came "objects" (did you mean object?)',
    );
    expect(await errorOf({ subject: 'logs', onRecord: () => undefined })).to.equal(
      'StreamError: onRecord: expected none, as the records are events, came function',
    );
    expect(await errorOf({ subject: 'logs', timeout: 5 })).to.match(/^StreamError: unknown option timeout/);
    expect(
      await errorOf({
        subject: 'logs',
        parent: createActor(streamActor(pair.consumer), { input: { subject: 'logs', parent: undefined } }),
      }),
    ).to.equal('StreamError: parent: expected the actor that invokes or spawns the stream, came another one');
    expect(pair.consumer.streams).to.deep.equal([]);
  });

  it('takes the signal and the callback that openStream takes', async () => {
    const leaving = new AbortController();
    const actor = createActor(streamActor(pair.consumer), {
      input: { subject: 'logs', signal: leaving.signal, onSlow: () => undefined, parent: undefined },
    });
    const ended = toPromise(actor.start()).catch((error: unknown) => error);
    leaving.abort();
    expect(await ended)
      .to.be.instanceOf(CloseError)
      .with.property('reason', 'cancelled');
  });

  it('refuses options that name no event', () => {
    const made = (options: unknown) => () => streamActor(pair.consumer, options as object);
    expect(made({ as: 'text' })).to.throw('unknown option as: expected one of event');
    expect(made({ event: 5 })).to.throw('event: expected a string, came number');
    for (const event of ['', '*', 'log.*', 'xstate.done']) {
      expect(made({ event })).to.throw("event: expected the type of an event of the application's own");
    }
  });
});
