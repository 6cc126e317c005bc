import { expect } from 'chai';
import { checkedEvent } from '../../visualizations/src/model/checked-event.js';
import { createFeed } from '../../visualizations/src/model/feed.js';
import type { Sink, Source } from '../../visualizations/src/model/types.js';
import { fileSource } from '../../visualizations/src/sources/file.js';
import { createCursor } from '../../visualizations/src/model/cursor.js';
import { portSource } from '../../visualizations/src/sources/port.js';
import { createRandom } from '../../src/testing/doubles/random.js';
import { seed } from '../support/seed.js';
import { sampleFile, sampleHeader, sampleRecords } from './sample-run.js';

const immediately = (callback: () => void): void => callback();

/** A source that is fed by hand. */
function handSource() {
  const hand: { sink: Sink | undefined; closed: boolean; source: Source } = {
    sink: undefined,
    closed: false,
    source: {
      label: 'by hand',
      start: (sink) => {
        hand.sink = sink;
        return () => (hand.closed = true);
      },
    },
  };
  return hand;
}

describe('checkedEvent()', () => {
  const bad: readonly (readonly [value: unknown, message: string])[] = [
    [null, 'expected a trace event, came null'],
    [7, 'expected a trace event, came 7'],
    [[], 'expected a trace event, came []'],
    [{}, 'type: expected text, came nothing'],
    [{ type: 'gap', at: 1, dropped: 1 }, 'gap.seq: expected a number, came nothing'],
    [{ type: 'gap', seq: '1', at: 1, dropped: 1 }, 'gap.seq: expected a number, came "1"'],
    [{ type: 'link', seq: 1, at: 1, op: 'lost', systems: 'a' }, 'link.systems: expected a list of texts, came "a"'],
    [{ ...sampleHeader, version: 9 }, 'run.version: expected 1, came 9'],
    [{ ...sampleHeader, unit: 's' }, 'run.unit: expected "ms" or "tick", came "s"'],
    [
      { type: 'machine', seq: 1, at: 1, machine: 'm', root: { id: 'm', children: [{}] } },
      'machine.root: expected a state node, came {"id":"m","children":[{}]}',
    ],
    [
      { type: 'step', seq: 1, at: 1, system: 'a', actor: 'b', event: {}, taken: [], value: 'x', status: 'active' },
      'step.event.type: expected text, came nothing',
    ],
  ];
  for (const [value, message] of bad) {
    it(`refuses ${JSON.stringify(value).slice(0, 70)}`, () => expect(() => checkedEvent(value)).to.throw(message));
  }

  it('takes every record of a run, and records of types that it does not know', () => {
    for (const record of [sampleHeader, ...sampleRecords({ streams: 5, seed })]) {
      expect(checkedEvent(record)).to.equal(record);
    }
    const strange = { type: 'toString', seq: 1, at: 1 };
    expect(checkedEvent(strange)).to.equal(strange);
  });
});

