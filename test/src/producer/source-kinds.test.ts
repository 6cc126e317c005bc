import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { createActor, fromCallback, fromPromise, fromTransition } from 'xstate';
import { CloseError } from '../../../src/errors.js';
import { runSource, type Records } from '../../../src/producer/source.js';
import { Writer } from '../../../src/writer/writer.js';
import { nextTask } from '../../../src/transport/next-task.js';
import { pause } from '../../support/numbered.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';

/** A writer whose frames are noted, and that lets each write wait where it is told to. */
function createBench() {
  const written: string[] = [];
  const warnings: unknown[] = [];
  const controller = new AbortController();
  let gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;
  const writer = new Writer(
    {
      write: (record) => {
        written.push(new TextDecoder().decode(record.data));
        return gate?.opened;
      },
      close: (code, text) => written.push(`${code} ${text}`),
      ready: () => undefined,
      desiredSize: () => 1,
      readsSuperjson: false,
    },
    undefined,
  );
  return {
    written,
    warnings,
    controller,
    /** From now on no write is through, until the function is called. */
    block: (): (() => void) => {
      let open: () => void = () => undefined;
      const opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      gate = { opened, open };
      return () => {
        gate = undefined;
        open();
      };
    },
    run: (start: () => unknown) =>
      runSource(start as () => Records, writer, controller.signal, (message, error) => warnings.push([message, error])),
  };
}

/** An observable as RxJS makes them: sync, subscribed to with an observer, unsubscribed from by a method. */
function createSubject() {
  let observer: { next(value: unknown): void; error(error: unknown): void; complete(): void } | undefined;
  const events: string[] = [];
  return {
    events,
    next: (value: unknown) => observer?.next(value),
    error: (error: unknown) => observer?.error(error),
    complete: () => observer?.complete(),
    subscribe: (given: NonNullable<typeof observer>) => {
      events.push('subscribed');
      observer = given;
      return { unsubscribe: () => events.push('unsubscribed') };
    },
  };
}

async function settle(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await nextTask();
}

/** The stream without the async iterator that some browsers have not got. */
function bareStream(source: UnderlyingDefaultSource, strategy?: QueuingStrategy): { getReader: unknown } {
  const stream = new ReadableStream(source, strategy);
  return { getReader: () => stream.getReader() };
}

describe('a source that comes as a promise', () => {
  const kinds: Readonly<Record<string, () => unknown>> = {
    'an array': () => ['one', 'two'],
    'an async generator': async function* () {
      yield 'one';
      await nextTask();
      yield 'two';
    },
    'a ReadableStream': () => new Response('one').body,
    'a promise': () => Promise.resolve(['one']),
    'a Readable': () => Readable.from(['one', 'two']),
  };
  for (const [name, make] of Object.entries(kinds)) {
    it(`is awaited where it is of ${name}`, async () => {
      const { run, written } = createBench();
      await run(async () => {
        await nextTask();
        return make();
      });
      expect(written[0]).to.equal('one');
      expect(written.at(-1)).to.equal('1000 ');
    });
  }

  it('closes with 5000 where it rejects, with the code of a CloseError where it rejects with one', async () => {
    for (const [error, close] of [
      [new Error('no such log'), '5000 no such log'],
      [new CloseError(4321, 'quota exceeded'), '4321 quota exceeded'],
      [undefined, '5000 undefined'],
    ] as const) {
      const { run, written, warnings } = createBench();
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- applications reject with anything
      await run(() => Promise.reject(error));
      expect(written).to.deep.equal([close]);
      expect(warnings).to.deep.equal([]);
    }
  });

  it('is awaited also where its then is of another make, and is refused where that throws', async () => {
    const thenable = createBench();
    await thenable.run(() => ({ then: (resolve: (value: unknown) => void) => resolve(['one']) }));
    expect(thenable.written).to.deep.equal(['one', '1000 ']);
    const broken = createBench();
    await broken.run(() => ({
      then: () => {
        throw new Error('not now');
      },
    }));
    expect(broken.written).to.deep.equal(['5000 not now']);
  });

  it('tells of a rejection after the reader has left, unless it is the abort itself', async () => {
    const { run, warnings, written, controller } = createBench();
    const error = new Error('too late');
    const running = run(async () => {
      await nextTask();
      throw error;
    });
    controller.abort();
    await running;
    expect(written).to.deep.equal([]);
    expect(warnings).to.deep.equal([['a source threw after its stream was over', error]]);
    const second = createBench();
    const aborted = second.run(
      () =>
        new Promise((_, reject) =>
          second.controller.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        ),
    );
    second.controller.abort();
    await aborted;
    expect(second.warnings).to.deep.equal([]);
  });

  it('gives back what came after the reader has left, without reading it', async () => {
    const released: string[] = [];
    const sources: Readonly<Record<string, () => unknown>> = {
      stream: () => bareStream({ cancel: () => void released.push('stream') }),
      readable: () => new Readable({ read: () => undefined, destroy: () => released.push('readable') }),
      iterator: () => ({
        [Symbol.asyncIterator]: () => ({ next: () => released.push('read'), return: () => released.push('iterator') }),
      }),
      observable: () => ({ subscribe: () => released.push('subscribed') }),
    };
    for (const make of Object.values(sources)) {
      const { run, written, controller } = createBench();
      const running = run(async () => {
        await nextTask();
        return make();
      });
      controller.abort();
      await running;
      expect(written).to.deep.equal([]);
    }
    expect(released).to.deep.equal(['stream', 'readable', 'iterator']);
  });
});

