import { expect } from 'chai';
import { AnnotationsUnderWay } from '../../../src/delivery/annotation-window.js';
import { AssemblyBudget } from '../../../src/delivery/assembly-budget.js';
import { Receiver } from '../../../src/delivery/receiver.js';
import { decodeControl, type FragmentFrame, type ReceivedRecord } from '../../../src/wire/index.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A stream whose reader reads nothing until it is told to, and whose producer sends what it likes. */
function unread({
  windowBytes = MiB,
  windowRecords = 16_384,
  budget = new AssemblyBudget(),
  bytesMax = 16 * MiB,
} = {}) {
  const waiting: ReceivedRecord[] = [];
  const told: string[] = [];
  const asked: number[] = [];
  const delivery = new Receiver(
    { records: windowRecords, bytes: windowBytes },
    64 * MiB,
    {
      announced: () => undefined,
      gap: () => told.push('gap'),
      recovered: () => undefined,
      records: (records) => waiting.push(...records),
      closedBy: () => undefined,
      lost: () => undefined,
      broken: (text) => told.push(text),
      publish: (_, bytes) => {
        const control = decodeControl(bytes);
        if (control?.type === 'resume') asked.push(control.next);
      },
    },
    budget,
    bytesMax,
  );
  const terms = { version: 1, heartbeatIntervalMs: 10, heartbeatRequestTimeoutMs: 5, missedHeartbeatsMax: 2 };
  delivery.accepts({ type: 'announcement', end: 0, isWanting: false, terms }, 'control');
  const read = () => {
    const record = waiting.shift();
    if (record !== undefined) delivery.onConsumed(record.data.length, record.annotations?.length ?? 0);
  };
  return { delivery, waiting, told, asked, read };
}

const part = (number: number, totalBytes: number, offset: number, bytes: number): FragmentFrame => ({
  type: 'fragment',
  number,
  isAnnotated: false,
  totalBytes,
  offset,
  part: new Uint8Array(bytes),
});

