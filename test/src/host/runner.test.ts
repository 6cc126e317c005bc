import { expect } from 'chai';
import sinon from 'sinon';
import type { AnyActor, AnyMachineSnapshot, InspectionEvent } from 'xstate';
import { clientActorId, consumerClientMachine, consumerStreamMachine } from '../../../machines/index.js';
import { systemClock } from '../../../src/host/clock.js';
import { Runner, type RunnerOptions } from '../../../src/host/runner.js';
import { useFakeTime } from '../../support/fake-time.js';
import { settle } from '../../support/settle.js';

const delays = { openTimeout: 300, silenceTimeout: 300, cancellationBuffer: 100 };

/** A runner of a consumer client, whose commands are noted in the order in which they are performed. */
function createBench(options: Partial<RunnerOptions> = {}) {
  const commands: string[] = [];
  const gone: string[] = [];
  const broken: string[] = [];
  const note =
    (type: string) =>
    (params: object): void => {
      commands.push('id' in params ? `${type} ${String(params.id)}` : type);
    };
  const runner = new Runner({
    client: consumerClientMachine,
    machines: { consumerStream: consumerStreamMachine },
    delays,
    clock: systemClock,
    inspect: undefined,
    onGone: (id) => gone.push(id),
    onBroken: (id) => broken.push(id),
    ...options,
    performers: {
      'wire.open': note('wire.open'),
      'wire.answer': note('wire.answer'),
      'reader.deliver': note('reader.deliver'),
      'reader.attach': note('reader.attach'),
      'reader.detach': note('reader.detach'),
      'reader.end': note('reader.end'),
      'wire.cancel': () => undefined,
      'wire.resume': () => undefined,
      'wire.catchUp': () => undefined,
      'client.release': note('client.release'),
      ...options.performers,
    },
  });
  const open = (id: string) => runner.dispatch(clientActorId, { type: 'app.open', id, subject: 'logs' });
  return { runner, commands, gone, broken, open };
}

describe('Runner, actors', () => {
  useFakeTime();

  it('starts with the client alone', () => {
    const { runner } = createBench();
    expect(runner.size).to.equal(1);
    expect(runner.actorOf(clientActorId)).to.equal(runner.client);
  });

  it('spawns an actor under its id and forgets it when it is over', () => {
    const { runner, gone, open } = createBench();
    open('a');
    expect(runner.actorOf('a')?.snapshot).to.have.nested.property('value.opening', 'waiting');
    runner.dispatch('a', { type: 'frame.close', code: 1000, text: '' });
    expect(runner.actorOf('a')).to.equal(undefined);
    expect(runner.size).to.equal(1);
    expect(gone).to.deep.equal(['a']);
  });

  it('passes over an event to an actor that is gone, without a word', () => {
    const warn = sinon.stub(console, 'warn');
    try {
      const { runner, commands } = createBench();
      runner.dispatch('nobody', { type: 'frame.data' });
      expect(commands).to.deep.equal([]);
      expect(warn.callCount).to.equal(0);
    } finally {
      warn.restore();
    }
  });
});

