import { expect } from 'chai';
import type { InspectionEvent } from 'xstate';
import type { Clock } from '../../src/host/clock.js';
import type { ConsumerStream } from '../../src/index.js';
import { measureMemory } from '../support/memory.js';
import { closePair, createPair, type Pair } from '../support/pair.js';

/** What both ends of a pair do, counted. */
interface Counts {
  messages: number;
  timers: number;
  events: number;
}

const nothing = (): Counts => ({ messages: 0, timers: 0, events: 0 });

/** A pair whose producer serves streams of one record, and such as stay open after theirs. */
function createCountedPair(counts: Counts, isInspected: boolean): Pair {
  // Time stands still, so that nothing is counted but what is done for a stream.
  const clock: Clock = { now: () => 0, setTimeout: () => (counts.timers += 1), clearTimeout: () => undefined };
  const inspect = (event: InspectionEvent): void => {
    if (event.type === '@xstate.event') counts.events += 1;
  };
  const options = { clock, ...(isInspected ? { inspect } : {}) };
  const pair = createPair({ consumer: options, producer: options });
  pair.bystander.subscribe('>', { callback: () => void (counts.messages += 1) });
  pair.producer.handle('short', () => ['record']);
  pair.producer.handle('long', async function* ({ signal }) {
    yield 'record';
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  return pair;
}

async function openAndEnd({ consumer }: Pair, streams: number): Promise<void> {
  for (let n = 0; n < streams; n += 1) await consumer.openStream('short', '', { onRecord: () => undefined }).closed;
  // What is said after the end is said in this turn.
  await new Promise((resolve) => setImmediate(resolve));
}

async function openIdle({ consumer }: Pair, streams: number): Promise<readonly ConsumerStream[]> {
  const opened = Array.from({ length: streams }, () => consumer.openStream('long', '', { onRecord: () => undefined }));
  await Promise.all(opened.map((stream) => stream.opened));
  await new Promise((resolve) => setImmediate(resolve));
  return opened;
}

/** Waits until a hundred turns of the event loop have counted nothing more. */
async function untilStill(counts: Counts): Promise<void> {
  for (let turns = 0, before = ''; turns < 100; turns += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = JSON.stringify(counts);
    if (now !== before) turns = 0;
    before = now;
  }
}

describe('what a stream costs, counted', () => {
  it('is so many messages, timers and events for one of one record, however many are open beside it', async () => {
    const costs: Counts[] = [];
    for (const beside of [0, 50, 500]) {
      const counts = nothing();
      const pair = createCountedPair(counts, true);
      await openIdle(pair, beside);
      await untilStill(counts);
      Object.assign(counts, nothing());
      await openAndEnd(pair, 50);
      const { messages, timers, events } = counts;
      costs.push({ messages: messages / 50, timers: timers / 50, events: events / 50 });
      await closePair(pair);
    }
    const [alone] = costs;
    console.log(`      ${JSON.stringify(alone)}`);
    expect(alone!.messages).to.be.at.most(3);
    expect(alone!.timers).to.be.at.most(3);
    expect(alone!.events).to.be.at.most(14);
    // The heartbeat of a consumer that has no other stream is made and ended with each.
    for (const other of costs.slice(1)) {
      expect(other.messages).to.be.at.most(alone!.messages);
      expect(other.timers).to.be.at.most(alone!.timers);
      expect(other.events).to.be.at.most(alone!.events);
    }
  });

  it('is so many bytes at both ends for one that is open and idle, of which nothing is left when it is over', async () => {
    const pair = createCountedPair(nothing(), false);
    for (const stream of await openIdle(pair, 200)) stream.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    const before = measureMemory().heldBytes;
    const streams = await openIdle(pair, 500);
    const each = (measureMemory().heldBytes - before) / streams.length;
    console.log(`      ${Math.round(each)} bytes`);
    expect(each).to.be.lessThan(9_000);
    await closePair(pair);
  });
});
