import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { createActor, fromPromise, setup } from 'xstate';
import { StreamError, type Warning } from '../../../src/index.js';
import { createTracer, type TraceEvent, type TraceEventDraft, type Tracer } from '../../../src/tracing/index.js';
import { createTestClock } from '../../../src/testing/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';

type Of<Type extends TraceEvent['type']> = Extract<TraceEvent, { type: Type }>;

function only<Type extends TraceEvent['type']>(records: readonly TraceEvent[], type: Type): Of<Type>[] {
  return records.filter((record): record is Of<Type> => record.type === type);
}

/** Everything that a tracer tells from now on, at once. */
function listen(tracer: Tracer): { readonly records: TraceEvent[]; readonly stop: () => void } {
  const records: TraceEvent[] = [];
  return { records, stop: tracer.listen((batch) => void records.push(...batch)) };
}

describe('tracer, clients', () => {
  let pair: Pair;
  afterEach(() => closePair(pair));

  const start = (tracer: Tracer): Pair => {
    const timing = {
      heartbeatIntervalMs: 200,
      heartbeatRequestTimeoutMs: 100,
      silenceTimeoutMs: 600,
      openTimeoutMs: 600,
    };
    pair = createPair({ consumer: { ...timing, tracer }, producer: { ...timing, tracer } });
    pair.producer.handle('numbers', async function* () {
      for (let n = 0; n < 3; n += 1) yield `${n}`;
      await sleep(20);
    });
    return pair;
  };

  const readAll = async () => {
    const stream = pair.consumer.openStream('numbers');
    for await (const record of stream) expect(record.length).to.equal(1);
    await pair.producer.drain();
    return stream;
  };

  it('begin with the header and what lives, numbered from 1 without a hole', async () => {
    const tracer = createTracer({ flushMs: 0, label: 'a test' });
    start(tracer);
    const { records } = listen(tracer);
    await readAll();
    const [header, ...rest] = records;
    expect(header).to.include({ type: 'run', version: 1, source: 'live', unit: 'ms', label: 'a test' });
    expect(rest.map((record) => ('seq' in record ? record.seq : 0))).to.deep.equal(rest.map((_, index) => index + 1));
    expect(
      only(records, 'system')
        .slice(0, 2)
        .map(({ system, role, op }) => [system, role, op]),
    ).to.deep.equal([
      ['consumer', 'consumer', 'start'],
      ['producer', 'producer', 'start'],
    ]);
    const times = rest.map((record) => ('at' in record ? record.at : 0));
    expect(times).to.deep.equal([...times].sort((one, other) => one - other));
  });

  it('tell both ends of a stream under one name, with their states, their end and the counts before it', async () => {
    const tracer = createTracer({ flushMs: 0 });
    start(tracer);
    const { records } = listen(tracer);
    const { id } = await readAll();
    const name = `${pair.consumer.id}${id}`;
    const ends = only(records, 'actor').filter(({ stream }) => stream === name);
    expect(ends.map(({ system, machine, subject, parent }) => [system, machine, subject, parent])).to.deep.equal([
      ['consumer', 'consumerStream', 'numbers', 'client'],
      ['producer', 'producerStream', 'numbers', 'client'],
    ]);
    for (const { system, actor } of ends) {
      const steps = only(records, 'step').filter((step) => step.system === system && step.actor === actor);
      expect(steps.at(-1)).to.include({ value: 'closed', status: 'done' });
      const counts = only(records, 'counts').filter((record) => record.system === system);
      expect(counts.at(-1)).to.include({ stream: name, records: 3, bytes: 3 });
      const end = only(records, 'end').find((record) => record.system === system)!;
      expect(end).to.include({ stream: name, reason: 'completed', code: 1000 });
      expect(counts.at(-1)!.seq).to.be.lessThan(end.seq);
    }
  });

  it('tell each statechart once, before the first actor that runs it, with every transition that is taken', async () => {
    const tracer = createTracer({ flushMs: 0 });
    start(tracer);
    const { records } = listen(tracer);
    await readAll();
    const machines = only(records, 'machine');
    expect(machines.map(({ machine }) => machine)).to.have.members([
      'consumerClient',
      'producerClient',
      'consumerStream',
      'producerStream',
      'heartbeat',
    ]);
    const transitions = new Set<string>();
    const collect = (node: (typeof machines)[number]['root']) => {
      for (const { index } of node.transitions) transitions.add(`${node.id} ${index}`);
      node.children.forEach(collect);
    };
    for (const { root } of machines) collect(root);
    const taken = only(records, 'step').flatMap((step) => step.taken);
    expect(taken.length).to.be.greaterThan(10);
    for (const { source, index } of taken) expect(transitions.has(`${source} ${index}`)).to.equal(true);
    const opened = new Map<string, number>();
    for (const record of records) {
      if (record.type === 'machine') opened.set(record.machine, record.seq);
      if (record.type === 'actor') expect(opened.has(record.machine ?? '')).to.equal(true);
    }
  });

  it('give a message one id at both ends, and never its payload', async () => {
    const tracer = createTracer({ flushMs: 0 });
    start(tracer);
    const { records } = listen(tracer);
    pair.producer.handle('secret', function* () {
      yield 'the password is swordfish';
    });
    for await (const record of pair.consumer.openStream('secret', 'swordfish')) expect(record.length).to.equal(25);
    const messages = only(records, 'message');
    for (const kind of ['open', 'joined', 'grant']) {
      const sent = messages.find((message) => message.kind === kind && message.op === 'send')!;
      const came = messages.find((message) => message.op === 'deliver' && message.message === sent.message);
      expect(came, kind).to.include({ kind, subject: sent.subject, bytes: sent.bytes });
      expect([sent.from, came?.to]).to.have.members(['consumer', 'producer']);
    }
    expect(JSON.stringify(records)).not.to.include('swordfish');
    expect(JSON.stringify(records)).not.to.include(Buffer.from('swordfish').toString('base64').slice(0, 8));
  });

  it('let a timer follow its cancellation and its restart, and name its state and delay', async () => {
    const tracer = createTracer({ flushMs: 0 });
    start(tracer);
    const { records } = listen(tracer);
    const { id } = await readAll();
    const timers = only(records, 'timer').filter(({ actor }) => actor === id);
    expect(timers[0]).to.include({
      op: 'start',
      state: 'consumerStream.opening.waiting',
      delay: 'openTimeout',
      duration: 600,
    });
    expect(timers[1]).to.include({ op: 'cancel', delay: 'openTimeout' });
    expect(timers.at(-1)).to.include({ op: 'cancel', delay: 'silenceTimeout' });
    const running = new Set<string>();
    for (const { op, timer } of timers) {
      if (op === 'start') running.add(timer);
      else running.delete(timer);
    }
    expect([...running]).to.deep.equal([]);
  });

  it('tell what restarts a timer without its machine, by the next count', async () => {
    const tracer = createTracer({ flushMs: 0, countsIntervalMs: 30 });
    start(tracer);
    const { records } = listen(tracer);
    pair.producer.handle('slowly', async function* ({ signal }) {
      while (!signal.aborted) {
        yield 'x';
        await sleep(20);
      }
    });
    const restarts = () => only(records, 'timer').filter(({ op, total }) => op === 'start' && total !== undefined);
    for await (const record of pair.consumer.openStream('slowly')) {
      expect(record.length).to.equal(1);
      if (restarts().length > 1) break;
    }
    for (const { duration = 0, total, delay } of restarts()) {
      expect([delay, total]).to.deep.equal(['silenceTimeout', 600]);
      expect(duration).to.be.within(1, 600);
    }
    const [first, second] = restarts().map(({ at, duration = 0 }) => at + duration);
    expect(second).to.be.greaterThan(first ?? Infinity);
  });

  it('give a late listener what lives, with running timers and counts, and then what follows', async () => {
    const tracer = createTracer({ flushMs: 0, countsIntervalMs: 20 });
    start(tracer);
    pair.producer.handle('endless', async function* ({ signal }) {
      yield 'one';
      await new Promise<string[]>((resolve) => signal.addEventListener('abort', () => resolve([])));
    });
    const openedAt = performance.now();
    const stream = pair.consumer.openStream('endless');
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await sleep(50);
    const { records, stop } = listen(tracer);
    const listenedAt = performance.now();
    const name = `${pair.consumer.id}${stream.id}`;
    const known = only(records, 'actor').filter((actor) => actor.stream === name);
    expect(known.map(({ system, value }) => [system, JSON.stringify(value)])).to.deep.equal([
      ['consumer', '{"active":"listening"}'],
      ['producer', '{"active":"flowing"}'],
    ]);
    const silence = only(records, 'timer').find(({ delay }) => delay === 'silenceTimeout')!;
    expect(silence).to.include({ op: 'start', total: 600 });
    // It has run since the stream was opened at the longest.
    expect(silence.duration).to.be.within(Math.max(1, 598 - (listenedAt - openedAt)), 599);
    while (only(records, 'counts').length < 2) await sleep(5);
    expect(only(records, 'counts').map((counts) => counts.records)).to.deep.equal([1, 1]);
    stream.cancel('enough');
    await stream.closed;
    expect(only(records, 'end')[0]).to.include({ stream: name, reason: 'cancelled', text: 'enough' });
    stop();
  });

  it('are told with when they came to one who comes later, those that come after without', async () => {
    const clock = createTestClock();
    const tracer = createTracer({ flushMs: 0, clock });
    pair = createPair({ consumer: { clock, tracer }, producer: { clock } });
    pair.producer.handle(
      'quiet',
      ({ signal }) => new Promise<string[]>((resolve) => signal.addEventListener('abort', () => resolve([]))),
    );
    const lamp = createActor(setup({}).createMachine({ id: 'lamp' }), { id: 'lamp', inspect: tracer.inspect }).start();
    await clock.advance(3000);
    const first = pair.consumer.openStream('quiet');
    await clock.advance(2000);
    const { records } = listen(tracer);
    await clock.advance(500);
    const second = pair.consumer.openStream('quiet');
    const later = listen(tracer);
    await clock.advance(1);
    const startsIn = (told: readonly TraceEvent[]) =>
      Object.fromEntries(only(told, 'actor').map(({ actor, since }) => [actor, since]));
    expect(startsIn(records)).to.include({ lamp: 0, client: 0, [first.id]: 3000, [second.id]: undefined });
    expect(startsIn(later.records)).to.include({ lamp: 0, client: 0, [first.id]: 3000, [second.id]: 5500 });
    lamp.stop();
  });

  it('have two listeners, each with numbers of its own', async () => {
    const tracer = createTracer({ flushMs: 0 });
    start(tracer);
    const first = listen(tracer);
    const stream = pair.consumer.openStream('numbers');
    const second = listen(tracer);
    await stream.closed;
    for (const { records } of [first, second]) {
      expect(records[0]?.type).to.equal('run');
      const rest = records.slice(1);
      expect(rest.map((record) => ('seq' in record ? record.seq : 0))).to.deep.equal(rest.map((_, index) => index + 1));
      expect(only(records, 'end')).to.have.length.at.least(1);
    }
  });

  it('are nothing while nobody listens: actors have no observer, and nothing is told afterwards', async () => {
    let filtered = 0;
    const tracer = createTracer({
      flushMs: 0,
      filter: () => {
        filtered += 1;
        return true;
      },
    });
    start(tracer);
    let listened = 0;
    const stop = tracer.listen(() => void (listened += 1));
    stop();
    const before = { filtered, listened };
    await readAll();
    expect({ filtered, listened }).to.deep.equal(before);
    expect(tracer.isListening).to.equal(false);
  });

  it('tell of a connection that is lost and comes back', async () => {
    const tracer = createTracer({ flushMs: 0 });
    start(tracer);
    const { records } = listen(tracer);
    pair.consumerConnection.disconnect();
    while (only(records, 'link').length < 1) await sleep(1);
    pair.consumerConnection.reconnect();
    while (only(records, 'link').length < 2) await sleep(1);
    expect(only(records, 'link').map(({ op, systems }) => [op, systems])).to.deep.equal([
      ['lost', ['consumer']],
      ['restored', ['consumer']],
    ]);
  });

  it('leave out what the filter refuses', async () => {
    const tracer = createTracer({ flushMs: 0, filter: (record: TraceEventDraft) => record.type !== 'message' });
    start(tracer);
    const { records } = listen(tracer);
    await readAll();
    expect(only(records, 'message')).to.deep.equal([]);
    expect(only(records, 'step').length).to.be.greaterThan(5);
  });

  it('give clients lifelines of their own, and one that comes after another the same', async () => {
    const tracer = createTracer({ flushMs: 0, system: 'shop' });
    const first = start(tracer);
    const { records } = listen(tracer);
    const other = createPair({ consumer: { tracer: tracer.named('reader') }, producer: { tracer } });
    await closePair(first);
    const later = createPair({ consumer: { tracer }, producer: { tracer } });
    await closePair(other);
    await closePair(later);
    const starts = only(records, 'system').filter(({ op }) => op === 'start');
    expect(starts.map(({ system }) => system)).to.deep.equal([
      'shop consumer',
      'shop producer',
      'reader',
      'shop producer 2',
      'shop consumer',
      'shop producer',
    ]);
  });
});

