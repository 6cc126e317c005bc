import { expect } from 'chai';
import {
  explore,
  protocolProperties,
  protocolSystem,
  streamsOf,
  sweep,
  viewStream,
  type Faults,
  type ProtocolSystemOptions,
  type ProtocolView,
  type StreamView,
  type SweepResult,
} from '../../../src/testing/index.js';

/** Loses heartbeat requests only: a lost open request or close is told by the timeouts as it has to be. */
const lostHeartbeats = (max: number): Faults => ({
  drop: { max, when: (message) => (message as { readonly type: string }).type === 'ask' },
});

const always =
  (options: ProtocolSystemOptions, holds: (view: StreamView) => boolean) =>
  (view: ProtocolView): boolean =>
    streamsOf(options).every((stream) => holds(viewStream(view, stream)));

const nobodyIsToldOfAFault = (options: ProtocolSystemOptions) =>
  always(options, ({ end }) => end === null || end === 'completed' || end === 'cancelled');

function sweepTicks<Name extends string>(
  ranges: Readonly<Record<Name, readonly number[]>>,
  optionsOf: (values: Readonly<Record<Name, number>>) => ProtocolSystemOptions,
): SweepResult<Name> {
  const first = optionsOf(
    Object.fromEntries(Object.entries(ranges).map(([name]) => [name, 1])) as Record<Name, number>,
  );
  return sweep((values) => protocolSystem(optionsOf(values)), ranges, {
    always: { 'nobody is told of a fault': nobodyIsToldOfAFault(first) },
  });
}

describe('the rules of PROTOCOL.md, Timing, one tick less violated', () => {
  it('S > (L + 1)·I + D', () => {
    for (const [losses, delay] of [
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const) {
      const smallest = (losses + 1) * 4 + delay + 1;
      const swept = sweepTicks({ silence: [smallest - 2, smallest - 1, smallest] }, ({ silence }) => ({
        delay,
        records: 1,
        ticks: { silence, open: 30 },
        faults: lostHeartbeats(losses),
      }));
      expect(swept.bound, `L = ${losses}, D = ${delay}\n${swept.toString()}`).to.equal(smallest);
      expect(swept.isTight).to.equal(true);
    }
  });

  it('S > (L + 1)·I + D, also where a consumer may miss more heartbeats itself than are announced to it', () => {
    const swept = sweepTicks({ silence: [8, 9, 10] }, ({ silence }) => ({
      delay: 1,
      records: 1,
      missedHeartbeatsMax: 4,
      ticks: { silence, open: 30 },
      faults: lostHeartbeats(1),
    }));
    expect(swept.bound, swept.toString()).to.equal(10);
    expect(swept.isTight).to.equal(true);
  });

  it('O > 4D where a new stream is asked for at once', () => {
    const swept = sweepTicks({ open: [3, 4, 5] }, ({ open }) => ({
      streams: 2,
      delay: 1,
      records: 0,
      ticks: { open },
    }));
    expect(swept.bound, swept.toString()).to.equal(5);
    expect(swept.isTight).to.equal(true);
  });

  it('T > 2D: with T = 2D the answer already loses the race with the timer', () => {
    const swept = sweepTicks({ requestTimeout: [1, 2, 3, 4] }, ({ requestTimeout }) => ({
      delay: 1,
      missedHeartbeatsMax: 1,
      ticks: { requestTimeout },
    }));
    expect(swept.bound, swept.toString()).to.equal(3);
    expect(swept.isTight).to.equal(true);
  });

  it('T <= I: a longer one puts off the rounds after it, and a dead consumer is noticed later than K·I + T', () => {
    const optionsOf = (requestTimeout: number) => ({ delay: 1, ticks: { requestTimeout }, faults: { crash: 1 } });
    const outcomes = [6, 5, 4, 3].map((requestTimeout) => {
      const options = optionsOf(requestTimeout);
      const { leadsTo } = protocolProperties(options);
      const name = 'A: a source stops whose consumer has died';
      return explore(protocolSystem(options), { leadsTo: { [name]: leadsTo[name]! } }).ok;
    });
    expect(outcomes).to.deep.equal([false, false, true, true]);
  });

  it('K >= L + 1', () => {
    const swept = sweepTicks({ missed: [1, 2, 3] }, ({ missed }) => ({
      delay: 1,
      missedHeartbeatsMax: missed,
      ticks: { silence: 30, open: 30 },
      faults: lostHeartbeats(1),
    }));
    expect(swept.bound, swept.toString()).to.equal(2);
    expect(swept.isTight).to.equal(true);
  });

  it('B > I + D at a consumer, which I + T keeps', () => {
    const name = 'A: what is left is absorbed until its source has stopped';
    for (const exact of [true, false]) {
      for (const delay of [0, 1]) {
        const smallest = 4 + delay + 1;
        const outcomes = [smallest - 1, smallest, 4 + 3].map((consumerBuffer) => {
          // The property is stated for the buffer that clients have, which is the last of these.
          const { always } = protocolProperties({ exact, delay });
          const checked = protocolSystem({ exact, delay, ticks: { consumerBuffer } });
          return explore(checked, { always: { [name]: always[name]! } }).ok;
        });
        expect(outcomes, `exact ${exact}, D = ${delay}`).to.deep.equal([false, true, true]);
      }
    }
  });
});

describe('a stalled event loop', () => {
  const worstOf = (given: ProtocolSystemOptions, late: number) => {
    const faults = { ...given.faults, ...(late === 0 ? {} : { late: { max: 1, ticks: late } }) };
    const options = { ...given, faults };
    const { leadsTo } = protocolProperties(options);
    const unbounded = Object.entries(leadsTo).map(([name, { from, to }]) => [name, { from, to }] as const);
    return explore(protocolSystem(options), { leadsTo: Object.fromEntries(unbounded), mayBeUnused: true }).assert()
      .worst;
  };
  const leaves = 'A: a reader that left stops the source';
  const forgets = 'A: what is over is forgotten';

  it('adds its own length to the worst cases where no answer misses its round', () => {
    for (const ticks of [0, 1, 2]) {
      const worst = worstOf({ records: 0 }, ticks);
      expect([worst[leaves], worst[forgets]]).to.deep.equal([4 + ticks, 4 + ticks]);
      const faulty = worstOf({ faults: { drop: 1, crash: 1 } }, ticks);
      const dies = 'A: a source stops whose consumer has died';
      expect([faulty[leaves], faulty[dies]]).to.deep.equal([8 + ticks, 11 + ticks]);
    }
  });

  it('adds an interval where an answer misses its round because of it', () => {
    const pair = { streams: 2, delay: 1, records: 0 } as const;
    const [calm, stalled] = [worstOf(pair, 0), worstOf(pair, 1)];
    expect([calm[leaves], calm[forgets]]).to.deep.equal([6, 8]);
    expect([stalled[leaves], stalled[forgets]]).to.deep.equal([6 + 4, 8 + 4]);
  });
});
