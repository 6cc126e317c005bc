import { expect } from 'chai';
import fc from 'fast-check';
import { RecordQueue } from '../../../src/consumer/record-queue.js';
import { seed } from '../../support/seed.js';

const record = (length: number) => ({ data: new Uint8Array(length) });

describe('RecordQueue', () => {
  it('hands records over in the order in which they came', () => {
    const queue = new RecordQueue(10, 100);
    const records = [record(1), record(2), record(3)];
    for (const each of records) queue.push(each);
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).to.deep.equal([...records, undefined]);
  });

  it('has room for exactly as many records as it is told', () => {
    const queue = new RecordQueue(2, 100);
    queue.push(record(0));
    expect(queue.hasRoomFor(0)).to.equal(true);
    queue.push(record(0));
    expect(queue.hasRoomFor(0)).to.equal(false);
    queue.shift();
    expect(queue.hasRoomFor(0)).to.equal(true);
  });

  it('has room for exactly as many bytes as it is told', () => {
    const queue = new RecordQueue(100, 10);
    queue.push(record(6));
    expect(queue.hasRoomFor(4)).to.equal(true);
    expect(queue.hasRoomFor(5)).to.equal(false);
    queue.shift();
    expect(queue.hasRoomFor(10)).to.equal(true);
    expect(queue.hasRoomFor(11)).to.equal(false);
  });

  it('is empty after clear, and takes records again', () => {
    const queue = new RecordQueue(10, 10);
    queue.push(record(10));
    queue.clear();
    expect([queue.length, queue.bytes, queue.shift()]).to.deep.equal([0, 0, undefined]);
    queue.push(record(10));
    expect(queue.length).to.equal(1);
  });

  it(`does what a plain array does, through any calls (seed ${seed})`, () => {
    const call = fc.oneof(
      { weight: 30, arbitrary: fc.nat(9).map((length) => ({ push: length })) },
      { weight: 25, arbitrary: fc.constant('shift' as const) },
      { weight: 1, arbitrary: fc.constant('clear' as const) },
    );
    fc.assert(
      fc.property(fc.array(call, { maxLength: 300 }), (calls) => {
        const queue = new RecordQueue(50, 200);
        let model: { data: Uint8Array }[] = [];
        for (const each of calls) {
          if (each === 'shift') expect(queue.shift()).to.equal(model.shift());
          else if (each === 'clear') {
            queue.clear();
            model = [];
          } else {
            const next = record(each.push);
            queue.push(next);
            model.push(next);
          }
          const bytes = model.reduce((sum, { data }) => sum + data.length, 0);
          expect([queue.length, queue.bytes]).to.deep.equal([model.length, bytes]);
          expect(queue.hasRoomFor(1)).to.equal(model.length < 50 && bytes + 1 <= 200);
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  it('keeps order through a hundred thousand records without ever running empty', () => {
    const queue = new RecordQueue(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    let came = 0;
    for (let pushed = 0; pushed < 100_000; pushed += 1) {
      queue.push({ data: new Uint8Array(Uint32Array.of(pushed).buffer) });
      if (pushed < 1500) continue;
      if (new Uint32Array(queue.shift()?.data.buffer ?? new ArrayBuffer(4))[0] !== came)
        throw new Error(`expected record ${came}`);
      came += 1;
    }
    expect(queue.length).to.equal(1500);
  });
});