describe('tracer, its options', () => {
  it('are refused where one is unknown or no number', () => {
    expect(() => createTracer({ flush: 1 } as never)).to.throw(StreamError, 'unknown option flush');
    expect(() => createTracer({ eventsMax: -1 })).to.throw(StreamError, 'eventsMax: expected a number of at least');
    expect(() => createTracer({ flushMs: '4' } as never)).to.throw(StreamError, 'flushMs: expected a number');
    expect(() => createTracer({ filter: 'all' } as never)).to.throw(StreamError, 'filter: expected a function');
  });
});

describe('tracer, a listener that is slow', () => {
  it('gets a gap with the number of records left out, and keeps those that tell who lives', async () => {
    const tracer = createTracer({ eventsMax: 10, flushMs: 0 });
    let release: () => void = () => undefined;
    const records: TraceEvent[] = [];
    const stop = tracer.listen((batch) => {
      records.push(...batch);
      return new Promise<void>((resolve) => (release = resolve));
    });
    for (let n = 0; n < 30; n += 1) {
      tracer.write({ type: 'message', op: 'send', message: `${n}`, subject: 'a', kind: 'data', bytes: 1 });
    }
    tracer.mark('kept');
    release();
    while (!only(records, 'mark').some(({ text }) => text === 'kept')) await sleep(1);
    tracer.mark('the next');
    release();
    while (!only(records, 'mark').some(({ text }) => text === 'the next')) await sleep(1);
    stop();
    expect(only(records, 'message')).to.have.length(10);
    expect(only(records, 'gap').map(({ dropped }) => dropped)).to.deep.equal([20]);
    expect(only(records, 'mark').map(({ text }) => text)).to.include('kept');
    const rest = records.slice(1);
    expect(rest.map((record) => ('seq' in record ? record.seq : 0))).to.deep.equal(rest.map((_, index) => index + 1));
  });

  const failures: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('a broken listener');
    },
    rejects: () => Promise.reject(new Error('a broken listener')),
    'gives a thenable that rejects': () => ({
      then: (_: unknown, reject: (error: Error) => void) => reject(new Error('a broken listener')),
    }),
    'gives a thenable that throws': () => ({
      then: () => {
        throw new Error('a broken listener');
      },
    }),
  };
  for (const [name, fail] of Object.entries(failures)) {
    it(`is warned of where it ${name}, and others go on`, async () => {
      const warnings: Warning[] = [];
      const tracer = createTracer({ flushMs: 0, onWarning: (warning) => warnings.push(warning) });
      const heard: TraceEvent[] = [];
      const stops = [tracer.listen(fail), tracer.listen((records) => heard.push(...records))];
      await sleep(1);
      warnings.length = 0;
      tracer.mark('again');
      await sleep(1);
      for (const stop of stops) stop();
      expect(warnings.map(({ code, error }) => `${code} ${String(error)}`)).to.deep.equal([
        'callbackThrew Error: a broken listener',
      ]);
      expect(only(heard, 'mark').map(({ text }) => text)).to.deep.equal(['again']);
    });
  }

  for (const given of [true, false, 0, 'text', null, {}, { then: 1 }, () => undefined, Promise.resolve(false)]) {
    it(`may give back ${typeof given === 'function' ? 'a function' : JSON.stringify(given)}`, async () => {
      const warnings: Warning[] = [];
      const tracer = createTracer({ flushMs: 0, onWarning: (warning) => warnings.push(warning) });
      const heard: TraceEvent[] = [];
      const stop = tracer.listen((records) => {
        heard.push(...records);
        return given;
      });
      await sleep(1);
      tracer.mark('again');
      await sleep(1);
      stop();
      expect(only(heard, 'mark').map(({ text }) => text)).to.deep.equal(['again']);
      expect(warnings).to.deep.equal([]);
    });
  }

  it('is told of records for which the filter throws, which is warned of once', () => {
    const warnings: Warning[] = [];
    const filter = () => {
      throw new Error('a broken filter');
    };
    const tracer = createTracer({ flushMs: 0, filter, onWarning: (warning) => warnings.push(warning) });
    const heard: TraceEvent[] = [];
    const stop = tracer.listen((records) => heard.push(...records));
    tracer.mark('one');
    tracer.mark('two');
    stop();
    expect(only(heard, 'mark').map(({ text }) => text)).to.deep.equal(['one', 'two']);
    expect(warnings.map(({ code, message }) => `${code} ${message}`)).to.deep.equal([
      'callbackThrew the filter of a tracer threw',
    ]);
  });
});

