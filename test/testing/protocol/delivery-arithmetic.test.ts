import { expect } from 'chai';
import {
  deliveryArithmetic as right,
  deliveryProperties,
  deliverySystem,
  explore,
  type DeliveryArithmetic,
  type DeliverySystemOptions,
} from '../../../src/testing/index.js';

const systems = {
  'one record': { records: 1, leave: false },
  'two records, a window of one': { leave: false },
  'a window of two': { records: 2, windowRecords: 2, leave: false },
  'records that need most of the window': {
    records: 2,
    leave: false,
    windowRecords: 3,
    windowBytes: 3,
    recordBytes: [1, 3],
  },
  'a record larger than the window': {
    records: 2,
    leave: false,
    windowRecords: 3,
    windowBytes: 3,
    recordBytes: [1, 4],
  },
  'one record, and a loss': { records: 1, leave: false, faults: { drop: 1 } },
  'a window of two, and a loss': { records: 2, windowRecords: 2, leave: false, faults: { drop: 1 } },
  'a duplicate': { records: 2, leave: false, faults: { duplicate: 1 } },
  'a record that is lost, and the link of the consumer': {
    records: 1,
    leave: false,
    incidents: ['consumerLinkLost'],
    faults: { drop: { max: 1, when: (message) => (message as { readonly type: string }).type === 'records' } },
  },
} satisfies Readonly<Record<string, DeliverySystemOptions>>;

/** A mistake in the arithmetic, and a system that shows it. */
type Mistake = readonly [what: string, arithmetic: Partial<DeliveryArithmetic>, where: keyof typeof systems];

