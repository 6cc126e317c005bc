import { expect } from 'chai';
import { encodeDataFrame } from '../../../src/wire/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

// Its type is that of a callback that gives nothing back, as it is for whoever passes an async function.
const fail = (() => Promise.reject(new Error('broken'))) as () => void;

/** An async function fits wherever a callback gives nothing back, so each may reject as well as throw. */
describe('a callback of the application that gives a promise which rejects', () => {
  let pair: Pair;
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  const others = process.listeners('unhandledRejection');
  beforeEach(() => {
    escaped.length = 0;
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', onEscaped);
  });
  afterEach(async () => {
    await closePair(pair);
    process.off('unhandledRejection', onEscaped);
    for (const listener of others) process.on('unhandledRejection', listener);
    expect(escaped).to.deep.equal([]);
  });
  const told = (): readonly string[] => pair.warnings.map(({ code, message }) => `${code}: ${message}`);

  for (const name of ['onRecord', 'onObject'] as const) {
    it(`cancels the stream as ${name}`, async () => {
      pair = createPair();
      pair.producer.handle('logs', async function* ({ signal }) {
        yield { n: 1 };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      });
      const end = await pair.consumer.openStream('logs', undefined, { [name]: fail }).closed;
      expect(end).to.include({ reason: 'cancelled', text: "the reader's callback threw: broken" });
    });
  }

  it('is warned of as onSlow', async () => {
    pair = createPair({ consumer: { bufferedRecordsMax: 4 } });
    pair.bystander.subscribe('logs', { callback: () => undefined });
    await settle();
    const stream = pair.consumer.openStream('logs', undefined, { onSlow: fail });
    const frame = encodeDataFrame(new Uint8Array(1), undefined);
    for (let n = 0; n < 4; n += 1) pair.bystander.publish(pair.consumer.id + stream.id, frame);
    await settle();
    await settle();
    expect(told()).to.deep.equal(['callbackThrew: onSlow threw']);
  });

  it('is warned of as inspect, as a function and as an observer', async () => {
    pair = createPair({ consumer: { inspect: fail } });
    await settle();
    expect(told()[0]).to.equal('callbackThrew: the inspect observer threw');
    await closePair(pair);
    pair = createPair({ producer: { inspect: { next: fail } } });
    await settle();
    expect(told()[0]).to.equal('callbackThrew: the inspect observer threw');
  });

  for (const onDebug of [
    fail,
    () => {
      throw new Error('broken');
    },
  ]) {
    it(`is warned of as onDebug${onDebug === fail ? '' : ', where it throws as well'}`, async () => {
      pair = createPair({ consumer: { onDebug } });
      pair.bystander.subscribe('logs', { callback: () => undefined });
      await settle();
      const stream = pair.consumer.openStream('logs');
      pair.bystander.publish(pair.consumer.id + stream.id, Uint8Array.of(5), { reply: 'somebody' });
      await settle();
      await settle();
      expect(told()).to.deep.equal(['callbackThrew: onDebug threw']);
    });
  }
});
