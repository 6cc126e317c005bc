import { expect } from 'chai';
import { CreditQueue } from '../../../src/delivery/credit-queue.js';
import { failureOf } from '../../support/read.js';

const record = (text: string) => ({ data: new TextEncoder().encode(text) });

describe('CreditQueue', () => {
  it('hands out copies in the order of the writes, and counts what waits', async () => {
    const waiting = new CreditQueue();
    const first = record('abc');
    const written = waiting.add(first, undefined, () => undefined);
    void waiting.add(record('d'), undefined, () => undefined);
    first.data.fill(0);
    expect([waiting.length, waiting.bytes, waiting.next]).to.deep.equal([2, 4 + 2 * 64, record('abc')]);
    const taken = waiting.shift();
    expect(taken?.record).to.deep.equal(record('abc'));
    taken?.settle();
    await written;
    expect([waiting.length, waiting.bytes, waiting.next]).to.deep.equal([1, 1 + 64, record('d')]);
    waiting.shift();
    expect([waiting.shift(), waiting.next]).to.deep.equal([undefined, undefined]);
  });

  it('takes one out of the middle when its signal aborts, and says so', async () => {
    const waiting = new CreditQueue();
    const controller = new AbortController();
    const told: number[] = [];
    void waiting.add(record('a'), undefined, () => undefined);
    const second = waiting.add(record('bc'), controller.signal, () => told.push(waiting.length));
    void waiting.add(record('d'), undefined, () => undefined);
    controller.abort(new Error('enough'));
    expect(await failureOf(second)).to.have.property('message', 'enough');
    expect([told, waiting.bytes]).to.deep.equal([[2], 2 + 2 * 64]);
  });

  it('hears no signal of a record that was settled', async () => {
    const waiting = new CreditQueue();
    const controller = new AbortController();
    const told: string[] = [];
    const written = waiting.add(record('a'), controller.signal, () => told.push('taken back'));
    waiting.shift()?.settle();
    void waiting.add(record('b'), undefined, () => undefined);
    controller.abort();
    await written;
    expect([told, waiting.length]).to.deep.equal([[], 1]);
  });

  it('counts what a record brings along beside its data, and a constant for each', () => {
    const waiting = new CreditQueue();
    const annotations = new Uint8Array(1000);
    void waiting.add({ ...record(''), superjson: {}, annotations }, undefined, () => undefined);
    expect(waiting.bytes).to.equal(1064);
    waiting.shift()?.settle();
    expect(waiting.bytes).to.equal(0);
  });

  it('refuses all of them with one error', async () => {
    const waiting = new CreditQueue();
    const writes = ['a', 'b'].map((text) => waiting.add(record(text), undefined, () => undefined));
    const error = new Error('the stream is over');
    waiting.refuse(() => error);
    expect(await Promise.all(writes.map(failureOf))).to.deep.equal([error, error]);
    expect([waiting.length, waiting.bytes]).to.deep.equal([0, 0]);
  });
});
