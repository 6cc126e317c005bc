import { expect } from 'chai';
import { createActor, fromTransition, setup, waitFor, type AnyActorRef } from 'xstate';
import type { ConsumerStream } from '../../../src/index.js';
import { streamActor, type StreamRecordEvent } from '../../../src/stream-actor/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

type TailEvent = StreamRecordEvent<string> | { readonly type: 'break' };

/** A machine that tails a log and whose action throws: on a record where it is told so, and on `break`. */
function createTail(pair: Pair, breaksOn: 'record' | 'break') {
  return setup({
    types: { events: {} as TailEvent },
    actors: { tail: streamActor(pair.consumer) },
    actions: {
      fail: () => {
        throw new Error('the action threw');
      },
    },
  }).createMachine({
    invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self }) },
    on: { 'stream.record': { actions: breaksOn === 'record' ? ['fail'] : [] }, break: { actions: 'fail' } },
  });
}

/** Observes, so that XState has told the failure to somebody. */
function shielded<Actor extends AnyActorRef>(actor: Actor): Actor {
  actor.subscribe({ error: () => undefined });
  return actor;
}

describe('streamActor, when its parent is over', () => {
  let pair: Pair;
  let more: () => void;
  let aborted: number;
  beforeEach(() => {
    pair = createPair();
    aborted = 0;
    const next = new Promise<void>((resolve) => {
      more = resolve;
    });
    pair.producer.handle('log', async function* (request) {
      request.signal.addEventListener('abort', () => (aborted += 1));
      yield 'one';
      await Promise.race([next, new Promise((resolve) => request.signal.addEventListener('abort', resolve))]);
      yield 'two';
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
    });
  });
  afterEach(() => closePair(pair));

  /** The streams that are open, each active. */
  async function opened(count: number): Promise<readonly ConsumerStream[]> {
    const { streams } = pair.consumer;
    expect(streams).to.have.lengthOf(count);
    await Promise.all(streams.map(({ actor }) => waitFor(actor, (snapshot) => snapshot.matches('active'))));
    return streams;
  }

  async function expectLeft(streams: readonly ConsumerStream[]): Promise<void> {
    for (const { closed } of streams) {
      expect(await closed).to.include({ reason: 'cancelled', text: 'the parent of the actor is over' });
    }
    await settle();
    expect(pair.consumer.streams).to.deep.equal([]);
    expect(aborted).to.equal(streams.length);
    expect(pair.warnings).to.deep.equal([]);
  }

  it('ends with a parent whose action throws on a record', async () => {
    const parent = shielded(createActor(createTail(pair, 'record'))).start();
    const { streams } = pair.consumer;
    await expectLeft(streams);
    expect(parent.getSnapshot().status).to.equal('error');
    expect(streams).to.have.lengthOf(1);
  });

  it('ends with a parent that fails while no record comes', async () => {
    const parent = shielded(createActor(createTail(pair, 'break'))).start();
    const streams = await opened(1);
    await settle();
    const child = Object.values(parent.getSnapshot().children)[0] as AnyActorRef;
    parent.send({ type: 'break' });
    expect(child.getSnapshot()).to.include({ status: 'stopped' });
    await expectLeft(streams);
  });

  it('ends with a grandparent that fails, whose children XState leaves running', async () => {
    const grandparent = shielded(
      createActor(
        setup({
          types: { events: {} as { readonly type: 'break' } },
          actors: { tail: createTail(pair, 'break') },
        }).createMachine({
          invoke: { src: 'tail', id: 'tail' },
          on: {
            break: {
              actions: () => {
                throw new Error('the grandparent failed');
              },
            },
          },
        }),
      ),
    ).start();
    const streams = await opened(1);
    const parent = grandparent.getSnapshot().children.tail as AnyActorRef;
    grandparent.send({ type: 'break' });
    await expectLeft(streams);
    expect(parent.getSnapshot()).to.include({ status: 'active' });
  });

  it('leaves one stream open of a child that its supervisor restarted 17 times', async () => {
    let restarts = 0;
    const supervisor = createActor(
      setup({
        types: { events: {} as { readonly type: 'break' } },
        actors: { tail: createTail(pair, 'break') },
      }).createMachine({
        initial: 'watching',
        states: {
          watching: {
            invoke: {
              src: 'tail',
              id: 'tail',
              onError: { target: 'watching', reenter: true, actions: () => (restarts += 1) },
            },
          },
        },
      }),
    ).start();
    const streams = new Set<ConsumerStream>();
    for (let time = 0; time < 17; time += 1) {
      for (const stream of pair.consumer.streams) streams.add(stream);
      (supervisor.getSnapshot().children['tail'] as AnyActorRef).send({ type: 'break' });
    }
    await settle();
    expect(restarts).to.equal(17);
    expect(streams.size).to.equal(17);
    expect((await opened(1)).some((stream) => streams.has(stream))).to.equal(false);
    supervisor.stop();
    await settle();
    expect(pair.consumer.streams).to.deep.equal([]);
    expect(pair.warnings).to.deep.equal([]);
  });

  it('ends all streams of a parent, and none of another one', async () => {
    const machine = setup({
      types: { events: {} as TailEvent },
      actors: { tail: streamActor(pair.consumer) },
    }).createMachine({
      invoke: [1, 2, 3].map((number) => ({
        src: 'tail' as const,
        id: `tail ${number}`,
        input: ({ self }: { self: { send: (event: TailEvent) => void } }) =>
          ({ subject: 'log', as: 'text', parent: self }) as const,
      })),
      on: {
        break: {
          actions: () => {
            throw new Error('broken');
          },
        },
      },
    });
    const first = shielded(createActor(machine)).start();
    const leaving = await opened(3);
    const second = createActor(machine).start();
    await opened(6);
    first.send({ type: 'break' });
    for (const { closed } of leaving) expect(await closed).to.include({ reason: 'cancelled' });
    expect(pair.consumer.streams).to.have.lengthOf(3);
    expect(second.getSnapshot().status).to.equal('active');
    second.stop();
    await settle();
    expect(pair.consumer.streams).to.deep.equal([]);
  });

  it('ends with a parent that is stopped or done and is no machine, so that nothing stops its children', async () => {
    const logic = fromTransition((state: string, event: TailEvent | { readonly type: 'break' }) => {
      if (event.type === 'break') throw new Error('broken');
      return state;
    }, '');
    for (const end of [(each: AnyActorRef) => each.stop(), (each: AnyActorRef) => each.send({ type: 'break' })]) {
      const parent = shielded(createActor(logic)).start();
      createActor(streamActor(pair.consumer), { parent, input: { subject: 'log', as: 'text', parent } }).start();
      const [stream] = await opened(1);
      end(parent);
      expect(await stream?.closed).to.include({ reason: 'cancelled', text: 'the parent of the actor is over' });
      await settle();
      expect(pair.consumer.streams).to.deep.equal([]);
    }
  });

  it('opens none for a parent that is over already', async () => {
    const parent = shielded(createActor(createTail(pair, 'break'))).start();
    parent.send({ type: 'break' });
    await settle();
    createActor(streamActor(pair.consumer), { parent, input: { subject: 'log', parent: undefined } }).start();
    await settle();
    expect(pair.consumer.streams).to.deep.equal([]);
  });

  it('leaves the failure of a root that nobody observes as loud as it is', async () => {
    const reported: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => reported.push(error));
    try {
      const alone = createActor(createTail(pair, 'break')).start();
      await opened(1);
      alone.send({ type: 'break' });
      const observed = shielded(createActor(createTail(pair, 'break'))).start();
      observed.send({ type: 'break' });
      // XState reports in a timer of no time.
      await new Promise((resolve) => setTimeout(resolve, 5));
      await settle();
      expect(reported.map(String)).to.deep.equal(['Error: the action threw']);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
    more();
  });

  it('observes a parent no longer than its streams run', async () => {
    const parent = createActor(fromTransition((state: string) => state, '')).start();
    const { observers } = parent as unknown as { readonly observers: ReadonlySet<unknown> };
    const children = [1, 2, 3].map(() =>
      createActor(streamActor(pair.consumer), { parent, input: { subject: 'nobody', parent: undefined } }),
    );
    for (const child of children) child.start();
    expect(observers.size).to.equal(1);
    await settle();
    expect(children.map((child) => child.getSnapshot().status)).to.deep.equal(['error', 'error', 'error']);
    expect(observers.size).to.equal(0);
  });
});