describe('a web ReadableStream as a source', () => {
  for (const [name, make] of [
    ['', (source: UnderlyingDefaultSource, strategy?: QueuingStrategy) => new ReadableStream(source, strategy)],
    [' without an async iterator', bareStream],
  ] as const) {
    it(`is written to its end${name}`, async () => {
      const { run, written } = createBench();
      await run(() =>
        make({
          start: (sink) => {
            for (const chunk of ['one', new TextEncoder().encode('two'), { three: 3 }]) sink.enqueue(chunk);
            sink.close();
          },
        }),
      );
      expect(written).to.deep.equal(['one', 'two', '{"three":3}', '1000 ']);
    });

    it(`closes with 5000 where it fails${name}`, async () => {
      const { run, written, warnings } = createBench();
      await run(() => make({ pull: (sink) => sink.error(new Error('the disk is gone')) }));
      expect(written).to.deep.equal(['5000 the disk is gone']);
      expect(warnings).to.deep.equal([]);
    });

    it(`is cancelled with the reason as soon as the reader leaves, though nothing comes of it${name}`, async () => {
      const { run, controller, warnings } = createBench();
      const reasons: unknown[] = [];
      const running = run(() => make({ cancel: (reason) => void reasons.push(reason) }));
      await settle();
      controller.abort('gone');
      await running;
      expect(reasons).to.deep.equal(['gone']);
      expect(warnings).to.deep.equal([]);
    });

    it(`is pulled no faster than its records are written${name}`, async () => {
      const { run, block, written } = createBench();
      let pulled = 0;
      const open = block();
      const running = run(() =>
        make(
          {
            pull: (sink) => {
              pulled += 1;
              if (pulled > 10) sink.close();
              else sink.enqueue(`${pulled}`);
            },
          },
          new CountQueuingStrategy({ highWaterMark: 0 }),
        ),
      );
      await settle();
      expect(pulled).to.equal(1);
      open();
      await running;
      expect(written).to.have.lengthOf(11);
    });
  }

  it('is refused where somebody else reads it', async () => {
    const { run, written } = createBench();
    const stream = new ReadableStream();
    stream.getReader();
    await run(() => stream);
    expect(written.join()).to.match(/^5000 .*locked/);
  });
});

describe('a Node Readable as a source', () => {
  it('is written to its end', async () => {
    const { run, written } = createBench();
    await run(() => Readable.from([Buffer.from('one'), 'two', { three: 3 }]));
    expect(written).to.deep.equal(['one', 'two', '{"three":3}', '1000 ']);
  });

  it('closes with 5000 where it fails, also before anything is read', async () => {
    const { run, written } = createBench();
    await run(() => new Readable({ read: () => undefined }).destroy(new Error('no such file')));
    expect(written).to.deep.equal(['5000 no such file']);
  });

  it('closes with 5000 where it is destroyed before its end', async () => {
    const { run, written } = createBench();
    const readable = new Readable({ read: () => undefined });
    const running = run(() => readable);
    readable.push('one');
    await settle();
    readable.destroy();
    await running;
    expect(written).to.deep.equal(['one', '5000 Premature close']);
  });

  it('is destroyed as soon as the reader leaves, though nothing comes of it, and a late error is nobody else’s', async () => {
    const { run, warnings, controller } = createBench();
    const readable = new Readable({ read: () => undefined });
    const running = run(() => readable);
    await settle();
    controller.abort();
    await running;
    expect(readable.destroyed).to.equal(true);
    readable.emit('error', new Error('reset by peer'));
    expect(warnings).to.deep.equal([]);
  });

  it('is read no faster than its records are written', async () => {
    const { run, block, written } = createBench();
    let read = 0;
    const readable = new Readable({
      objectMode: true,
      highWaterMark: 4,
      read() {
        read += 1;
        this.push(read > 20 ? null : `${read}`);
      },
    });
    const open = block();
    const running = run(() => readable);
    await settle();
    expect(read).to.be.below(8);
    open();
    await running;
    expect(written).to.have.lengthOf(21);
  });
});