describe('Runner, commands', () => {
  useFakeTime();

  it('performs all commands of an event before it returns, in the order in which they were recorded', () => {
    const { runner, commands, open } = createBench();
    open('a');
    runner.dispatch('a', { type: 'frame.data' });
    runner.dispatch('a', { type: 'frame.close', code: 1000, text: '' });
    expect(commands).to.deep.equal(['wire.open a', 'reader.deliver a', 'reader.attach a', 'reader.end a']);
  });

  it('performs commands after the macrostep, so that a performer sees the new state', () => {
    const states: unknown[] = [];
    const bench: { runner?: Runner } = {};
    const { runner, open } = createBench({
      performers: { 'reader.attach': () => states.push(bench.runner?.actorOf('a')?.snapshot) },
    });
    bench.runner = runner;
    open('a');
    runner.dispatch('a', { type: 'heartbeat.alive' });
    expect(states).to.have.nested.property('[0].value.active', 'listening');
  });

  it('handles an event that a performer dispatches after all that is under way', () => {
    const order: string[] = [];
    const bench: { runner?: Runner } = {};
    const { runner, open } = createBench({
      performers: {
        'reader.deliver': () => {
          bench.runner?.dispatch('a', { type: 'app.cancel', reason: 'cancelled', text: '' });
          order.push('deliver');
        },
        'reader.attach': () => order.push('attach'),
        'reader.end': () => order.push('end'),
        'reader.detach': () => order.push('detach'),
      },
    });
    bench.runner = runner;
    open('a');
    runner.dispatch('a', { type: 'frame.data' });
    expect(order).to.deep.equal(['deliver', 'attach', 'end', 'detach']);
  });

  it('performs what somebody sets off who sends to an actor directly', async () => {
    const { runner, commands, gone, open } = createBench();
    open('a');
    const close = { type: 'frame.close', code: 1000, text: '' };
    runner.actorOf('a')?.actor.send(close);
    await settle();
    expect(commands).to.deep.equal(['wire.open a', 'reader.end a']);
    expect(gone).to.deep.equal(['a']);
    expect((runner.client.snapshot as { context: { streams: unknown[] } }).context.streams).to.deep.equal([]);
  });

  it('goes on with the next event after a performer threw', () => {
    const bench = createBench({
      performers: {
        'wire.open': ({ id }) => {
          if (id === 'a') throw new Error('no');
        },
      },
    });
    expect(() => bench.open('a')).to.throw('no');
    bench.open('b');
    bench.runner.dispatch('b', { type: 'frame.data' });
    expect(bench.commands).to.deep.equal(['reader.deliver b', 'reader.attach b']);
  });

  it('is not made where a command of one of its machines has no performer', () => {
    const make = (performers: RunnerOptions['performers']) =>
      new Runner({
        client: consumerClientMachine,
        machines: { consumerStream: consumerStreamMachine },
        delays,
        clock: systemClock,
        inspect: undefined,
        performers,
        onGone: () => undefined,
        onBroken: () => undefined,
      });
    expect(() => make({})).to.throw(
      'expected a performer for each command of consumerClient, lacks wire.answer, client.release',
    );
    expect(() => make({ 'wire.answer': () => undefined, 'client.release': () => undefined })).to.throw(
      /^expected a performer for each command of consumerStream, lacks wire\.open, .*reader\.end$/,
    );
  });
});

describe('Runner, timers', () => {
  const time = useFakeTime();

  it('performs what a timer sets off, to the end', async () => {
    const { commands, gone, open } = createBench();
    open('a');
    await time.pass(299);
    expect(commands).to.deep.equal(['wire.open a']);
    await time.pass(1);
    expect(commands).to.deep.equal(['wire.open a', 'reader.end a', 'reader.detach a']);
    await time.pass(100);
    expect(gone).to.deep.equal(['a']);
    expect(time.pending).to.equal(0);
  });

  it('performs what a timer sets off amid other work after the command under way', () => {
    const order: string[] = [];
    const timers: (() => void)[] = [];
    const { open, runner } = createBench({
      clock: { now: () => 0, setTimeout: (fn) => timers.push(fn), clearTimeout: () => undefined },
      performers: {
        'reader.attach': () => {
          // A clock that is advanced here fires a timer of the other stream.
          timers[0]?.();
          order.push('attach b');
        },
        'reader.end': ({ id }) => order.push(`end ${id}`),
      },
    });
    open('a');
    open('b');
    runner.dispatch('b', { type: 'heartbeat.alive' });
    expect(order).to.deep.equal(['attach b', 'end a']);
  });

  it('runs an actor on a clock of its own where it has one', () => {
    const setTimeout = sinon.spy();
    const { open } = createBench({
      clockOf: (id) => (id === 'a' ? { now: () => 0, setTimeout, clearTimeout: () => undefined } : undefined),
    });
    open('a');
    open('b');
    expect(setTimeout.callCount).to.equal(1);
    expect(time.pending).to.equal(1);
  });
});

