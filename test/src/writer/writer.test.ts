import { expect } from 'chai';
import { StreamError } from '../../../src/errors.js';
import { encodePlainFrame } from '../../../src/writer/plain-frame.js';
import { Writer } from '../../../src/writer/writer.js';
import { failureOf } from '../../support/read.js';

function createBench(options: { payloadBytesMax?: number; readsSuperjson?: boolean } = {}) {
  const frames: string[] = [];
  const closes: (readonly [code: number, text: string])[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const state: { ready: Promise<void> | undefined; over: boolean } = { ready: undefined, over: false };
  const writer = new Writer(
    {
      write: (record, signal) => {
        signals.push(signal);
        const frame = encodePlainFrame(record, options.payloadBytesMax ?? 1024);
        if (state.over) throw new StreamError('writerClosed', 'the stream is over');
        frames.push(new TextDecoder().decode(frame));
        return state.ready;
      },
      close: (code, text) => closes.push([code, text]),
      ready: () => state.ready,
      desiredSize: () => 1,
      readsSuperjson: options.readsSuperjson ?? false,
    },
    undefined,
  );
  return { writer, frames, closes, state, signals };
}

describe('Writer, write', () => {
  it('writes bytes and strings as data frames', async () => {
    const { writer, frames } = createBench();
    await writer.write('a');
    await writer.write(Uint8Array.of(0x61));
    expect(frames).to.deep.equal(['{"type":1,"data":"YQ=="}', '{"type":1,"data":"YQ=="}']);
  });

  for (const [data, bytes] of [
    ['', 0],
    ['abc', 3],
    ['ä€𝄞', 9],
    [new Uint8Array(300), 300],
  ] as const) {
    it(`resolves with ${bytes}, the bytes of the data and not of the envelope`, async () => {
      expect(await createBench().writer.write(data)).to.equal(bytes);
    });
  }

  it('publishes at once, in the order of the calls, whether or not anybody awaits', () => {
    const { writer, frames } = createBench();
    void writer.write('a');
    void writer.write('b');
    expect(frames).to.have.lengthOf(2);
  });

  it('resolves only when there is room for more', async () => {
    const { writer, state } = createBench();
    let open: () => void = () => undefined;
    state.ready = new Promise((resolve) => {
      open = resolve;
    });
    let resolved = false;
    const written = writer.write('a').then(() => {
      resolved = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(resolved).to.equal(false);
    open();
    await written;
    expect(resolved).to.equal(true);
  });

  it('refuses a record that does not fit into one message, and writes on', async () => {
    const { writer, frames } = createBench({ payloadBytesMax: 64 });
    expect(await failureOf(writer.write(new Uint8Array(48)))).to.include({ code: 'tooLarge' });
    expect(await writer.write('small')).to.equal(5);
    expect(frames).to.have.lengthOf(1);
    expect(writer.closed).to.equal(false);
  });

  it('takes a record whose message is exactly as large as allowed', async () => {
    const message = '{"type":1,"data":"YWJj"}';
    expect(await createBench({ payloadBytesMax: message.length }).writer.write('abc')).to.equal(3);
    const error = await failureOf(createBench({ payloadBytesMax: message.length - 1 }).writer.write('abc'));
    expect(error).to.include({
      code: 'tooLarge',
      message: 'record: expected a message of at most 23 bytes, came 24 for 3 bytes of data',
    });
  });

  for (const given of [null, undefined, 42, {}, [1, 2]]) {
    it(`refuses ${given === undefined ? 'undefined' : JSON.stringify(given)} as a record`, async () => {
      const { writer, frames } = createBench();
      expect(await failureOf(writer.write(given as never))).to.include({ code: 'badArgument' });
      expect(frames).to.deep.equal([]);
    });
  }
});

describe('Writer, waiting', () => {
  it('is ready at once where there is room, and otherwise when there is', async () => {
    const { writer, state } = createBench();
    await writer.ready;
    let open: () => void = () => undefined;
    state.ready = new Promise((resolve) => {
      open = resolve;
    });
    let isReady = false;
    const ready = writer.ready.then(() => (isReady = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isReady).to.equal(false);
    open();
    await ready;
    expect(isReady).to.equal(true);
  });

  it('desires what there is room for, and nothing after the close', async () => {
    const { writer } = createBench();
    expect(writer.desiredSize).to.equal(1);
    await writer.close();
    expect(writer.desiredSize).to.equal(0);
  });

  it('hands the signal of a write to where its record waits', async () => {
    const { writer, signals } = createBench();
    const { signal } = new AbortController();
    await writer.write('a', { signal });
    await writer.writeObject(1, { signal });
    await writer.write('b');
    expect(signals).to.deep.equal([signal, signal, undefined]);
  });

  it('writes nothing for a signal that has aborted, and rejects with its reason', async () => {
    const { writer, frames } = createBench();
    const reason = { why: 'no longer wanted' };
    const signal = AbortSignal.abort(reason);
    expect(await failureOf(writer.write('a', { signal }))).to.equal(reason);
    expect(await failureOf(writer.writeObject({}, { signal }))).to.equal(reason);
    expect(frames).to.deep.equal([]);
  });

  it('refuses options that it does not know, and a signal that is none', async () => {
    const { writer } = createBench();
    expect(await failureOf(writer.write('a', { abort: true } as never))).to.include({ code: 'badArgument' });
    expect(await failureOf(writer.write('a', { signal: 1 as never }))).to.include({ code: 'badArgument' });
  });
});

describe('Writer, writeObject', () => {
  it('writes plain JSON with the bytes of its text', async () => {
    const { writer, frames } = createBench();
    expect(await writer.writeObject({ i: 0 })).to.equal(7);
    expect(frames).to.deep.equal(['{"type":1,"data":"eyJpIjowfQ=="}']);
  });

  it('writes annotations beside the data for a reader that reads them', async () => {
    const { writer, frames } = createBench({ readsSuperjson: true });
    await writer.writeObject({ at: new Date(0) });
    const [frame = ''] = frames;
    expect(JSON.parse(frame)).to.have.property('superjson');
  });

  it('writes none for a value that is plain JSON', async () => {
    const { writer, frames } = createBench({ readsSuperjson: true });
    await writer.writeObject({ i: 0 });
    expect(frames).to.deep.equal(['{"type":1,"data":"eyJpIjowfQ=="}']);
  });

  it('refuses what a plain reader cannot be told', async () => {
    expect(await failureOf(createBench().writer.writeObject(new Map()))).to.include({ code: 'notEncodable' });
  });
});

describe('Writer, close', () => {
  it('closes with 1000 and no text', async () => {
    const { writer, closes } = createBench();
    expect(writer.closed).to.equal(false);
    await writer.close();
    expect(writer.closed).to.equal(true);
    expect(closes).to.deep.equal([[1000, '']]);
  });

  it('joins the texts of closeWithCode with a colon and a space', async () => {
    const { writer, closes } = createBench();
    await writer.closeWithCode(5000, 'a', 'b', 'c');
    expect(closes).to.deep.equal([[5000, 'a: b: c']]);
  });

  it('makes every later write and close fail', async () => {
    const { writer, frames, closes } = createBench();
    await writer.close();
    expect(await failureOf(writer.write('late'))).to.include({ code: 'writerClosed' });
    expect(await failureOf(writer.writeObject({}))).to.include({ code: 'writerClosed' });
    expect(await failureOf(writer.close())).to.include({ code: 'writerClosed' });
    expect(await failureOf(writer.closeWithCode(5000))).to.include({ code: 'writerClosed' });
    expect([frames, closes]).to.deep.equal([[], [[1000, '']]]);
  });

  for (const code of [1.5, NaN, Infinity, '1000', null]) {
    it(`refuses the code ${String(code)} and stays open`, async () => {
      const { writer } = createBench();
      expect(await failureOf(writer.closeWithCode(code as number))).to.include({ code: 'badArgument' });
      expect(writer.closed).to.equal(false);
    });
  }

  it('does not end the process where nobody awaits a write that fails', async () => {
    const { writer, state } = createBench();
    state.over = true;
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      void writer.write('late');
      await writer.close();
      void writer.write('later');
      void writer.close();
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).to.deep.equal([]);
  });
});