describe('an observable as a source', () => {
  it('is written to its end, and unsubscribed from', async () => {
    const { run, written } = createBench();
    const subject = createSubject();
    const running = run(() => subject);
    await settle();
    subject.next('one');
    await settle();
    subject.next({ two: 2 });
    subject.next(new TextEncoder().encode('three'));
    subject.complete();
    await running;
    expect(written).to.deep.equal(['one', '{"two":2}', 'three', '1000 ']);
    expect(subject.events).to.deep.equal(['subscribed', 'unsubscribed']);
  });

  it('closes with 5000 where it fails, after what it told before', async () => {
    const { run, written } = createBench();
    const subject = createSubject();
    const running = run(() => subject);
    subject.next('one');
    subject.error(new Error('the socket is gone'));
    await running;
    expect(written).to.deep.equal(['one', '5000 the socket is gone']);
  });

  it('is unsubscribed from as soon as the reader leaves', async () => {
    const { run, written, controller } = createBench();
    const subject = createSubject();
    const running = run(() => subject);
    await settle();
    controller.abort();
    await running;
    subject.next('late');
    expect(subject.events).to.deep.equal(['subscribed', 'unsubscribed']);
    expect(written).to.deep.equal([]);
  });

  type Observer = Parameters<ReturnType<typeof createSubject>['subscribe']>[0];
  const stopped: string[] = [];
  const interop = Symbol.for('a name of its own');
  const shapes: Readonly<Record<string, (subscribe: (observer: Observer) => void) => unknown>> = {
    'a subscribe that gives a function back': (tell) => ({
      subscribe: (observer: Observer) => {
        tell(observer);
        return () => stopped.push('function');
      },
    }),
    'a subscribe that gives nothing back and takes a signal': (tell) => ({
      subscribe: (observer: Observer, { signal }: { signal: AbortSignal }) => {
        signal.addEventListener('abort', () => stopped.push('signal'));
        tell(observer);
      },
    }),
    'the interop method under the name of libraries': (tell) => ({
      '@@observable': () => ({
        subscribe: (observer: Observer) => {
          tell(observer);
          return { unsubscribe: () => stopped.push('@@observable') };
        },
      }),
    }),
    'the interop method under Symbol.observable': (tell) => ({
      [interop]: () => ({
        subscribe: (observer: Observer) => {
          tell(observer);
          return { unsubscribe: () => stopped.push('Symbol.observable') };
        },
      }),
    }),
  };
  for (const [name, shape] of Object.entries(shapes)) {
    it(`may have ${name}, and tell all while it is subscribed to`, async () => {
      Object.defineProperty(Symbol, 'observable', { value: interop, configurable: true });
      try {
        const { run, written } = createBench();
        stopped.length = 0;
        await run(() =>
          shape((observer) => {
            for (let n = 0; n < 3; n += 1) observer.next({ n });
            observer.complete();
          }),
        );
        expect(written).to.deep.equal(['{"n":0}', '{"n":1}', '{"n":2}', '1000 ']);
        expect(stopped).to.have.lengthOf(1);
      } finally {
        delete (Symbol as { observable?: symbol }).observable;
      }
    });
  }

  it('may tell a hundred thousand records at once', async () => {
    const { run, written } = createBench();
    await run(() => ({
      subscribe: (observer: Observer) => {
        for (let n = 0; n < 100_000; n += 1) observer.next(n);
        observer.complete();
      },
    }));
    expect(written).to.have.lengthOf(100_001);
    expect(written[99_999]).to.equal('99999');
  });

  it('closes with 5000 after what waits where it tells more than its reader takes, and is unsubscribed from', async () => {
    const { run, written, block } = createBench();
    const subject = createSubject();
    const open = block();
    const running = run(() => subject);
    await settle();
    const chunk = 'x'.repeat(1024 * 1024);
    for (let n = 0; n < 80; n += 1) subject.next(chunk);
    expect(subject.events).to.deep.equal(['subscribed', 'unsubscribed']);
    open();
    await running;
    expect(written.pop()).to.match(/^5000 the observable tells more than its reader takes: \d+ bytes wait already$/);
    expect(written).to.have.lengthOf.within(60, 65);
  });

  it('closes with 5000 where a value is none that can be told, and where subscribe throws', async () => {
    const { run, written } = createBench();
    const subject = createSubject();
    const running = run(() => subject);
    subject.next(() => undefined);
    await running;
    expect(written.join()).to.match(/^5000 the value is not JSON/);
    expect(subject.events).to.deep.equal(['subscribed', 'unsubscribed']);
    const broken = createBench();
    await broken.run(() => ({
      subscribe: () => {
        throw new Error('not now');
      },
    }));
    expect(broken.written).to.deep.equal(['5000 not now']);
  });

  it('may be subscribed to by an async function, whose subscription is given back when it is there', async () => {
    const { run, written, controller } = createBench();
    const events: string[] = [];
    const running = run(() => ({
      subscribe: async (observer: Observer) => {
        observer.next('one');
        await settle();
        return { unsubscribe: () => events.push('unsubscribed') };
      },
    }));
    await nextTask();
    controller.abort();
    await running;
    expect(events).to.deep.equal(['unsubscribed']);
    expect(written).to.deep.equal(['one']);
  });

  it('closes with 5000 where an async subscribe rejects, after what it told before', async () => {
    const { run, written, warnings } = createBench();
    await run(() => ({
      subscribe: async (observer: Observer) => {
        observer.next('one');
        await nextTask();
        throw new Error('not now');
      },
    }));
    expect(written).to.deep.equal(['one', '5000 not now']);
    expect(warnings).to.deep.equal([]);
  });

  const failing: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('still busy');
    },
    rejects: () => Promise.reject(new Error('still busy')),
  };
  for (const [how, unsubscribe] of Object.entries(failing)) {
    for (const [when, tell] of Object.entries({
      'amid what it tells': (observer: Observer) => observer.next(() => undefined),
      'once it is complete': (observer: Observer) => observer.complete(),
    })) {
      for (const isAtOnce of [true, false]) {
        const moment = `${when}${isAtOnce ? ', at once' : ', later'}`;
        it(`is no matter of whoever tells it where its unsubscribe ${how} ${moment}: a warning tells of it`, async () => {
          const { run, warnings } = createBench();
          let told: Observer | undefined;
          const running = run(() => ({
            subscribe: (observer: Observer) => {
              told = observer;
              if (isAtOnce) tell(observer);
              return { unsubscribe };
            },
          }));
          await nextTask();
          if (!isAtOnce && told !== undefined) tell(told);
          await running;
          expect(warnings.map((warning) => String((warning as readonly unknown[])[1]))).to.deep.equal([
            'Error: still busy',
          ]);
        });
      }
    }
  }

  it('keeps the bytes that it was told, whatever becomes of their buffer', async () => {
    const { run, written } = createBench();
    await run(() => ({
      subscribe: (observer: Observer) => {
        const buffer = new Uint8Array(1);
        for (const byte of [65, 66, 67]) {
          buffer[0] = byte;
          observer.next(buffer);
        }
        observer.complete();
      },
    }));
    expect(written).to.deep.equal(['A', 'B', 'C', '1000 ']);
  });
});

