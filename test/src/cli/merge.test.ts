import { expect } from 'chai';
import { merge } from '../../../src/cli/merge.js';

/** A source that is fed by hand, and counts how often it is asked. */
function feed() {
  const waiting: ((result: IteratorResult<string>) => void)[] = [];
  const source = {
    asked: 0,
    returned: false,
    push: (value: string) => waiting.shift()?.({ done: false, value }),
    end: () => waiting.shift()?.({ done: true, value: undefined }),
    [Symbol.asyncIterator]: () => ({
      next: () => {
        source.asked += 1;
        return new Promise<IteratorResult<string>>((resolve) => waiting.push(resolve));
      },
      return: () => {
        source.returned = true;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    }),
  };
  return source;
}

describe('merge', () => {
  it('gives the items in the order in which they come', async () => {
    const [a, b] = [feed(), feed()];
    const merged = merge(a, b);
    const first = merged.next();
    b.push('from b');
    expect((await first).value).to.equal('from b');
    const second = merged.next();
    a.push('from a');
    expect((await second).value).to.equal('from a');
  });

  it('ends when the last source has ended', async () => {
    const [a, b] = [feed(), feed()];
    const merged = merge(a, b);
    const first = merged.next();
    a.end();
    b.push('still here');
    expect(await first).to.deep.equal({ done: false, value: 'still here' });
    const second = merged.next();
    b.end();
    expect(await second).to.deep.equal({ done: true, value: undefined });
  });

  it('asks a source for more only when its item has been taken and another one is wanted', async () => {
    const source = feed();
    const merged = merge(source);
    const first = merged.next();
    source.push('one');
    await first;
    expect(source.asked).to.equal(1);
    void merged.next();
    expect(source.asked).to.equal(2);
  });

  it('throws what a source throws, and lets the others go', async () => {
    const left = feed();
    const broken = (async function* () {
      await Promise.resolve();
      yield* [] as string[];
      throw new Error('broken pipe');
    })();
    const thrown = await merge(left, broken)
      .next()
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(thrown).to.be.instanceOf(Error).with.property('message', 'broken pipe');
    expect(left.returned).to.equal(true);
  });

  it('can be left while a source keeps everybody waiting', async () => {
    const [a, b] = [feed(), feed()];
    const merged = merge(a, b);
    const first = merged.next();
    a.push('one');
    await first;
    await merged.return(undefined);
    expect(a.returned && b.returned).to.equal(true);
  });
});
