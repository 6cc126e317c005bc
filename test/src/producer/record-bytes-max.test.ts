import { expect } from 'chai';
import { defineStream } from '../../../src/contracts/contract.js';
import { closePair, createPair, type PairOptions } from '../../support/pair.js';

const streams: Readonly<Record<string, { pair: PairOptions; expected: number }>> = {
  'what a message holds in base64, for a plain consumer': {
    pair: { maxPayloadBytes: 1000, consumer: { offerExtension: false } },
    expected: 735,
  },
  'the same without delivery': { pair: { maxPayloadBytes: 1000, consumer: { offerDelivery: false } }, expected: 735 },
  'what the consumer allows, with delivery': {
    pair: { maxPayloadBytes: 1000, consumer: { recordBytesMax: 5000 } },
    expected: 5000,
  },
  'what the producer allows, where that is less': {
    pair: { maxPayloadBytes: 1000, consumer: { recordBytesMax: 5000 }, producer: { recordBytesMax: 4000 } },
    expected: 4000,
  },
};

describe('the largest record of a stream, as its request tells it', () => {
  for (const [what, { pair: options, expected }] of Object.entries(streams)) {
    it(`is ${what}`, async () => {
      const pair = createPair(options);
      const told: number[] = [];
      pair.producer.handle('sizes', function* (request) {
        told.push(request.recordBytesMax);
        yield new Uint8Array(request.recordBytesMax);
        yield new Uint8Array(request.recordBytesMax + 1);
      });
      const stream = pair.consumer.openStream('sizes');
      const sizes: number[] = [];
      try {
        for await (const record of stream) sizes.push(record.length);
      } catch {
        // The second record is too large: that is told below.
      }
      expect(told).to.deep.equal([expected]);
      expect(sizes).to.deep.equal([expected]);
      expect((await stream.closed).text).to.match(/^record: expected .*at most/);
      await closePair(pair);
    });
  }

  it('is told to the handlers of contracts as well', async () => {
    const pair = createPair();
    const sizes = defineStream({ subject: 'sizes' });
    pair.producer.handle(sizes, function* ({ recordBytesMax }) {
      yield recordBytesMax;
    });
    const seen: unknown[] = [];
    for await (const record of pair.consumer.openStream(sizes, {})) seen.push(record);
    expect(seen).to.deep.equal([64 * 1024 * 1024]);
    await closePair(pair);
  });
});