describe('an XState actor as a source', () => {
  it('is written snapshot by snapshot until it is done', async () => {
    const { run, written } = createBench();
    const actor = createActor(
      fromTransition((count: number, { type }: { type: string }) => (type === 'add' ? count + 1 : count), 0),
    ).start();
    const running = run(() => actor);
    await settle();
    actor.send({ type: 'add' });
    actor.send({ type: 'add' });
    await settle();
    expect(written.map((text) => (JSON.parse(text) as { context: number }).context)).to.deep.equal([1, 2]);
    const done = createActor(fromPromise(() => Promise.resolve('fine')));
    const second = createBench();
    const secondRun = second.run(() => done);
    done.start();
    await secondRun;
    expect(second.written.at(-1)).to.equal('1000 ');
    expect(JSON.parse(second.written.at(-2) ?? '')).to.include({ status: 'done', output: 'fine' });
    actor.stop();
    void running;
  });

  it('closes with 5000 where it fails', async () => {
    const { run, written } = createBench();
    const actor = createActor(fromPromise(() => Promise.reject(new Error('broken'))));
    const running = run(() => actor);
    actor.start();
    await running;
    expect(written.at(-1)).to.equal('5000 broken');
  });

  it('goes on when the reader leaves, without a listener', async () => {
    const { run, written, controller } = createBench();
    const actor = createActor(fromCallback(() => undefined)).start();
    const running = run(() => actor);
    await settle();
    controller.abort();
    await running;
    expect(actor.getSnapshot().status).to.equal('active');
    expect(written).to.deep.equal([]);
    actor.stop();
  });
});