describe('Runner, events for very many actors', () => {
  const count = 2_000;
  const ids = Array.from({ length: count }, (_, n) => `s${n}`);
  const stateOf = (runner: Runner, id: string) =>
    (runner.actorOf(id)?.snapshot as AnyMachineSnapshot | undefined)?.value as { readonly opening: unknown };
  const lost = (runner: Runner) => ids.filter((id) => stateOf(runner, id).opening === 'suspended').length;

  /** Time stands still. */
  const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };

  it('are handed out in slices, between which the event loop turns', async () => {
    const { runner, open } = createBench({ clock });
    ids.forEach(open);
    runner.dispatch(clientActorId, { type: 'link.lost' });
    const told = [lost(runner)];
    while (told.at(-1)! < count) {
      await new Promise((resolve) => setImmediate(resolve));
      told.push(lost(runner));
    }
    const slices = told.map((all, n) => all - (told[n - 1] ?? 0));
    expect(Math.max(...slices)).to.be.at.most(256);
    expect(told[0]).to.be.greaterThan(0);
  });

  it('come to each actor before a later one, also one of its own timers', async () => {
    const { runner, open, commands } = createBench({ clock });
    ids.forEach(open);
    commands.length = 0;
    runner.dispatch(clientActorId, { type: 'link.lost' });
    const last = ids.at(-1)!;
    expect(stateOf(runner, last)).to.deep.equal({ opening: 'waiting' });
    runner.dispatch(last, { type: 'frame.announced' });
    expect(stateOf(runner, last)).to.deep.equal({ active: 'suspended' });
    runner.dispatch(clientActorId, { type: 'link.restored' });
    while (lost(runner) > 0 || commands.length < count) await new Promise((resolve) => setImmediate(resolve));
    // Each has heard of both, in their order: its request is asked again, but for the stream that was taken meanwhile.
    expect(commands.filter((command) => command.startsWith('wire.open'))).to.have.lengthOf(count - 1);
    expect(stateOf(runner, last)).to.deep.equal({ active: 'listening' });
  });

  it('are not waited for by a timer that they clear', () => {
    const timers: { readonly fire: () => void }[] = [];
    const noted = { ...clock, setTimeout: (fire: () => void) => timers.push({ fire }) };
    const { runner, open, commands } = createBench({ clock: noted });
    ids.forEach(open);
    runner.dispatch(clientActorId, { type: 'link.lost' });
    commands.length = 0;
    // The open timeout of the last one, which has not heard yet that the link is lost: silence proves nothing.
    timers[count - 1]?.fire();
    expect(stateOf(runner, ids.at(-1)!)).to.deep.equal({ opening: 'suspended' });
    expect(commands).to.deep.equal([]);
  });

  it('are all handed out at once where the client is over', () => {
    const { runner, open, gone } = createBench({ clock });
    ids.forEach(open);
    runner.dispatch(clientActorId, { type: 'link.lost' });
    runner.dispatch(clientActorId, { type: 'app.close' });
    expect(runner.size).to.equal(0);
    expect(gone).to.have.lengthOf(count + 1);
  });
});

describe('Runner, observers', () => {
  useFakeTime();

  it('lets one observer see every actor', () => {
    const seen = new Set<string>();
    const { open } = createBench({
      inspect: (event: InspectionEvent) => {
        if (event.type === '@xstate.snapshot') seen.add((event.actorRef as AnyActor).id);
      },
    });
    open('a');
    open('b');
    expect([...seen]).to.have.members([clientActorId, 'a', 'b']);
  });

  it('shows an observer every microstep and action of a machine, whose transitions are looked up without one', () => {
    const seen: string[] = [];
    const inspected = createBench({ inspect: ({ type }: InspectionEvent) => void seen.push(type) });
    inspected.open('a');
    expect(seen).to.include.members(['@xstate.microstep', '@xstate.action', '@xstate.snapshot']);
    const alone = createBench();
    alone.open('a');
    const [one, other] = [inspected, alone].map(({ runner }) => runner.actorOf('a')?.actor);
    expect(one?.logic).to.equal((one?.getSnapshot() as AnyMachineSnapshot).machine);
    expect(other?.logic).to.not.equal((other?.getSnapshot() as AnyMachineSnapshot).machine);
    const late: string[] = [];
    const subscription = other!.system.inspect(({ type }) => void late.push(type));
    alone.runner.dispatch('a', { type: 'frame.announced' });
    inspected.runner.dispatch('a', { type: 'frame.announced' });
    expect(late).to.include.members(['@xstate.microstep', '@xstate.action', '@xstate.snapshot']);
    subscription.unsubscribe();
    expect(JSON.stringify(other?.getSnapshot())).to.equal(JSON.stringify(one?.getSnapshot()));
  });
});