describe('tracer, actors of an application', () => {
  const lamp = setup({
    types: {
      events: {} as { type: 'press' } | { type: 'break' },
      context: {} as { on: boolean; odd: Map<string, bigint> },
    },
    guards: { isAllowed: ({ context }) => context.on },
    delays: { patience: 1000 },
  }).createMachine({
    id: 'lamp',
    context: { on: false, odd: new Map([['big', 1n]]) },
    initial: 'dark',
    states: {
      dark: {
        on: {
          press: [{ guard: 'isAllowed', target: 'dark' }, { target: 'lit' }],
          break: { guard: 'isAllowed', target: 'lit' },
        },
      },
      lit: { after: { patience: 'dark' } },
    },
  });

  it('are observed with their states, guards that refuse, timers and odd contexts', () => {
    const clock = createTestClock();
    const tracer = createTracer({ flushMs: 0, clock });
    const { records } = listen(tracer);
    const actor = createActor(lamp, { id: 'hall', clock, inspect: tracer.inspect }).start();
    actor.send({ type: 'break' });
    actor.send({ type: 'press' });
    clock.advanceSync(1000);
    actor.stop();
    expect(only(records, 'actor')[0]).to.deep.include({
      system: 'app',
      actor: 'hall',
      machine: 'lamp',
      value: 'dark',
      context: { on: false, odd: { big: '1n' } },
    });
    const steps = only(records, 'step');
    expect(steps.map(({ event, value, status }) => [event.type, value, status])).to.deep.equal([
      ['xstate.init', 'dark', 'active'],
      ['break', 'dark', 'active'],
      ['press', 'lit', 'active'],
      ['xstate.after.patience.lamp.lit', 'dark', 'active'],
      ['xstate.stop', 'dark', 'stopped'],
    ]);
    expect(steps[1]).to.deep.include({ taken: [], refused: [{ source: 'lamp.dark', index: 2 }] });
    expect(steps[2]).to.deep.include({
      taken: [{ source: 'lamp.dark', index: 1 }],
      refused: [{ source: 'lamp.dark', index: 0 }],
    });
    expect(only(records, 'timer').map(({ op, at }) => [op, at])).to.deep.equal([
      ['start', 0],
      ['fire', 1000],
    ]);
  });

  it('are told a step before what it sets off in a child, and a child by its parent', async () => {
    const tracer = createTracer({ flushMs: 0 });
    const { records } = listen(tracer);
    const parent = setup({ actors: { wait: fromPromise(() => Promise.resolve(7)) } }).createMachine({
      id: 'parent',
      initial: 'idle',
      states: {
        idle: { on: { go: 'waiting' } },
        waiting: { invoke: { id: 'waiter', src: 'wait', onDone: 'ready' } },
        ready: { type: 'final' },
      },
    });
    const actor = createActor(parent, { id: 'root', inspect: tracer.inspect }).start();
    actor.send({ type: 'go' });
    while (!only(records, 'step').some((step) => step.actor === 'root' && step.status === 'done')) await sleep(1);
    expect(only(records, 'actor').find((record) => record.actor === 'waiter')).to.include({
      parent: 'root',
      value: 'active',
    });
    const order = records.flatMap((record) =>
      record.type === 'step' ? [`${record.actor} ${record.event.type}`] : record.type === 'actor' ? [record.actor] : [],
    );
    expect(order.indexOf('root go')).to.be.lessThan(order.indexOf('waiter'));
    expect(only(records, 'step').findLast((step) => step.actor === 'root')).to.include({
      value: 'ready',
      status: 'done',
    });
    expect(only(records, 'step').findLast((step) => step.actor === 'root')?.from).to.equal('waiter');
  });

  it('are told to have failed where an action throws, of which XState says nothing', async () => {
    const tracer = createTracer({ flushMs: 0 });
    const { records } = listen(tracer);
    const fragile = setup({}).createMachine({
      id: 'fragile',
      on: {
        go: {
          actions: () => {
            throw new Error('it broke');
          },
        },
      },
    });
    const actor = createActor(fragile, { id: 'glass', inspect: tracer.inspect });
    actor.subscribe({ error: () => undefined });
    actor.start();
    actor.send({ type: 'go' });
    while (!only(records, 'step').some(({ status }) => status === 'error')) await sleep(1);
    expect(only(records, 'step').at(-1)).to.include({ actor: 'glass', status: 'error', error: 'it broke' });
  });
});
