import { expect } from 'chai';
import {
  deliveryProperties,
  deliverySystem,
  explore,
  protocolTicks,
  type DeliverySystemOptions,
} from '../../../src/testing/index.js';
import { loseOnly } from './lose-only.js';

const one = { records: 1, leave: false } as const;
const first = 'A: record 0 comes to a reader that reads';
const second = 'A: record 1 comes to a reader that reads';

/** With a delay of 1 the exact worst cases are those of PROTOCOL.md, Delivery, in D. */
const configurations: readonly (readonly [string, DeliverySystemOptions, Readonly<Record<string, number>>?])[] = [
  [
    'two records, a window of one',
    { delay: 1 },
    {
      [second]: 2,
      'A: a reader that took everything is told that the source has ended': 1,
      'A: a source whose reader had records is cancelled when it leaves': 1,
      'A: what is over is forgotten': 4,
    },
  ],
  [
    'records that need most of the window',
    { delay: 1, records: 3, leave: false, windowRecords: 3, windowBytes: 3, recordBytes: [1, 3] },
    { [second]: 3 },
  ],
  [
    'a producer that uses less than the reader offers',
    { delay: 1, windowRecords: 3, producerWindowRecords: 1, leave: false },
    { [second]: 3 },
  ],
  ['three records, a window of two', { records: 3, windowRecords: 2, leave: false }],
  ['one loss', { ...one, delay: 1, faults: { drop: 1 } }, { [first]: protocolTicks.interval + 5 }],
  ['one loss, and a reader that may leave', { faults: { drop: 1 } }],
  [
    'a record in fragments, and a loss',
    { leave: false, frameBytes: 1, recordBytes: [1, 2], windowRecords: 2, windowBytes: 3, faults: { drop: 1 } },
  ],
  ['one duplicate', { leave: false, faults: { duplicate: 1 } }],
  [
    'frames that share a message',
    { delay: 1, joined: true },
    {
      [second]: 2,
      'A: a reader that took everything is told that the source has ended': 1,
      'A: a source whose reader had records is cancelled when it leaves': 1,
      'A: what is over is forgotten': 4,
    },
  ],
  [
    'the same, and a loss',
    { ...one, delay: 1, joined: true, faults: { drop: 1 } },
    { [first]: protocolTicks.interval + 5 },
  ],
  ['the same, and a duplicate', { ...one, joined: true, faults: { duplicate: 1 } }],
  ['the same, and a crash', { ...one, joined: true, faults: { crash: 1 } }],
  [
    'the same, and the producer is cut off',
    { ...one, delay: 1, joined: true, faults: { cut: { max: 1, of: ['producer'] } } },
    { [first]: 5 },
  ],
  ['the consumer is cut off', { ...one, delay: 1, faults: { cut: { max: 1, of: ['consumer'] } } }, { [first]: 2 }],
  ['the producer is cut off', { ...one, delay: 1, faults: { cut: { max: 1, of: ['producer'] } } }, { [first]: 5 }],
  ['the link of the consumer is lost, and nothing with it', { leave: false, incidents: ['consumerLinkLost'] }],
  ['the source fails, as where the producer drains', { incidents: ['sourceFails'] }],
  ['one crash', { faults: { crash: 1 } }],
  // Exactly (K + 2)·I + 3·D.
  [
    'the inbox is deaf, and heartbeats pass',
    { ...one, incidents: ['inboxDeaf'] },
    { 'A: a reader whose inbox is deaf is told': 4 * protocolTicks.interval },
  ],
  [
    'the inbox is deaf, and heartbeats take their time',
    { ...one, delay: 1, incidents: ['inboxDeaf'] },
    { 'A: a reader whose inbox is deaf is told': 4 * protocolTicks.interval + 3 },
  ],
  [
    'the inbox is deaf, and no miss is allowed',
    { ...one, incidents: ['inboxDeaf'], missedHeartbeatsMax: 1 },
    { 'A: a reader whose inbox is deaf is told': 3 * protocolTicks.interval },
  ],
  [
    'heartbeat requests are refused',
    { ...one, delay: 1, incidents: ['heartbeatForbidden'] },
    { 'A: a reader is told that its stream is over': 1 },
  ],
  // Where the close is lost nothing else tells it: S.
  [
    'heartbeat requests are refused, and a record or the end is lost',
    { ...one, incidents: ['heartbeatForbidden'], faults: loseOnly(1, 'records', 'end') },
    { 'A: a reader is told that its stream is over': protocolTicks.silence },
  ],
  [
    'frames are refused, and a record or the end is lost',
    { ...one, incidents: ['framesForbidden'], faults: loseOnly(1, 'records', 'end') },
  ],
  ['two streams, one of which is only opened', { ...one, streams: 2, bystanders: 1, delay: 1 }],
  ['the same, and a loss', { ...one, streams: 2, bystanders: 1, faults: { drop: 1 } }],
];

describe('the delivery extension', () => {
  for (const [name, options, worst = {}] of configurations) {
    it(`keeps every property: ${name}`, () => {
      const result = explore(deliverySystem(options), { ...deliveryProperties(options), stopAt: 'end' }).assert();
      console.log(`      ${result.states} states, ${result.edges} edges, ${(result.ms / 1000).toFixed(1)} s`);
      expect(result.worst).to.include(worst);
    });
  }
});