describe('a handler, whatever it does', () => {
  let pair: Pair;
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  const others = process.listeners('unhandledRejection');
  beforeEach(() => {
    pair = createPair();
    escaped.length = 0;
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', onEscaped);
  });
  afterEach(async () => {
    await closePair(pair);
    process.off('unhandledRejection', onEscaped);
    for (const listener of others) process.on('unhandledRejection', listener);
  });

  const bad: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('bad');
    },
    rejects: () => Promise.reject(new Error('bad')),
    'rejects later': async () => {
      await nextTask();
      throw new Error('bad');
    },
    'gives nothing': () => undefined,
    'gives a promise of nothing': () => Promise.resolve(undefined),
    'gives a promise of null': () => Promise.resolve(null),
    'gives an emitter': () => new EventEmitter(),
    'gives an iterator that breaks': () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('bad')) }),
    }),
    'gives an iterator of nothing': () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(undefined) }),
    }),
    'gives an iterator of what are no steps': () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(5) }),
    }),
    'gives a plain iterator of what are no steps': () => ({ [Symbol.iterator]: () => ({ next: () => 5 }) }),
    'gives several promises that reject': () => [
      'one',
      Promise.reject(new Error('bad')),
      Promise.reject(new Error('bad')),
    ],
    'gives a promise that rejects before its turn': () => [
      pause(5).then(() => 'one'),
      Promise.reject(new Error('bad')),
    ],
    'gives a Set of promises that reject': () =>
      new Set([Promise.reject(new Error('bad')), Promise.reject(new Error('bad'))]),
    'gives a promise of promises that reject': async () => {
      await nextTask();
      return [Promise.reject(new Error('bad')), Promise.reject(new Error('bad'))];
    },
    'gives a record with promises in it that reject': async function* () {
      await nextTask();
      yield { rows: [Promise.reject(new Error('bad'))], more: new Map([['one', Promise.reject(new Error('bad'))]]) };
    },
    'gives an observable that tells a promise that rejects': () => ({
      subscribe: (observer: { next(value: unknown): void }) => observer.next(Promise.reject(new Error('bad'))),
    }),
    'gives an observable whose async subscribe rejects': () => ({
      subscribe: () => Promise.reject(new Error('bad')),
    }),
    'gives an observable that tells no value and whose unsubscribe rejects': () => ({
      subscribe: (observer: { next(value: unknown): void }) => {
        observer.next(() => undefined);
        return { unsubscribe: () => Promise.reject(new Error('bad')) };
      },
    }),
    'gives an async iterator that is none': () => ({ [Symbol.asyncIterator]: () => undefined }),
  };
  for (const offerDelivery of [true, false]) {
    for (const [name, handler] of Object.entries(bad)) {
      it(`closes its stream with 5000 where it ${name}${offerDelivery ? '' : ', towards a plain peer'}`, async () => {
        await closePair(pair);
        pair = createPair({ consumer: { offerDelivery } });
        pair.producer.handle('bad', handler as () => Records);
        const end = await pair.consumer.openStream('bad').closed;
        await settle();
        expect(end).to.include({ reason: 'closed', code: 5000 });
        expect(escaped).to.deep.equal([]);
      });
    }
  }

  it('is no matter of the process where what it yields after its reader has left holds a promise that rejects', async () => {
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    pair.producer.handle('late', async function* () {
      await gate;
      yield { row: Promise.reject(new Error('too late')) };
    });
    const stream = pair.consumer.openStream('late');
    await settle();
    stream.cancel();
    await settle();
    goOn();
    await settle();
    expect(escaped).to.deep.equal([]);
  });

  it('is no matter of the process where it fails after its reader has left', async () => {
    let fail: (error: Error) => void = () => undefined;
    pair.producer.handle('late', () => new Promise((_, reject) => (fail = reject)));
    const stream = pair.consumer.openStream('late');
    await settle();
    stream.cancel();
    await settle();
    fail(new Error('too late'));
    await settle();
    expect(pair.warnings.map(({ code }) => code)).to.deep.equal(['sourceFailed']);
    expect(escaped).to.deep.equal([]);
  });
});
