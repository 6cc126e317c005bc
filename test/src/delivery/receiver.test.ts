import { expect } from 'chai';
import fc from 'fast-check';
import { Receiver } from '../../../src/delivery/receiver.js';
import { decodeControl, type DeliveryFrame, type WireRecord } from '../../../src/wire/index.js';
import { seed } from '../../support/seed.js';

const terms = { version: 1, heartbeatIntervalMs: 10, heartbeatRequestTimeoutMs: 5, missedHeartbeatsMax: 2 };
const text = (value: string): WireRecord => ({ data: new TextEncoder().encode(value) });

/** An extended stream at its consumer, what it tells its host, and what it says to the producer. */
function createBench({ records = 4, bytes = 1024, recordBytesMax = 1 << 20 } = {}) {
  const told: string[] = [];
  const said: string[] = [];
  const delivery: Receiver = new Receiver({ records, bytes }, recordBytesMax, {
    announced: () => told.push('announced'),
    gap: () => {
      told.push('gap');
      delivery.resume();
    },
    recovered: () => told.push('recovered'),
    records: (came) => {
      for (const { data } of came) told.push(new TextDecoder().decode(data));
    },
    closedBy: (code, why) => told.push(`closed ${code} ${why}`),
    lost: (code, why) => told.push(`lost ${code} ${why}`),
    broken: (why) => told.push(`broken: ${why}`),
    publish: (subject, bytesOfControl) => {
      const control = decodeControl(bytesOfControl);
      if (control?.type === 'cancel') said.push(`${subject} cancel ${control.text}`);
      else if (control?.type === 'grant' || control?.type === 'resume') {
        said.push(`${subject} ${control.type} ${control.next} ${control.consumed} ${control.consumedBytes}`);
      }
    },
  });
  delivery.accepts({ type: 'announcement', end: 0, isWanting: false, terms }, 'control');
  told.length = 0;
  const taken = () => told.splice(0);
  const heard = () => said.splice(0);
  const give = (first: number, ...values: readonly string[]) => {
    delivery.onFrame({ type: 'records', first, records: values.map(text) });
  };
  const announce = (end: number, isWanting = false) => {
    delivery.onFrame({ type: 'announcement', end, isWanting, terms });
  };
  const close = (number: number, isFinal = false) => {
    delivery.onFrame({ type: 'deliveryClose', number, isFinal, code: 1000, text: 'done' });
  };
  return { delivery, taken, heard, give, announce, close };
}

/** The fragments of a record, each with so many bytes. */
function fragmentsOf(
  number: number,
  value: string,
  partBytes: number,
): (DeliveryFrame & { readonly type: 'fragment' })[] {
  const { data } = text(value);
  const count = Math.ceil(data.length / partBytes);
  return Array.from({ length: count }, (_, index) => {
    const offset = index * partBytes;
    const part = data.subarray(offset, offset + partBytes);
    return { type: 'fragment', number, isAnnotated: false, totalBytes: data.length, offset, part };
  });
}

describe('Receiver, frames that share a message', () => {
  it('are answered once, with a close before its stream is told to be over', () => {
    const { delivery, give, announce, close, taken, heard } = createBench();
    delivery.beginJoined();
    announce(0);
    give(0, 'a', 'b');
    expect(heard()).to.deep.equal([]);
    close(2);
    expect(heard()).to.deep.equal(['control grant 3 0 0']);
    delivery.endJoined();
    expect(heard()).to.deep.equal([]);
    expect(taken()).to.deep.equal(['announced', 'a', 'b', 'closed 1000 done']);
  });

  it('are answered when the last one was taken', () => {
    const { delivery, give, announce, heard } = createBench();
    delivery.beginJoined();
    announce(0);
    give(0, 'a');
    delivery.onConsumed(1);
    delivery.endJoined();
    expect(heard()).to.deep.equal(['control grant 1 1 1']);
    announce(1);
    expect(heard()).to.deep.equal(['control grant 1 1 1']);
  });

  it('are asked for once where something before them is missing', () => {
    const { delivery, give, announce, heard } = createBench();
    delivery.beginJoined();
    give(1, 'b');
    announce(2);
    delivery.endJoined();
    expect(heard()).to.deep.equal(['control resume 0 0 0']);
  });
});