const mistakes: readonly Mistake[] = [
  [
    'sends one record more than the window holds',
    { maySend: (flow, bytes) => right.maySend({ ...flow, consumed: flow.consumed + 1 }, bytes) },
    'two records, a window of one',
  ],
  [
    'sends more bytes than the window holds',
    { maySend: (flow) => right.creditOf(flow).records > 0 },
    'records that need most of the window',
  ],
  [
    'never sends a record that is larger than the window',
    { maySend: (flow, bytes) => right.creditOf(flow).records > 0 && right.creditOf(flow).bytes >= bytes },
    'a record larger than the window',
  ],
  [
    'does not count the bytes that it sends',
    { sendRecord: (flow) => right.sendRecord(flow, 0) },
    'records that need most of the window',
  ],
  ['takes the close for no item', { endOf: ({ sent }) => sent }, 'one record'],
  [
    'is settled before the close is acknowledged',
    { isSettled: (flow) => flow.hasHeardFromConsumer && flow.acknowledged >= flow.sent },
    'one record, and a loss',
  ],
  [
    'is settled before anything was heard',
    { isSettled: (flow) => flow.acknowledged === right.endOf(flow) },
    'one record, and a loss',
  ],
  ['waits for a grant that nobody asked for', { isGrantComing: () => true }, 'records that need most of the window'],
  [
    'takes less than half of the window for enough to bring a grant',
    { isGrantComing: (flow) => flow.sent > flow.consumed },
    'records that need most of the window',
  ],
  ['is never settled', { isSettled: () => false }, 'one record'],
  [
    'refuses a grant of everything that was sent',
    { isGrantPossible: (flow, grant) => right.isGrantPossible(flow, { ...grant, next: grant.next + 1 }) },
    'two records, a window of one',
  ],
  [
    'refuses a grant of the close',
    { isGrantPossible: (flow, grant) => right.isGrantPossible({ ...flow, isClosed: false }, grant) },
    'one record',
  ],
  [
    'takes back what an earlier grant gave',
    { takeGrant: (flow, grant) => ({ ...flow, ...right.takeGrant(flow, grant), consumed: grant.consumed }) },
    'a duplicate',
  ],
  [
    'has no credit again for records that were consumed',
    { takeGrant: (flow, grant) => right.takeGrant(flow, { ...grant, consumed: 0 }) },
    'two records, a window of one',
  ],
  [
    'has no credit again for bytes that were consumed',
    { takeGrant: (flow, grant) => right.takeGrant(flow, { ...grant, consumedBytes: 0 }) },
    'records that need most of the window',
  ],
  [
    'has credit again for what was received',
    { takeGrant: (flow, grant) => right.takeGrant(flow, { ...grant, consumed: Math.min(grant.next, flow.sent) }) },
    'two records, a window of one',
  ],
  [
    'keeps what was received',
    { takeGrant: (flow, grant) => right.takeGrant(flow, { ...grant, next: Math.max(0, grant.next - 1) }) },
    'one record',
  ],
  [
    'takes the next item for one after a hole',
    { receiveItems: (flow, first, count) => right.receiveItems(flow, first + 1, count) },
    'one record',
  ],
  [
    'does not see that one item is missing',
    {
      receiveItems: (flow, first, count) =>
        right.receiveItems(first === flow.next + 1 ? { ...flow, next: first } : flow, first, count),
    },
    'a window of two, and a loss',
  ],
  [
    'takes what came before',
    { receiveItems: (flow, first, count) => right.receiveItems(flow, Math.max(first, flow.next), count) },
    'a duplicate',
  ],
  [
    'says nothing of what is missing',
    { receiveItems: (flow, first, count) => ({ ...right.receiveItems(flow, first, count), edge: undefined }) },
    'a window of two, and a loss',
  ],
  [
    'takes an announcement of what came for one of more',
    { receiveAnnouncement: (flow, end, isWanting) => right.receiveAnnouncement(flow, end + 1, isWanting) },
    'one record',
  ],
  [
    'does not see that the last item is missing',
    { receiveAnnouncement: (flow, end, isWanting) => right.receiveAnnouncement(flow, end - 1, isWanting) },
    'one record, and a loss',
  ],
  [
    'forgets that the producer waits',
    { receiveAnnouncement: (flow, end) => right.receiveAnnouncement(flow, end, false) },
    'records that need most of the window',
  ],
  [
    'takes what was missing before the link was lost for missing after',
    { forgetGap: (flow) => flow },
    'a record that is lost, and the link of the consumer',
  ],
  [
    'is overrun by a full window',
    { isOverrun: (flow) => right.isOverrun({ ...flow, consumed: flow.consumed - 1 }) },
    'two records, a window of one',
  ],
  ['does not count what the reader consumes', { consume: (flow) => flow }, 'two records, a window of one'],
  [
    'does not count the bytes that the reader consumes',
    { consume: (flow) => right.consume(flow, 0) },
    'records that need most of the window',
  ],
  ['never grants', { isGrantDue: () => false }, 'two records, a window of one'],
  [
    'grants when more than the window is consumed',
    { isGrantDue: ({ consumed, granted, window }) => consumed - granted > window.records },
    'two records, a window of one',
  ],
  [
    'grants by halves of the window alone',
    { isGrantDue: (flow) => right.isGrantDue({ ...flow, isWanted: false }) },
    'records that need most of the window',
  ],
  [
    'grants more than was consumed',
    { grantOf: (flow) => ({ ...right.grantOf(flow), consumed: flow.next }) },
    'two records, a window of one',
  ],
  [
    'asks for one item too many',
    { grantOf: (flow) => ({ ...right.grantOf(flow), next: flow.next + 1 }) },
    'one record',
  ],
  [
    'takes what was received for granted',
    { noteGranted: (flow) => ({ ...flow, granted: flow.next }) },
    'two records, a window of one',
  ],
];

function violationIn(options: DeliverySystemOptions): string | undefined {
  const { always, leadsTo } = deliveryProperties(options);
  const result = explore(deliverySystem(options), { always, leadsTo, limit: { states: 100_000 } });
  if (result.violations.length === 0) result.assert();
  return result.violations[0]?.property;
}

describe('a mistake in the arithmetic of the delivery', () => {
  for (const where of Object.keys(systems) as readonly (keyof typeof systems)[]) {
    it(`is all that could break a property: ${where}`, () => {
      expect(violationIn(systems[where])).to.equal(undefined);
    });
  }

  for (const [what, arithmetic, where] of mistakes) {
    it(`is noticed by a property: it ${what}`, () => {
      expect(violationIn({ ...systems[where], arithmetic })).to.be.a('string');
    });
  }
});
