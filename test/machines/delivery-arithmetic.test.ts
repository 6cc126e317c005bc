import { expect } from 'chai';
import fc from 'fast-check';
import {
  beginInflow,
  beginOutflow,
  closeInflow,
  consume,
  creditOf,
  endOf,
  forgetGap,
  grantOf,
  isGrantComing,
  isGrantDue,
  isGrantPossible,
  isOverrun,
  isSettled,
  maySend,
  noteGranted,
  receiveAnnouncement,
  receiveBytes,
  receiveItems,
  sendClose,
  sendRecord,
  takeGrant,
  type Inflow,
  type Outflow,
} from '../../machines/index.js';
import { seed } from '../support/seed.js';

const window = { records: 4, bytes: 100 };

function sent(...sizes: readonly number[]): Outflow {
  return sizes.reduce(sendRecord, beginOutflow(window));
}

function received(count: number): Inflow {
  return receiveItems(beginInflow(window), 0, count).inflow;
}

describe('outflow: PROTOCOL.md, Delivery', () => {
  it('starts with the whole window as credit, and nothing heard', () => {
    expect(creditOf(beginOutflow(window))).to.deep.equal(window);
    expect(isSettled(beginOutflow(window))).to.equal(false);
  });

  it('sends as many records as the window holds, and as many bytes', () => {
    expect(maySend(sent(1, 1, 1), 1)).to.equal(true);
    expect(maySend(sent(1, 1, 1, 1), 0)).to.equal(false);
    expect(maySend(sent(60), 40)).to.equal(true);
    expect(maySend(sent(60), 41)).to.equal(false);
  });

  it('sends a record that is larger than the window alone', () => {
    expect(maySend(beginOutflow(window), 1_000)).to.equal(true);
    expect(maySend(sent(1), 1_000)).to.equal(false);
    const consumed = takeGrant(sent(1), { next: 1, consumed: 1, consumedBytes: 1 });
    expect(maySend(consumed, 1_000)).to.equal(true);
    expect(creditOf(sendRecord(consumed, 1_000)).bytes).to.equal(0);
  });

  it('has credit again for what was consumed, not for what was received', () => {
    const flow = sent(10, 10, 10, 10);
    expect(creditOf(takeGrant(flow, { next: 4, consumed: 0, consumedBytes: 0 })).records).to.equal(0);
    expect(creditOf(takeGrant(flow, { next: 4, consumed: 2, consumedBytes: 20 }))).to.deep.equal({
      records: 2,
      bytes: 80,
    });
  });

  it('knows that a grant comes by itself where half of what the consumer offers is under way', () => {
    expect(isGrantComing(sent(1))).to.equal(false);
    expect(isGrantComing(sent(1, 1))).to.equal(true);
    expect(isGrantComing(sent(49))).to.equal(false);
    expect(isGrantComing(sent(50))).to.equal(true);
    expect(isGrantComing(takeGrant(sent(50, 1), { next: 2, consumed: 1, consumedBytes: 50 }))).to.equal(false);
  });

  it('goes by the window of the consumer there, also where the producer uses less of it', () => {
    const flow = [1, 1].reduce(sendRecord, beginOutflow({ records: 2, bytes: 100 }, { records: 5, bytes: 100 }));
    expect(creditOf(flow).records).to.equal(0);
    expect(isGrantComing(flow)).to.equal(false);
    expect(isGrantComing(sendRecord(flow, 1))).to.equal(true);
  });

  it('takes no grant of what was never sent', () => {
    const flow = sent(10, 10);
    expect(isGrantPossible(flow, { next: 2, consumed: 2, consumedBytes: 20 })).to.equal(true);
    expect(isGrantPossible(flow, { next: 3, consumed: 2, consumedBytes: 20 })).to.equal(false);
    expect(isGrantPossible(sendClose(flow), { next: 3, consumed: 2, consumedBytes: 20 })).to.equal(true);
    expect(isGrantPossible(flow, { next: 1, consumed: 2, consumedBytes: 20 })).to.equal(false);
    expect(isGrantPossible(flow, { next: 2, consumed: 2, consumedBytes: 21 })).to.equal(false);
    expect(isGrantPossible(sendClose(flow), { next: 3, consumed: 3, consumedBytes: 20 })).to.equal(false);
  });

  it('loses nothing to a grant that was overtaken', () => {
    const later = takeGrant(sent(10, 10), { next: 2, consumed: 1, consumedBytes: 10 });
    expect(takeGrant(later, { next: 1, consumed: 0, consumedBytes: 0 })).to.deep.equal(later);
  });

  it('is settled where the consumer has received everything and said so, the close included', () => {
    const flow = takeGrant(sent(10), { next: 1, consumed: 0, consumedBytes: 0 });
    expect(isSettled(flow)).to.equal(true);
    expect(isSettled(sendRecord(flow, 1))).to.equal(false);
    const closed = sendClose(flow);
    expect([endOf(flow), endOf(closed), isSettled(closed)]).to.deep.equal([1, 2, false]);
    expect(isSettled(takeGrant(closed, { next: 2, consumed: 1, consumedBytes: 10 }))).to.equal(true);
  });
});