describe('Receiver, sequence', () => {
  it('hands over records in order, and drops those that came before', () => {
    const { give, taken } = createBench();
    give(0, 'a', 'b');
    give(0, 'a', 'b');
    give(1, 'b', 'c');
    expect(taken()).to.deep.equal(['a', 'b', 'c']);
  });

  it('asks once for what is missing, drops what comes after it, and goes on when it has come', () => {
    const { give, taken, heard } = createBench();
    give(0, 'a');
    give(2, 'c');
    give(3, 'd');
    expect([taken(), heard()]).to.deep.equal([['a', 'gap'], ['control resume 1 0 0']]);
    give(1, 'b', 'c', 'd');
    expect(taken()).to.deep.equal(['recovered', 'b', 'c', 'd']);
  });

  it('finds by an announcement that the last records are missing, and asks again at each of them', () => {
    const { give, announce, taken, heard } = createBench();
    give(0, 'a');
    taken();
    announce(2);
    announce(2);
    expect([taken(), heard()]).to.deep.equal([
      ['announced', 'gap', 'announced', 'gap'],
      ['control resume 1 0 0', 'control resume 1 0 0'],
    ]);
  });

  it('answers an announcement with a grant where nothing is missing', () => {
    const { give, announce, heard } = createBench();
    give(0, 'a');
    announce(1);
    expect(heard()).to.deep.equal(['control grant 1 0 0']);
  });

  it('keeps to the first producer, and tells another one to stop', () => {
    const { delivery, heard } = createBench();
    const frame: DeliveryFrame = { type: 'records', first: 0, records: [text('x')] };
    expect(delivery.accepts(frame, 'control')).to.equal(true);
    expect(delivery.accepts(frame, 'other')).to.equal(false);
    expect(heard()).to.deep.equal(['other cancel another producer serves the stream']);
  });

  it('closes after everything before the close, and acknowledges it', () => {
    const { give, close, taken, heard } = createBench();
    close(1);
    expect([taken(), heard()]).to.deep.equal([['gap'], ['control resume 0 0 0']]);
    give(0, 'a');
    close(1);
    expect([taken(), heard()]).to.deep.equal([['recovered', 'a', 'closed 1000 done'], ['control grant 2 0 0']]);
    close(1);
    expect(taken()).to.deep.equal([]);
  });

  it('is lost where a final close comes after something that is missing', () => {
    const { give, close, taken } = createBench();
    give(0, 'a');
    close(2, true);
    expect(taken()).to.deep.equal(['a', 'lost 1000 done']);
  });

  it(`delivers every record once and in order, whatever is lost, doubled or late (seed ${seed})`, () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat()), (counts, choices) => {
        const { give, announce, delivery, taken } = createBench({ records: 100 });
        const frames: { readonly first: number; readonly values: readonly string[] }[] = [];
        let end = 0;
        for (const count of counts) {
          frames.push({ first: end, values: Array.from({ length: count }, (_, index) => `#${end + index}`) });
          end += count;
        }
        const next = () => Number(choices.next().value);
        for (let step = 0; step < frames.length * 3; step += 1) {
          const frame = frames[next() % frames.length];
          if (frame !== undefined) give(frame.first, ...frame.values);
        }
        announce(end);
        for (const { first, values } of frames.filter((frame) => frame.first + frame.values.length > delivery.next)) {
          give(first, ...values);
        }
        const came = taken().filter((word) => word.startsWith('#'));
        expect(came).to.deep.equal(Array.from({ length: end }, (_, index) => `#${index}`));
      }),
      { seed },
    );
  });
});

