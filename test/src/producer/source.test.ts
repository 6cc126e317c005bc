import { expect } from 'chai';
import { CloseError, StreamError } from '../../../src/errors.js';
import { runSource, type Records } from '../../../src/producer/source.js';
import { Writer } from '../../../src/writer/writer.js';
import { encodePlainFrame } from '../../../src/writer/plain-frame.js';
import { settle } from '../../support/settle.js';

/** A writer whose frames are noted, and everything else that a source is run with. */
function createBench(payloadBytesMax = 1024) {
  const written: string[] = [];
  const warnings: unknown[] = [];
  const controller = new AbortController();
  const writer = new Writer(
    {
      write: (record) => {
        encodePlainFrame(record, payloadBytesMax);
        written.push(new TextDecoder().decode(record.data));
        return undefined;
      },
      close: (code, text) => written.push(`${code} ${text}`),
      ready: () => undefined,
      desiredSize: () => 1,
      readsSuperjson: false,
    },
    undefined,
  );
  const run = (start: () => Records) =>
    runSource(start, writer, controller.signal, (message, error) => warnings.push([message, error]));
  return { written, warnings, controller, run };
}

describe('runSource, the normal end', () => {
  it('writes what an async generator yields and closes with 1000 when it returns', async () => {
    const { run, written } = createBench();
    await run(async function* () {
      yield 'one';
      await Promise.resolve();
      yield new TextEncoder().encode('two');
      yield { three: 3 };
    });
    expect(written).to.deep.equal(['one', 'two', '{"three":3}', '1000 ']);
  });

  it('takes a plain generator and an array alike', async () => {
    const { run, written } = createBench();
    await run(function* () {
      yield 'one';
    });
    expect(written).to.deep.equal(['one', '1000 ']);
    const second = createBench();
    await second.run(() => ['two']);
    expect(second.written).to.deep.equal(['two', '1000 ']);
  });
});

describe('runSource, a plain iterable', () => {
  it('is written and closed in one turn, without a promise for each record', async () => {
    const { run, written } = createBench();
    const running = run(() => Array.from({ length: 1_000 }, String));
    expect(written).to.have.lengthOf(1_001);
    await running;
    expect(written).to.have.lengthOf(1_001);
  });
});

describe('runSource, a plain iterable of promises', () => {
  it('awaits each of them, as for await does', async () => {
    const { run, written } = createBench();
    await run(() => [Promise.resolve('one'), 'two', Promise.resolve({ three: 3 })]);
    expect(written).to.deep.equal(['one', 'two', '{"three":3}', '1000 ']);
  });

  it('closes with 5000 where one rejects, and lets the iterator return', async () => {
    const { run, written } = createBench();
    const steps: string[] = [];
    await run(function* () {
      try {
        yield Promise.reject(new Error('no such row'));
      } finally {
        steps.push('finally');
      }
    });
    expect(written).to.deep.equal(['5000 no such row']);
    expect(steps).to.deep.equal(['finally']);
  });

  it('returns at an abort, though a promise of it is pending', async () => {
    const { run, written, controller } = createBench();
    const steps: string[] = [];
    const running = run(function* () {
      try {
        yield new Promise(() => undefined);
      } finally {
        steps.push('finally');
      }
    });
    await settle();
    controller.abort();
    await running;
    expect(steps).to.deep.equal(['finally']);
    expect(written).to.deep.equal([]);
  });
});

describe('runSource, the end by a throw', () => {
  it('closes with 5000 and the reason', async () => {
    const { run, written } = createBench();
    // eslint-disable-next-line @typescript-eslint/require-await -- the kind of source that applications write
    await run(async function* () {
      yield 'one';
      throw new Error('the disk is gone');
    });
    expect(written).to.deep.equal(['one', '5000 the disk is gone']);
  });

  it('closes with 5000 where the handler itself throws', async () => {
    const { run, written } = createBench();
    await run(() => {
      throw new Error('no such log');
    });
    expect(written).to.deep.equal(['5000 no such log']);
  });

  it('closes with the code and text of a CloseError', async () => {
    const { run, written } = createBench();
    await run(() => {
      throw new CloseError(4321, 'quota exceeded');
    });
    expect(written).to.deep.equal(['4321 quota exceeded']);
  });

  it('does not close as complete for a CloseError with the code 1000', async () => {
    const { run, written } = createBench();
    await run(() => {
      throw new CloseError(1000, 'fine');
    });
    expect(written.join()).to.match(/^5000 /);
  });

  for (const code of [NaN, 3.5, Infinity]) {
    it(`closes with 5000 for a CloseError with the code ${code}, and says so`, async () => {
      const { run, written } = createBench();
      await run(() => {
        throw new CloseError(code, 'quota exceeded');
      });
      expect(written).to.deep.equal([
        `5000 the source threw a close code that is no integer: nats stream: close ${code}: quota exceeded`,
      ]);
    });
  }

  const thrown: readonly (readonly [name: string, value: unknown, text: string])[] = [
    ['a plain object', { status: 404 }, '{"status":404}'],
    ['an object with a message', { message: 'not found' }, 'not found'],
    ['an object without a prototype', Object.create(null), '{}'],
    ['undefined', undefined, 'undefined'],
    ['an error without a message', new TypeError(), 'TypeError'],
    ['an AggregateError without a message', new AggregateError([new Error('a'), new Error('b')]), 'a; b'],
  ];
  for (const [name, value, text] of thrown) {
    it(`closes with 5000 and a readable text for ${name}`, async () => {
      const { run, written } = createBench();
      await run(() => {
        throw value;
      });
      expect(written).to.deep.equal([`5000 ${text}`]);
    });
  }

  for (const [name, given] of [
    ['a string', 'text'],
    ['a number', 42],
    ['null', null],
    ['undefined', undefined],
    ['a Uint8Array', new Uint8Array(3)],
    ['a String', new String('text')],
    ['an ArrayBuffer', new ArrayBuffer(3)],
    ['an object', {}],
    ['a Response', new Response('body')],
    ['a function', () => []],
    ['a promise of nothing', Promise.resolve(undefined)],
    ['a promise of a string', Promise.resolve('text')],
  ] as const) {
    it(`closes with 5000 where the handler gives ${name} instead of records`, async () => {
      const { run, written } = createBench();
      await run(() => given as unknown as Records);
      expect(written).to.have.lengthOf(1);
      expect(written[0]).to.match(/^5000 handler: expected an async generator/);
    });
  }
});