describe('feed', () => {
  it('makes a run of a header and what follows it, and another of the next header', () => {
    const feed = createFeed({ onFrame: immediately });
    const hand = handSource();
    feed.open(hand.source);
    const records = sampleRecords({ streams: 2, seed });
    hand.sink?.accept([sampleHeader, ...records]);
    expect(feed.run.value?.size).to.equal(records.length);
    hand.sink?.accept([...records.slice(0, 1), { ...sampleHeader, label: 'again' }, ...records.slice(0, 3)]);
    expect(feed.run.value?.header.label).to.equal('again');
    expect(feed.run.value?.size).to.equal(3);
  });

  it('counts what cannot be read, tells the last reason, and goes on', () => {
    const feed = createFeed({ onFrame: immediately });
    const hand = handSource();
    feed.open(hand.source);
    hand.sink?.accept([{ type: 'gap', seq: 1, at: 0, dropped: 1 }, 'rubbish', sampleHeader, null]);
    hand.sink?.accept([{ type: 'gap', seq: 1, at: 0, dropped: 1 }]);
    expect(feed.health.value).to.include({
      received: 3,
      malformed: 3,
      lastProblem: 'expected a trace event, came null',
    });
    expect(feed.run.value?.size).to.equal(1);
  });

  it(`is not broken by records of a run with parts replaced at random (seed ${seed})`, () => {
    const feed = createFeed({ onFrame: immediately });
    const hand = handSource();
    feed.open(hand.source);
    hand.sink?.accept([sampleHeader]);
    const random = createRandom(seed);
    const values: readonly unknown[] = [null, undefined, -1, NaN, 'x', '', [], {}, [null], { type: null }, true];
    const records = sampleRecords({ streams: 10, seed });
    for (const record of records) {
      const broken: Record<string, unknown> = { ...record };
      const fields = Object.keys(broken).filter((field) => field !== 'type');
      const field = fields[random.integer(0, fields.length - 1)] ?? 'seq';
      broken[field] = values[random.integer(0, values.length - 1)];
      hand.sink?.accept([broken]);
    }
    const { received, malformed } = feed.health.value;
    expect(received).to.equal(records.length + 1);
    expect(malformed).to.be.greaterThan(records.length / 3);
    const run = feed.run.value;
    expect(run?.size).to.equal(records.length - malformed);
    expect(run?.viewAt(run.lastSeq)).to.deep.equal(run?.head);
  });

  it('closes the source before and hears nothing more of it', () => {
    const feed = createFeed({ onFrame: immediately });
    const [first, second] = [handSource(), handSource()];
    feed.open(first.source);
    feed.open(second.source);
    first.sink?.accept([sampleHeader]);
    first.sink?.state('failed', 'late');
    expect(first.closed).to.equal(true);
    expect(feed.run.value).to.equal(undefined);
    expect(feed.health.value).to.include({ state: 'connecting', received: 0 });
  });

  it('tells with the end of a source all that came of it, and not a frame later', () => {
    const feed = createFeed({ onFrame: () => undefined });
    const hand = handSource();
    feed.open(hand.source);
    hand.sink?.accept(['once upon a time']);
    expect(feed.health.value).to.include({ state: 'connecting', malformed: 0 });
    hand.sink?.state('ended');
    expect(feed.health.value).to.include({
      state: 'ended',
      received: 1,
      malformed: 1,
      lastProblem: 'expected a trace event, came "once upon a time"',
    });
  });

  it('takes a run as complete when its source has ended', () => {
    const feed = createFeed({ onFrame: immediately });
    const hand = handSource();
    feed.open(hand.source);
    hand.sink?.accept([sampleHeader]);
    expect(feed.run.value?.growing.value).to.equal(true);
    hand.sink?.state('ended');
    expect(feed.run.value?.growing.value).to.equal(false);
  });
});

function contentOf(text: string) {
  return { stream: new Blob([text]).stream() as ReadableStream<Uint8Array>, bytes: Buffer.byteLength(text) };
}