describe('inflow: PROTOCOL.md, Delivery', () => {
  it('takes what is next, and drops what came before', () => {
    expect(receiveItems(received(2), 2, 2)).to.include({ skipped: 0, taken: 2, edge: undefined });
    expect(receiveItems(received(2), 1, 3)).to.include({ skipped: 1, taken: 2, edge: undefined });
    expect(receiveItems(received(2), 0, 2)).to.include({ skipped: 2, taken: 0, edge: undefined });
  });

  it('takes nothing behind a hole, and says once that something is missing', () => {
    const first = receiveItems(received(1), 2, 1);
    expect(first).to.include({ taken: 0, edge: 'gap' });
    expect(first.inflow.next).to.equal(1);
    expect(receiveItems(first.inflow, 3, 1)).to.include({ taken: 0, edge: undefined });
  });

  it('has recovered when the missing item comes, and not with one that came before', () => {
    const { inflow } = receiveItems(received(1), 2, 1);
    expect(receiveItems(inflow, 0, 1)).to.include({ taken: 0, edge: undefined });
    expect(receiveItems(inflow, 1, 2)).to.include({ taken: 2, edge: 'recovered' });
  });

  it('asks anew for what is missing when the link was away', () => {
    const { inflow } = receiveItems(received(1), 2, 1);
    expect(receiveItems(forgetGap(inflow), 2, 1).edge).to.equal('gap');
    expect(receiveItems(forgetGap(inflow), 1, 1).edge).to.equal(undefined);
  });

  it('learns from an announcement that something is missing, each time, or that nothing is', () => {
    const missing = receiveAnnouncement(received(1), 2, false);
    expect(missing.edge).to.equal('gap');
    expect(receiveAnnouncement(missing.inflow, 2, false).edge).to.equal('gap');
    expect(receiveAnnouncement(missing.inflow, 1, false).edge).to.equal('recovered');
    expect(receiveAnnouncement(received(1), 1, false).edge).to.equal(undefined);
    expect(receiveAnnouncement(received(2), 1, false).edge).to.equal(undefined);
  });

  it('grants when half the window is consumed, in records or in bytes', () => {
    const flow = received(4);
    expect(isGrantDue(consume(flow, 1))).to.equal(false);
    expect(isGrantDue(consume(consume(flow, 1), 1))).to.equal(true);
    expect(isGrantDue(consume(flow, 50))).to.equal(true);
    expect(isGrantDue(noteGranted(consume(flow, 50)))).to.equal(false);
  });

  it('grants to a producer that waits as soon as nothing is left to consume', () => {
    const wanted = receiveAnnouncement(received(1), 1, true).inflow;
    expect(isGrantDue(wanted)).to.equal(false);
    expect(isGrantDue(consume(wanted, 1))).to.equal(true);
    expect(isGrantDue(consume(received(1), 1))).to.equal(false);
  });

  it('grants nothing after the close', () => {
    const flow = received(4);
    expect(isGrantDue(consume(consume(closeInflow(flow), 1), 1))).to.equal(false);
  });

  it('is overrun by more than the window, but not by one large record', () => {
    expect(isOverrun(receiveBytes(received(4), 100))).to.equal(false);
    expect(isOverrun(received(5))).to.equal(true);
    expect(isOverrun(receiveBytes(received(2), 101))).to.equal(true);
    expect(isOverrun(receiveBytes(received(1), 1_000))).to.equal(false);
    expect(isOverrun(closeInflow(receiveItems(received(4), 4, 1).inflow))).to.equal(false);
  });
});

describe(`outflow and inflow together (SEED=${seed})`, () => {
  const size = fc.integer({ min: 0, max: 150 });
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.record({ act: fc.constant('send' as const), bytes: size }) },
    {
      weight: 4,
      arbitrary: fc.record({ act: fc.constantFrom('consume', 'lose', 'heartbeat'), bytes: fc.constant(0) }),
    },
  );

  it('never go beyond the window, and never stall while the reader reads and heartbeats go on', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
        let out = beginOutflow(window);
        let inn = beginInflow(window);
        const sizes: number[] = [];
        const take = (flow: Inflow) => {
          if (!isGrantDue(flow)) return flow;
          out = takeGrant(out, grantOf(flow));
          return noteGranted(flow);
        };
        const send = (bytes: number, isLost: boolean) => {
          sizes.push(bytes);
          const number = out.sent;
          out = sendRecord(out, bytes);
          if (isLost) return;
          const { inflow, taken } = receiveItems(inn, number, 1);
          inn = taken === 0 ? inflow : receiveBytes(inflow, bytes);
        };
        const exchange = () => {
          inn = receiveAnnouncement(inn, endOf(out), true).inflow;
          const missing = out.sent - inn.next;
          const bytes = sizes.slice(inn.next).reduce((sum, one) => sum + one, 0);
          inn = receiveBytes(receiveItems(inn, inn.next, missing).inflow, bytes);
          out = takeGrant(out, grantOf(inn));
          inn = noteGranted(inn);
        };
        let isNextLost = false;
        for (const { act: what, bytes } of acts) {
          if (what === 'lose') isNextLost = true;
          else if (what === 'heartbeat') exchange();
          else if (what === 'consume' && inn.consumed < inn.next) inn = take(consume(inn, sizes[inn.consumed] ?? 0));
          else if (what === 'send' && maySend(out, bytes)) {
            send(bytes, isNextLost);
            isNextLost = false;
          }
          expect(creditOf(out).records).to.be.at.least(0);
          expect(isOverrun(inn)).to.equal(false);
          expect(isGrantPossible(out, grantOf(inn))).to.equal(true);
        }
        // The reader reads everything, and heartbeats repeat what was lost: any record may be sent then.
        for (let round = 0; round < 3; round += 1) {
          exchange();
          while (inn.consumed < inn.next) inn = take(consume(inn, sizes[inn.consumed] ?? 0));
        }
        exchange();
        expect(maySend(out, 1_000)).to.equal(true);
      }),
      { seed, numRuns: 500 },
    );
  });
});