describe('runSource, a record that cannot be written', () => {
  it('is thrown into the source at its yield, and the stream goes on where it is caught', async () => {
    const { run, written } = createBench(64);
    const caught: unknown[] = [];
    await run(function* () {
      try {
        yield 'x'.repeat(100);
      } catch (error) {
        caught.push(error);
      }
      yield 'small';
    });
    expect(caught).to.have.lengthOf(1);
    expect(caught[0]).to.be.instanceOf(StreamError).with.property('code', 'tooLarge');
    expect(written).to.deep.equal(['small', '1000 ']);
  });

  it('writes the record that a source yields in answer to the throw', async () => {
    const { run, written } = createBench(64);
    await run(function* () {
      try {
        yield new Map();
      } catch {
        yield 'instead';
      }
      yield 'next';
    });
    expect(written).to.deep.equal(['instead', 'next', '1000 ']);
  });

  it('closes with 5000 where the source does not catch it', async () => {
    const { run, written } = createBench(64);
    await run(function* () {
      yield 'x'.repeat(100);
      yield 'never';
    });
    expect(written).to.have.lengthOf(1);
    expect(written[0]).to.match(/^5000 record: expected a message of at most 64 bytes/);
  });

  it('closes with 5000 where the source has no throw', async () => {
    const { run, written } = createBench(64);
    await run(() => ['x'.repeat(100), 'never']);
    expect(written[0]).to.match(/^5000 record/);
  });
});

describe('runSource, an abort', () => {
  it('runs the finally block of a source that is suspended at its yield, and writes nothing more', async () => {
    const { run, written, controller } = createBench();
    const steps: string[] = [];
    await run(function* () {
      try {
        yield 'one';
        controller.abort();
        yield 'two';
        steps.push('went on');
      } finally {
        steps.push('finally');
      }
    });
    expect(steps).to.deep.equal(['finally']);
    expect(written).to.deep.equal(['one']);
  });

  it('runs the finally block of a source that awaits its signal', async () => {
    const { run, written, warnings, controller } = createBench();
    const steps: string[] = [];
    const running = run(async function* () {
      try {
        yield 'one';
        await new Promise((_, reject) => {
          controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error));
        });
      } finally {
        steps.push('finally');
      }
    });
    await settle();
    controller.abort();
    await running;
    expect(steps).to.deep.equal(['finally']);
    expect(written).to.deep.equal(['one']);
    expect(warnings).to.deep.equal([]);
  });

  it('drops what a source yields after its await, and runs its finally block then', async () => {
    const { run, written, controller } = createBench();
    const steps: string[] = [];
    let wake: () => void = () => undefined;
    const running = run(async function* () {
      try {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        yield 'late';
        steps.push('went on');
      } finally {
        steps.push('finally');
      }
    });
    await settle();
    controller.abort();
    await settle();
    expect(steps).to.deep.equal([]);
    wake();
    await running;
    expect(steps).to.deep.equal(['finally']);
    expect(written).to.deep.equal([]);
  });

  it('waits for an async finally block', async () => {
    const { run, controller } = createBench();
    const steps: string[] = [];
    const running = run(async function* () {
      try {
        yield 'one';
        await settle();
        yield 'two';
      } finally {
        await settle();
        steps.push('cleaned up');
      }
    });
    await settle();
    controller.abort();
    await running;
    expect(steps).to.deep.equal(['cleaned up']);
  });

  it('tells of what a source throws while it cleans up', async () => {
    const { run, warnings, controller } = createBench();
    const broken = new Error('cannot clean up');
    await run(function* () {
      try {
        yield 'one';
        controller.abort();
        yield 'two';
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- what is tested
        throw broken;
      }
    });
    expect(warnings).to.deep.equal([['a source threw after its stream was over', broken]]);
  });

  it('tells of what a source throws after the abort from what it awaits', async () => {
    const { run, warnings, controller } = createBench();
    const broken = new Error('the file is gone');
    let fail: (error: Error) => void = () => undefined;
    const running = run(async function* () {
      yield 'one';
      await new Promise((_, reject) => {
        fail = reject;
      });
    });
    await settle();
    controller.abort();
    await settle();
    fail(broken);
    await running;
    expect(warnings).to.deep.equal([['a source threw after its stream was over', broken]]);
  });

  it('says nothing of the abort that a source throws back', async () => {
    const { run, warnings, controller } = createBench();
    await run(function* () {
      yield 'one';
      controller.abort();
      controller.signal.throwIfAborted();
    });
    expect(warnings).to.deep.equal([]);
  });

  it('does not start a source whose signal has aborted', async () => {
    const { run, written, controller } = createBench();
    controller.abort();
    await run(() => ['one']);
    expect(written).to.deep.equal([]);
  });
});
