import { expect } from 'chai';
import { deliveryProperties, deliverySystem, explore, type DeliverySystemOptions } from '../../../src/testing/index.js';

const configurations: readonly (readonly [string, DeliverySystemOptions])[] = [
  ['two records, a window of one', {}],
  ['delay 1', { delay: 1 }],
  ['one loss', { faults: { drop: 1 } }],
  ['one duplicate', { faults: { duplicate: 1 } }],
  ['the consumer is cut off', { faults: { cut: { max: 1, of: ['consumer'] } } }],
  ['the producer is cut off', { faults: { cut: { max: 1, of: ['producer'] } } }],
  ['one crash', { faults: { crash: 1 } }],
  ['three records, a window of two', { records: 3, windowRecords: 2, leave: false }],
  ['two streams of a record each', { streams: 2, records: 1, leave: false }],
];

describe('the delivery extension', function () {
  this.timeout(120_000);

  for (const [name, options] of configurations) {
    it(`keeps every property: ${name}`, () => {
      const result = explore(deliverySystem(options), { ...deliveryProperties(options), stopAt: 'end' }).assert();
      console.log(`      ${result.states} states, ${result.edges} edges, ${(result.ms / 1000).toFixed(1)} s`);
    });
  }

  it('stops a source within one trip of its reader leaving, where nothing is lost', () => {
    const options = { delay: 1 };
    const { worst } = explore(deliverySystem(options), { ...deliveryProperties(options), stopAt: 'end' }).assert();
    expect(worst['A: a source whose reader left is cancelled']).to.be.at.most(2);
  });
});