describe('fileSource()', () => {
  const read = async (label: string, text: string) => {
    const feed = createFeed({ onFrame: immediately });
    feed.open(fileSource(label, () => Promise.resolve(contentOf(text))));
    await new Promise<void>((resolve) => {
      feed.health.subscribe(({ state }) => (state === 'ended' || state === 'failed' ? resolve() : undefined));
    });
    return feed;
  };

  it('reads a file whole, with and without a last newline', async () => {
    const text = sampleFile({ streams: 100, seed });
    const lines = text.trim().split('\n').length;
    for (const content of [text, text.trim()]) {
      const feed = await read('a', content);
      expect(feed.health.value).to.include({ state: 'ended', received: lines, malformed: 0 });
      expect(feed.run.value?.size).to.equal(lines - 1);
    }
  });

  it('counts lines that are no JSON, and takes lists of records', async () => {
    const feed = await read(
      'a',
      `${JSON.stringify(sampleHeader)}\n{"type":\n\n[{"type":"gap","seq":1,"at":0,"dropped":2}]\n`,
    );
    expect(feed.health.value).to.include({ received: 3, malformed: 1 });
    expect(feed.run.value?.head.totals.recordsLost).to.equal(2);
  });

  it('reads no further than it is told to, and is read again to another time, and whole', async () => {
    const lines = sampleFile({ streams: 20, seed }).trim().split('\n');
    const times = lines.slice(1).map((line) => (JSON.parse(line) as { readonly at: number }).at);
    const [until, later] = [times[700] ?? 0, times[900] ?? 0];
    const whole = fileSource('a', () => Promise.resolve(contentOf(lines.join('\n'))));
    const kept = async (source: Source): Promise<number | undefined> => {
      const feed = createFeed({ onFrame: immediately });
      feed.open(source);
      await new Promise<void>((resolve) => {
        feed.health.subscribe(({ state }) => (state === 'ended' ? resolve() : undefined));
      });
      return feed.run.value?.size;
    };
    const upTo = (time: number) => times.filter((at) => at <= time).length;
    const cut = whole.reopened?.(until) ?? whole;
    expect(await kept(cut))
      .to.equal(upTo(until))
      .and.to.be.below(times.length);
    expect(await kept(cut.reopened?.(later) ?? cut)).to.equal(upTo(later));
    expect(await kept(cut.reopened?.(Infinity) ?? cut)).to.equal(times.length);
  });

  it('tells how much of it has come', async () => {
    const text = sampleFile({ streams: 400, seed });
    const parts: number[] = [];
    const feed = createFeed({ onFrame: immediately });
    feed.health.subscribe(({ part }) => {
      if (part !== undefined) parts.push(part);
    });
    let now = 0;
    const clock = performance.now.bind(performance);
    performance.now = () => (now += 201);
    try {
      feed.open(fileSource('a', () => Promise.resolve(contentOf(text))));
      await new Promise<void>((resolve) => {
        feed.health.subscribe(({ state }) => (state === 'ended' ? resolve() : undefined));
      });
    } finally {
      performance.now = clock;
    }
    expect(parts.length).to.be.greaterThan(3);
    expect(parts).to.deep.equal(parts.toSorted((a, b) => a - b));
    expect(parts.at(-1)).to.be.within(0.5, 1);
    expect(feed.health.value.part).to.equal(undefined);
  });

  it('tells why a file cannot be read', async () => {
    const feed = createFeed({ onFrame: immediately });
    feed.open(fileSource('a', () => Promise.reject(new Error('it is gone'))));
    await new Promise((resolve) => setTimeout(resolve));
    expect(feed.health.value).to.include({ state: 'failed', text: 'it is gone' });
  });
});

describe('portSource()', () => {
  /** Resolves when so many messages have come to a port, after those who listened to it before. */
  const came = (port: MessagePort, count: number): Promise<void> =>
    new Promise((resolve) => {
      let left = count;
      port.addEventListener('message', () => {
        left -= 1;
        if (left === 0) resolve();
      });
    });

  it('tells the time of a simulation, in which nothing may happen for a while', async () => {
    const feed = createFeed({ onFrame: immediately });
    const { port1, port2 } = new MessageChannel();
    feed.open(portSource('a worker', port1));
    const header = { ...sampleHeader, source: 'simulated' };
    for (const message of [
      { records: [header, { type: 'gap', seq: 1, at: 5, dropped: 1 }] },
      { time: 700 },
      { time: 3 },
    ]) {
      port2.postMessage(message);
    }
    await came(port1, 3);
    const run = feed.run.value!;
    expect([run.now, run.lastAt]).to.deep.equal([700, 5]);
    const cursor = createCursor(run);
    expect(cursor.now()).to.equal(700);
    cursor.pause();
    run.goOn(900);
    expect(cursor.now()).to.equal(700);
    port1.close();
  });

  it('takes messages that hold records, leaves others alone, and ends what is behind it', async () => {
    const feed = createFeed({ onFrame: immediately });
    const { port1, port2 } = new MessageChannel();
    let ended = 0;
    feed.open(portSource('a worker', port1, () => (ended += 1)));
    for (const message of [7, { hello: 1 }, { records: 'no' }, { records: [sampleHeader] }]) port2.postMessage(message);
    await came(port1, 4);
    expect(feed.health.value).to.include({ state: 'open', received: 1, malformed: 0 });
    expect(feed.run.value?.header.label).to.equal('a sample');
    feed.open(handSource().source);
    expect(ended).to.equal(1);
    port1.close();
  });
});
