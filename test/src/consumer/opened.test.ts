import { expect } from 'chai';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

describe('opened of a stream', () => {
  let pair: Pair;
  beforeEach(() => {
    pair = createPair();
  });
  afterEach(() => closePair(pair));

  const untilAborted = async function* ({ signal }: { readonly signal: AbortSignal }): AsyncGenerator {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield* [];
  };

  for (const acceptExtension of [true, false]) {
    it(`tells without a record that ${acceptExtension ? 'a' : 'a plain'} producer serves the stream`, async () => {
      await closePair(pair);
      pair = createPair({ producer: { acceptExtension } });
      pair.producer.handle('quiet', untilAborted);
      await settle();
      expect(await pair.consumer.openStream('quiet').opened).to.deep.equal({ started: true });
    });

    it(`tells of ${acceptExtension ? 'an' : 'a plain'} empty stream that it has started`, async () => {
      await closePair(pair);
      pair = createPair({ producer: { acceptExtension } });
      pair.producer.handle('empty', () => []);
      await settle();
      expect(await pair.consumer.openStream('empty').opened).to.deep.equal({ started: true });
    });
  }

  it('tells how the stream ended where it has not started', async () => {
    const stream = pair.consumer.openStream('nobody');
    const opening = await stream.opened;
    expect(opening).to.deep.equal({ started: false, end: await stream.closed });
    expect(opening).to.have.nested.property('end.reason', 'noResponders');
  });

  it('tells of a refusal, of a cancel and of a closed client', async () => {
    pair.bystander.subscribe('refused', {
      callback: (_, { reply }) => {
        pair.bystander.publish(reply ?? '', '{"type":2,"closeError":{"Code":4000,"Text":"not like this"}}');
      },
    });
    pair.bystander.subscribe('silent', { callback: () => undefined });
    await settle();
    const reasonOf = async (opened: Promise<unknown>): Promise<unknown> => {
      const { end } = (await opened) as { readonly end: { readonly reason: string; readonly code: number } };
      return `${end.reason} ${end.code}`;
    };
    expect(await reasonOf(pair.consumer.openStream('refused').opened)).to.equal('closed 4000');
    const left = pair.consumer.openStream('silent');
    left.cancel();
    expect(await reasonOf(left.opened)).to.equal('cancelled 1006');
    const abandoned = pair.consumer.openStream('silent');
    await pair.consumer.close();
    expect(await reasonOf(abandoned.opened)).to.equal('cancelled 1006');
  });
});