describe('memory that a producer tries to fill, at its consumer', () => {
  it('annotations are bounded: 200 empty records with 900 KB each end the stream at the fifth', () => {
    const { delivery, waiting, told } = unread();
    const annotations = new Uint8Array(900_000);
    for (let first = 0; first < 200 && told.length === 0; first += 1) {
      delivery.onFrame({ type: 'records', first, records: [{ data: new Uint8Array(), annotations }] });
    }
    expect(told).to.deep.equal(['expected at most 4194304 bytes of annotations at a time, came more']);
    expect(waiting).to.have.length(4);
  });

  it('the same in one frame, in parts of large records, and where the window is small', () => {
    const annotations = new Uint8Array(30_000);
    const many = unread({ windowBytes: 16 * KiB });
    many.delivery.onFrame({
      type: 'records',
      first: 0,
      records: Array.from({ length: 5 }, () => ({ data: new Uint8Array(), annotations })),
    });
    expect(many.told).to.have.length(1);
    const parts = unread();
    const body = new Uint8Array(3 * MiB);
    body.set([0xfc, 0xff, 0xbf, 0x01]);
    for (let number = 0; number < 3 && parts.told.length === 0; number += 1) {
      parts.delivery.onFrame({
        type: 'fragment',
        number,
        isAnnotated: true,
        totalBytes: body.length,
        offset: 0,
        part: body,
      });
    }
    expect(parts.told).to.have.length(1);
    expect(parts.waiting).to.have.length(1);
  });

  it('annotations of records that were read make room for others, and those of one record always have it', () => {
    const { delivery, told, read } = unread({ windowBytes: KiB });
    for (let first = 0; first < 100; first += 1) {
      const annotations = new Uint8Array(first % 2 === 0 ? 1_000_000 : 10);
      delivery.onFrame({ type: 'records', first, records: [{ data: new Uint8Array(), annotations }] });
      read();
    }
    expect(told).to.deep.equal([]);
    expect(delivery.heldBytes).to.equal(0);
  });

  it('parts of one byte are put together in one buffer', () => {
    const { delivery, waiting } = unread();
    const total = 200_000;
    for (let offset = 0; offset < total - 1; offset += 1) delivery.onFrame(part(0, total, offset, 1));
    expect(delivery.heldBytes).to.be.at.most(total);
    delivery.onFrame(part(0, total, total - 1, 1));
    expect(waiting[0]?.data).to.have.length(total);
  });

  it('the length that is only told takes no memory', () => {
    const { delivery } = unread();
    delivery.onFrame(part(0, 64 * MiB, 0, 1));
    expect(delivery.heldBytes).to.equal(64 * KiB);
  });

  it('unfinished records of many streams share the budget of their client', () => {
    const budget = new AssemblyBudget();
    const streams = Array.from({ length: 20 }, () => unread({ budget }));
    for (let offset = 0; offset < 5 * MiB; offset += 512 * KiB) {
      for (const { delivery } of streams) delivery.onFrame(part(0, 8 * MiB, offset, 512 * KiB));
    }
    expect(budget.used).to.be.at.most(16 * MiB);
    const held = streams.reduce((sum, { delivery }) => sum + delivery.heldBytes, 0);
    // Each stream has its own window besides.
    expect(held).to.be.at.most(16 * MiB + 20 * MiB);
    expect(streams.flatMap(({ told }) => told)).to.deep.equal([]);
  });

  it('a record that found no room is asked for when there is, and arrives', () => {
    const budget = new AssemblyBudget();
    const [one, other] = [unread({ budget, bytesMax: 4 * MiB }), unread({ budget, bytesMax: 4 * MiB })];
    const give = ({ delivery }: typeof one, from: number, to: number) => {
      for (let offset = from; offset < to; offset += MiB) delivery.onFrame(part(0, 8 * MiB, offset, MiB));
    };
    give(one, 0, 4 * MiB);
    give(other, 0, 8 * MiB);
    expect([other.waiting.length, other.asked, other.told]).to.deep.equal([0, [], []]);
    give(one, 4 * MiB, 8 * MiB);
    expect(one.waiting).to.have.length(1);
    expect(other.asked).to.deep.equal([0]);
    give(other, 0, 8 * MiB);
    expect(other.waiting).to.have.length(1);
    expect(budget.used).to.equal(0);
  });

  it('a producer that stops in the middle of a large record does not keep the room of others for ever', () => {
    const budget = new AssemblyBudget();
    const [stopped, other] = [unread({ budget, bytesMax: 4 * MiB }), unread({ budget, bytesMax: 4 * MiB })];
    for (let offset = 0; offset < 4 * MiB; offset += MiB) stopped.delivery.onFrame(part(0, 64 * MiB, offset, MiB));
    for (let round = 0; round < 1_100 && other.waiting.length === 0; round += 1) {
      for (let offset = 0; offset < 8 * MiB; offset += MiB) other.delivery.onFrame(part(0, 8 * MiB, offset, MiB));
    }
    expect(other.waiting).to.have.length(1);
  });

  it('a stream that is over gives back what it held', () => {
    const budget = new AssemblyBudget();
    const { delivery } = unread({ budget });
    for (let offset = 0; offset < 4 * MiB; offset += MiB) delivery.onFrame(part(0, 8 * MiB, offset, MiB));
    expect(budget.used).to.be.at.least(4 * MiB);
    delivery.release();
    expect([budget.used, delivery.heldBytes]).to.deep.equal([0, 0]);
  });
});

describe('annotations under way, at the producer', () => {
  it('are four windows at most, or those of one record', () => {
    const underWay = new AnnotationsUnderWay(1000);
    expect(underWay.hasRoomFor(1_000_000)).to.equal(true);
    underWay.add(0, 3000);
    expect([underWay.hasRoomFor(1000), underWay.hasRoomFor(1001), underWay.hasRoomFor(0)]).to.deep.equal([
      true,
      false,
      true,
    ]);
  });

  it('are not, once their records were consumed', () => {
    const underWay = new AnnotationsUnderWay(1000);
    underWay.add(3, 3000);
    underWay.add(5, 1000);
    underWay.release(3);
    expect(underWay.hasRoomFor(1)).to.equal(false);
    underWay.release(4);
    expect([underWay.hasRoomFor(3000), underWay.hasRoomFor(3001)]).to.deep.equal([true, false]);
    underWay.release(6);
    expect(underWay.hasRoomFor(1_000_000)).to.equal(true);
  });
});
