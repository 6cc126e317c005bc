import { expect } from 'chai';
import { createActor, type AnyActorRef, type AnyStateMachine, type EventObject } from 'xstate';
import { conforms, createRandom, createTestClock, system } from '../../../src/testing/index.js';
import { createTracer, type TraceEvent, type Tracer } from '../../../src/tracing/index.js';
import { seed } from '../../support/seed.js';
import { keeper, manager, twoPhase } from '../examples/two-phase-system.js';
import { answeringServer, askingClient } from '../explorer/support/machines.js';

/** A message on the way. */
interface Posted {
  readonly from: string;
  readonly to: string;
  readonly event: EventObject;
}

/** A host of two-phase commit as somebody may write it: actors, and a network that takes its time. */
function startHost(
  names: readonly string[],
  tracerOf: (name: string) => Tracer,
  plant: (posted: Posted) => readonly Posted[],
) {
  const posted: Posted[] = [];
  const actors = new Map<string, AnyActorRef>();
  const start = (id: string, machine: AnyStateMachine, input: object): void => {
    const send = (
      _: unknown,
      params: { readonly to: string | readonly string[]; readonly event: EventObject },
    ): void => {
      for (const to of [params.to].flat()) posted.push(...plant({ from: id, to, event: params.event }));
    };
    const hosted = machine.provide({ actions: { send } as never });
    const actor = createActor(hosted, { id, input, inspect: tracerOf(id).inspect });
    actors.set(id, actor);
    actor.start();
  };
  start('manager', manager, { all: names });
  for (const name of names) start(name, keeper, { name });
  return {
    posted,
    send: (to: string, event: EventObject) => actors.get(to)?.send(event),
    deliver: (index: number) => {
      const message = posted[index];
      if (message !== undefined) actors.get(message.to)?.send(message.event);
    },
  };
}

const honest = (message: Posted): readonly Posted[] => [message];

/** All that happened in a run in which everybody prepares, in an order that the seed decides, messages coming twice. */
function runTwoPhase(
  runSeed: number,
  {
    plant = honest,
    count = 3,
    lifelines = false,
  }: { plant?: (posted: Posted) => readonly Posted[]; count?: number; lifelines?: boolean } = {},
): readonly (readonly TraceEvent[])[] {
  const names = Array.from({ length: count }, (_, index) => `r${index + 1}`);
  const traces: TraceEvent[][] = [];
  const clock = createTestClock();
  const newTracer = (name: string): Tracer => {
    const trace: TraceEvent[] = [];
    traces.push(trace);
    const tracer = createTracer({ clock, source: 'simulated', system: name, flushMs: 0 });
    tracer.listen((events) => void trace.push(...events));
    return tracer;
  };
  const own = new Map(lifelines ? ['manager', ...names].map((name) => [name, newTracer(name)] as const) : []);
  const shared = lifelines ? undefined : newTracer('app');
  const host = startHost(names, (name) => own.get(name) ?? shared!, plant);
  const random = createRandom(runSeed);
  for (const name of names) host.send(name, { type: 'prepare' });
  for (let turns = 0; turns < 12; turns += 1) {
    clock.advanceSync(1);
    if (host.posted.length > 0) host.deliver(random.integer(0, host.posted.length - 1));
  }
  host.posted.forEach((_, index) => host.deliver(index));
  host.send('manager', { type: 'decide' });
  for (let turns = 0; turns < 12; turns += 1) host.deliver(random.integer(0, host.posted.length - 1));
  return traces;
}

/** The traces of several processes as one, each with a clock of its own, as they come in. */
function merged(traces: readonly (readonly TraceEvent[])[], offsets: readonly number[]): readonly TraceEvent[] {
  const events = traces.flatMap((trace, index) =>
    trace.map((event) => ('at' in event ? { ...event, at: event.at + (offsets[index] ?? 0) } : event)),
  );
  const [header] = events.filter(({ type }) => type === 'run');
  const rest = events.filter(({ type }) => type !== 'run');
  return [header as TraceEvent, ...rest.map((event, index) => ({ ...event, seq: index + 1 }) as TraceEvent)];
}