describe('Receiver, fragments', () => {
  it('puts a record together, and passes over parts that came before', () => {
    const { delivery, give, taken } = createBench();
    give(0, 'a');
    const [first, second, third] = fragmentsOf(1, 'large record', 5);
    for (const part of [first, first, second, first, second, third, third]) {
      if (part !== undefined) delivery.onFrame(part);
    }
    give(2, 'c');
    expect(taken()).to.deep.equal(['a', 'large record', 'c']);
  });

  it('asks for the whole record where a part is missing, and takes it from the beginning', () => {
    const { delivery, taken, heard } = createBench();
    const parts = fragmentsOf(0, 'large record', 5);
    for (const part of parts.filter(({ offset }) => offset !== 5)) delivery.onFrame(part);
    expect([taken(), heard()]).to.deep.equal([['gap'], ['control resume 0 0 0']]);
    for (const part of parts) delivery.onFrame(part);
    expect(taken()).to.deep.equal(['recovered', 'large record']);
  });

  it('takes the parts of a record after a hole for missing, too', () => {
    const { delivery, taken } = createBench();
    for (const part of fragmentsOf(1, 'large record', 5)) delivery.onFrame(part);
    expect(taken()).to.deep.equal(['gap']);
  });

  it('ends a stream whose producer has a larger limit than its consumer, at the first part', () => {
    const { delivery, taken } = createBench({ recordBytesMax: 100 });
    const totalBytes = 101;
    const part = new Uint8Array(10);
    delivery.onFrame({ type: 'fragment', number: 0, isAnnotated: false, totalBytes, offset: 0, part });
    expect(taken()).to.deep.equal(['broken: expected a record of at most 100 bytes (recordBytesMax), came 101']);
  });

  it('takes a record that is exactly as large as the limit, its annotations not counted', () => {
    const { delivery, give, taken } = createBench({ recordBytesMax: 3 });
    const part = Uint8Array.of(2, 0x7b, 0x7d, 0x61, 0x62, 0x63);
    delivery.onFrame({ type: 'fragment', number: 0, isAnnotated: true, totalBytes: 6, offset: 0, part });
    give(1, 'def');
    give(2, 'four');
    expect(taken()).to.deep.equal([
      'abc',
      'def',
      'broken: expected a record of at most 3 bytes (recordBytesMax), came 4',
    ]);
  });

  it('ends a stream whose parts do not fit together', () => {
    const { delivery, taken } = createBench();
    const part = new Uint8Array(10);
    delivery.onFrame({ type: 'fragment', number: 0, isAnnotated: false, totalBytes: 30, offset: 0, part });
    delivery.onFrame({ type: 'fragment', number: 0, isAnnotated: false, totalBytes: 31, offset: 10, part });
    expect(taken()).to.deep.equal(['broken: expected a part of a record of 30 bytes, came one of 31']);
  });

  it('ends a stream with a large record whose annotations cannot be read', () => {
    const { delivery, taken } = createBench();
    const part = Uint8Array.of(200, 1, 2);
    delivery.onFrame({ type: 'fragment', number: 0, isAnnotated: true, totalBytes: 3, offset: 0, part });
    expect(taken()).to.deep.equal(['broken: expected a record with annotations in JSON, came another']);
  });
});

describe('Receiver, credit', () => {
  it('grants when half of the window in records was consumed', () => {
    const { delivery, give, heard } = createBench({ records: 4 });
    give(0, 'a', 'b', 'c', 'd');
    delivery.onConsumed(1);
    expect(heard()).to.deep.equal([]);
    delivery.onConsumed(1);
    delivery.onConsumed(1);
    expect(heard()).to.deep.equal(['control grant 4 2 2']);
    delivery.onConsumed(1);
    expect(heard()).to.deep.equal(['control grant 4 4 4']);
  });

  it('grants when half of the window in bytes was consumed', () => {
    const { delivery, give, heard } = createBench({ records: 100, bytes: 10 });
    give(0, '1234', '5678');
    delivery.onConsumed(4);
    expect(heard()).to.deep.equal([]);
    delivery.onConsumed(4);
    expect(heard()).to.deep.equal(['control grant 2 2 8']);
  });

  it('grants at once to a producer that waits, when nothing is left to consume', () => {
    const { delivery, give, announce, heard } = createBench({ records: 100, bytes: 100 });
    give(0, 'a', 'b');
    announce(2, true);
    heard();
    delivery.onConsumed(1);
    expect(heard()).to.deep.equal([]);
    delivery.onConsumed(1);
    expect(heard()).to.deep.equal(['control grant 2 2 2']);
  });

  it('says nothing to a producer that has not shown that it knows the extension', () => {
    const said: string[] = [];
    const ignore = () => undefined;
    const host = { announced: ignore, gap: ignore, recovered: ignore, records: ignore, closedBy: ignore };
    const publish = (subject: string) => said.push(subject);
    const delivery = new Receiver({ records: 1, bytes: 1 }, 1, {
      ...host,
      lost: ignore,
      broken: ignore,
      publish,
    });
    delivery.onConsumed(1);
    delivery.cancel('left');
    expect([said, delivery.isExtended]).to.deep.equal([[], false]);
  });

  it('ends the stream of a producer that sends more records than it was granted', () => {
    const { give, taken } = createBench({ records: 2 });
    give(0, 'a', 'b', 'c');
    expect(taken()).to.deep.equal(['broken: expected at most 2 records of 1024 bytes at a time, came more']);
  });

  it('ends the stream of a producer that sends more bytes, but takes a single larger record', () => {
    const { give, taken } = createBench({ bytes: 5 });
    give(0, 'larger than that');
    expect(taken()).to.deep.equal(['larger than that']);
    give(1, 'x');
    expect(taken()).to.deep.equal(['broken: expected at most 4 records of 5 bytes at a time, came more']);
  });
});