describe('conforms: machines of one’s own, hosted by one’s own', () => {
  it(`says of a host of two-phase commit that it does what was explored (seed ${seed})`, () => {
    for (let own = seed; own < seed + 20; own += 1) {
      const [trace = []] = runTwoPhase(own);
      const { counts } = conforms(trace, twoPhase(3)).assert();
      expect(counts.judged).to.equal(counts.steps);
      expect(counts.steps).to.be.greaterThan(12);
    }
  });

  it('finds a host that lets one keeper commit before the manager has decided', () => {
    // The host takes the first word that all is well for the decision.
    const plant = (message: Posted): readonly Posted[] =>
      message.event.type === 'prepared' && message.from === 'r1'
        ? [message, { from: 'manager', to: 'r2', event: { type: 'commit' } }]
        : [message];
    const [trace = []] = runTwoPhase(seed, { plant });
    const { violation, ok } = conforms(trace, twoPhase(3));
    expect(ok).to.equal(false);
    expect(violation?.rule).to.equal('cause');
    expect(violation?.reason).to.equal('expected an event that was sent to r2, or a stimulus, came commit');
    expect(violation?.allowed).to.include("the stimulus 'r2 refuses'");
    expect(() => conforms(trace, twoPhase(3)).assert()).to.throw(/r2: commit -> committed/);
  });

  it('finds a host that forgets a command where the network loses nothing', () => {
    const market = system({
      processes: { client: { client: askingClient }, server: { server: answeringServer } },
      delays: { retry: 5 },
      network: { delay: 1 },
      stimuli: { go: { process: 'client', event: { type: 'go' } } },
    });
    const run = (forgets: boolean): readonly TraceEvent[] => {
      const trace: TraceEvent[] = [];
      const tracer = createTracer({ flushMs: 0 });
      tracer.listen((events) => void trace.push(...events));
      const actors = new Map<string, AnyActorRef>();
      const send = (_: unknown, { to, event }: { readonly to: string; readonly event: EventObject }): void => {
        if (forgets && event.type === 'request') actors.get('client')?.send({ type: 'reply' });
        else actors.get(to)?.send(event);
      };
      for (const machine of [answeringServer, askingClient]) {
        const hosted = (machine as AnyStateMachine).provide({ actions: { send } as never });
        actors.set(machine.id, createActor(hosted, { id: machine.id, inspect: tracer.inspect }).start());
      }
      actors.get('client')?.send({ type: 'go' });
      actors.get('client')?.stop();
      return trace;
    };
    conforms(run(false), market).assert();
    expect(conforms(run(true), market).violation?.reason).to.match(/came reply/);
  });

  it('takes each process by its lifeline, where clocks differ and arrivals are told before what was sent', () => {
    for (const offsets of [
      [0, 0, 0, 0],
      [5_000, 0, 300, 70],
      [0, 900, 0, 4_000],
    ]) {
      const traces = runTwoPhase(seed, { lifelines: true });
      conforms(merged(traces, offsets), twoPhase(3)).assert();
      conforms(merged(traces.toReversed(), offsets.toReversed()), twoPhase(3)).assert();
      const bad = runTwoPhase(seed, {
        lifelines: true,
        plant: (message) =>
          message.event.type === 'prepared'
            ? [message, { from: 'manager', to: 'r2', event: { type: 'abort' } }]
            : [message],
      });
      expect(conforms(merged(bad, offsets), twoPhase(3)).violation?.reason).to.match(/came (abort|commit)/);
    }
  });

  it('says nothing of what came from a process that the trace does not show', () => {
    const [, ...keepers] = runTwoPhase(seed, { lifelines: true });
    const { ok, notVisible } = conforms(merged(keepers, []), twoPhase(3));
    expect(ok).to.equal(true);
    expect(notVisible).to.deep.equal(['messages of processes that the trace does not show from their start']);
  });

  it('says which actors are none of the system', () => {
    const [trace = []] = runTwoPhase(seed);
    const strangers = system({ processes: { client: { client: askingClient } }, delays: { retry: 1 } });
    const { ok, notVisible, counts } = conforms(trace, strangers);
    expect({ ok, judged: counts.judged }).to.deep.equal({ ok: true, judged: 0 });
    expect(notVisible.join()).to.contain('actors that are none of the system: keeper (3 times)');
  });

  it('refuses options that mean nothing', () => {
    const market = twoPhase(2);
    expect(() => conforms([], market, { latee: 1 } as never)).to.throw(TypeError, /latee.*late/);
    expect(() => conforms([], market, { late: -1 })).to.throw('late: expected a number of at least 0, came number -1');
    expect(() => conforms([], market, { delays: { x: NaN } })).to.throw('delays.x: expected a number of at least 0');
  });
});
