import { expect } from 'chai';
import { ByteBudget } from '../../../src/delivery/byte-budget.js';
import { ConsumerBudget } from '../../../src/delivery/consumer-budget.js';
import { frameBytesMax, FramePool } from '../../../src/delivery/frame-pool.js';
import { Publisher } from '../../../src/transport/publisher.js';
import { Sender } from '../../../src/delivery/sender.js';
import { decodeDeliveryFrame, type DeliveryFrame } from '../../../src/wire/index.js';
import { createTestBroker } from '../../support/pair.js';
import { failureOf } from '../../support/read.js';
import { settle } from '../../support/settle.js';

interface Given {
  readonly records?: number;
  /** What the consumer offers, where the producer uses less of it. */
  readonly offeredRecords?: number;
  readonly bytes?: number;
  readonly recordBytesMax?: number;
  readonly budget?: ConsumerBudget;
  readonly pool?: FramePool;
  readonly joins?: boolean;
}

/** What one consumer's streams share. */
function createBudget(bytes: number, wholeBytes = 1 << 30): ConsumerBudget {
  return new ConsumerBudget(bytes, new ByteBudget(wholeBytes));
}

/** An extended stream at its producer, and every frame that it publishes. */
function createBench({
  records = 4,
  offeredRecords = records,
  bytes = 1024,
  recordBytesMax = 1 << 20,
  budget = createBudget(1 << 20),
  pool = new FramePool(),
  joins = false,
}: Given = {}) {
  const frames: DeliveryFrame[] = [];
  /** As a NATS client holds them until the end of the turn. */
  const payloads: Uint8Array[] = [];
  const edges: string[] = [];
  const publisher = new Publisher(
    {
      ...createTestBroker().connect(),
      info: undefined,
      isClosed: () => false,
      flush: () => Promise.resolve(),
      publish: (subject, payload, options) => {
        expect([subject, options?.reply]).to.deep.equal(['inbox', 'control']);
        payloads.push(payload as Uint8Array);
        const frame = decodeDeliveryFrame((payload as Uint8Array).slice());
        if (frame === undefined || frame.type === 'malformed')
          throw new Error('expected a frame, came another message');
        frames.push(...(frame.type === 'joined' ? frame.frames : [frame]));
      },
    },
    () => undefined,
  );
  const delivery = new Sender({
    inbox: 'inbox',
    control: 'control',
    publisher,
    offered: { records: offeredRecords, bytes },
    window: { records, bytes },
    recordBytesMax,
    budget,
    pool,
    joins,
    terms: { version: 1, heartbeatIntervalMs: 10, heartbeatRequestTimeoutMs: 5, missedHeartbeatsMax: 2 },
    onEdge: (edge) => edges.push(edge),
    onUnreachable: () => undefined,
    onFailure: (error) => {
      throw error instanceof Error ? error : new Error(String(error));
    },
  });
  const write = (text: string, signal?: AbortSignal) =>
    delivery.write({ data: new TextEncoder().encode(text) }, signal);
  return { delivery, frames, payloads, edges, publisher, budget, write, take: () => summaryOf(frames.splice(0)) };
}

/** Frames in a few words: `0: a b` records, `0 from 32752` fragments, `close 2 1000`, `end 2` and `end 2 wanting`. */
function summaryOf(frames: readonly DeliveryFrame[]): readonly string[] {
  return frames.map((frame) => {
    switch (frame.type) {
      case 'records':
        return `${frame.first}: ${frame.records.map(({ data }) => new TextDecoder().decode(data)).join(' ')}`;
      case 'fragment':
        return `${frame.number} from ${frame.offset}`;
      case 'deliveryClose':
        return `${frame.isFinal ? 'final ' : ''}close ${frame.number} ${frame.code}`;
      case 'announcement':
        return `end ${frame.end}${frame.isWanting ? ' wanting' : ''}`;
    }
  });
}

function grant(next: number, consumed: number, consumedBytes = consumed) {
  return { type: 'grant', next, consumed, consumedBytes } as const;
}

describe('Sender, frames that share a message', () => {
  it('are those of one turn, where the consumer reads such', async () => {
    for (const [joins, messages] of [
      [true, 1],
      [false, 3],
    ] as const) {
      const { delivery, write, take, payloads } = createBench({ joins });
      await Promise.resolve();
      delivery.announce();
      void write('a');
      delivery.finish(1000, '');
      await settle();
      expect(take()).to.deep.equal(['end 0', '0: a', 'close 1 1000']);
      expect(payloads).to.have.lengthOf(messages);
    }
  });

  it('are sent before a close that ends the stream at once, and each alone where there is one', async () => {
    const { delivery, write, take, payloads } = createBench({ joins: true });
    delivery.announce();
    void write('a');
    delivery.stop(1001, 'over');
    expect(take()).to.deep.equal(['end 0', '0: a', 'final close 1 1001']);
    expect(payloads).to.have.lengthOf(2);
    await settle();
    expect(take()).to.deep.equal([]);
    const other = createBench({ joins: true });
    void other.write('b');
    await settle();
    expect(other.payloads.map(([kind]) => kind)).to.deep.equal([2]);
  });

  it('are small ones: others are not copied', async () => {
    const { write, payloads } = createBench({ joins: true, bytes: 1 << 20 });
    void write('a'.repeat(5_000));
    await settle();
    void write('b'.repeat(5_000));
    await settle();
    expect(payloads.map(([kind]) => kind)).to.deep.equal([2, 2]);
  });
});

describe('Sender, frames', () => {
  it('puts the records of one turn into one frame', async () => {
    const { write, take } = createBench();
    // From here on promises settle, and the turn is over when none is left.
    await Promise.resolve();
    expect([write('a'), write('b')]).to.deep.equal([undefined, undefined]);
    await Promise.resolve();
    void write('c');
    expect(take()).to.deep.equal([]);
    await settle();
    expect(take()).to.deep.equal(['0: a b c']);
    void write('d');
    await settle();
    expect(take()).to.deep.equal(['3: d']);
  });

  it('fills frames of 32 KiB at most', async () => {
    const { delivery, frames } = createBench({ records: 1_000, bytes: 1 << 20 });
    for (let index = 0; index < 100; index += 1) void delivery.write({ data: new Uint8Array(1_000) });
    await settle();
    expect(frames.map((frame) => frame.type === 'records' && frame.records.length)).to.deep.equal([32, 32, 32, 4]);
  });

  it('makes the frames of a stream that goes on of the same memory', async () => {
    const { delivery, payloads } = createBench({ records: 10_000, bytes: 1 << 18 });
    for (let sent = 0; sent < 10_000; sent += 100) {
      for (let index = 0; index < 100; index += 1) void delivery.write({ data: new Uint8Array(1_000).fill(index) });
      await settle();
      delivery.onGrant(grant(sent + 100, sent + 100, (sent + 100) * 1_000));
    }
    const whole = payloads.map(({ buffer }) => buffer).filter(({ byteLength }) => byteLength === frameBytesMax);
    expect(whole).to.have.length(300);
    expect(new Set(whole).size).to.be.at.most(12);
  });

  it('sends nobody the records of another stream, where a consumer acknowledges what has not left the process', () => {
    const pool = new FramePool();
    const [liar, other] = [
      createBench({ records: 1_000, bytes: 1 << 20, pool }),
      createBench({ records: 1_000, bytes: 1 << 20, pool }),
    ];
    const fill = ({ delivery }: typeof liar, value: number) => {
      for (let index = 0; index < 100; index += 1) void delivery.write({ data: new Uint8Array(1_000).fill(value) });
    };
    fill(liar, 1);
    liar.delivery.onGrant(grant(64, 64, 64_000));
    fill(other, 2);
    expect(liar.payloads).to.have.length(2);
    // The first byte says that it is a frame of records.
    for (const payload of liar.payloads) expect(payload.lastIndexOf(2)).to.equal(0);
    expect(other.payloads).to.have.length(2);
  });

  it('lets the loop turn after 256 KiB, so that a source that never waits hears of a cancel', async () => {
    const { delivery } = createBench({ records: 10_000, bytes: 1 << 24 });
    let written = 0;
    let waiting: Promise<void> | undefined;
    for (; waiting === undefined; written += 1) waiting = delivery.write({ data: new Uint8Array(1_000) });
    expect(written).to.be.within(256, 300);
    let hasTurned = false;
    setImmediate(() => (hasTurned = true));
    await waiting;
    await settle();
    expect(hasTurned).to.equal(true);
    expect(delivery.write({ data: new Uint8Array(1_000) })).to.equal(undefined);
  });

  it('sends a large record in parts, and lets others in between them', async () => {
    const { delivery, publisher, frames, take } = createBench({ bytes: 1 << 20 });
    void delivery.write({ data: new Uint8Array(80_000) });
    expect(take()).to.deep.equal(['0 from 0']);
    await settle();
    publisher.publish('inbox', Uint8Array.of(4, 9, 0, ...new TextEncoder().encode('{"code":1,"text":""}')), 'control');
    while (frames.length < 3) await settle();
    expect([...take()].sort()).to.deep.equal(['0 from 32743', '0 from 65486', 'close 9 1']);
  });

  it('announces the first record that is not out as a whole, so that its other parts are not asked for', async () => {
    const { delivery, frames, take } = createBench({ bytes: 1 << 20 });
    void delivery.write({ data: new Uint8Array(80_000) });
    delivery.announce();
    expect(take()).to.deep.equal(['0 from 0', 'end 0']);
    while (frames.length < 2) await settle();
    delivery.announce();
    expect(take().at(-1)).to.equal('end 1');
  });

  it('counts what was sent, not what waits', () => {
    const { delivery, write } = createBench({ records: 2 });
    void write('a');
    void write('bc');
    void write('d');
    expect(delivery.sent).to.deep.equal({ records: 2, bytes: 3 });
  });
});

describe('Sender, credit', () => {
  it('lets a record wait when the window is used up, and says so once', async () => {
    const { delivery, write, edges, take } = createBench({ records: 2 });
    const written: string[] = [];
    for (const text of ['a', 'b', 'c', 'd']) void write(text)?.then(() => written.push(text));
    await settle();
    expect([take(), written, edges, delivery.credit]).to.deep.equal([['0: a b'], [], ['flow.blocked'], 0]);
    expect(delivery.onGrant(grant(2, 1))).to.equal(true);
    await settle();
    expect([take(), written, edges]).to.deep.equal([['2: c'], ['c'], ['flow.blocked']]);
    delivery.onGrant(grant(3, 2));
    await settle();
    expect([take(), written, edges]).to.deep.equal([['3: d'], ['c', 'd'], ['flow.blocked', 'flow.open']]);
  });

  it('asks for credit once, where the consumer has too little under way to grant any by itself', async () => {
    const { delivery, write, edges } = createBench({ records: 2, offeredRecords: 5 });
    for (const text of ['a', 'b', 'c', 'd']) void write(text);
    await settle();
    expect(edges).to.deep.equal(['flow.blocked', 'flow.starved']);
    // A grant that brings no credit is no reason to ask again, or the two would never stop to answer each other.
    delivery.onGrant(grant(1, 0));
    delivery.onGrant(grant(2, 0));
    expect(edges).to.deep.equal(['flow.blocked', 'flow.starved']);
    delivery.onGrant(grant(2, 1));
    expect(edges).to.deep.equal(['flow.blocked', 'flow.starved', 'flow.starved']);
    delivery.onGrant(grant(3, 3));
    expect(edges.slice(3)).to.deep.equal(['flow.open']);
  });

  it('asks for credit where the room of all streams is used up by others', () => {
    const budget = createBudget(200);
    const [other, own] = [createBench({ budget }), createBench({ budget })];
    void other.write('a'.repeat(190));
    void own.write('b'.repeat(20));
    expect(own.edges).to.deep.equal(['flow.blocked', 'flow.starved']);
    // So does the stream that uses it up, whose reader may have stopped, and say nothing of what has arrived.
    expect(other.edges).to.deep.equal(['flow.starved']);
  });

  it('lets no later record pass one that waits', async () => {
    const { write, take } = createBench({ records: 4, bytes: 10 });
    void write('12345678');
    void write('too much');
    void write('x');
    await settle();
    expect(take()).to.deep.equal(['0: 12345678']);
  });

  it('is ready, and desires bytes, where a record can be written at once', async () => {
    const { delivery, write } = createBench({ records: 2, bytes: 100 });
    expect([delivery.desiredSize, delivery.ready()]).to.deep.equal([100, undefined]);
    void write('abc');
    expect(delivery.desiredSize).to.equal(97);
    void write('d');
    expect(delivery.desiredSize).to.equal(0);
    let isReady = false;
    const ready = delivery.ready()?.then(() => (isReady = true));
    await settle();
    expect(isReady).to.equal(false);
    delivery.onGrant(grant(2, 2, 4));
    await ready;
    expect(delivery.desiredSize).to.equal(100);
  });

  it('takes a waiting record back when its signal aborts, and sends the one behind it in its place', async () => {
    const { delivery, write, take } = createBench({ records: 1 });
    const controller = new AbortController();
    void write('a');
    const taken = failureOf(write('b', controller.signal) ?? Promise.resolve());
    void write('c');
    const reason = new Error('no longer wanted');
    controller.abort(reason);
    expect(await taken).to.equal(reason);
    delivery.onGrant(grant(1, 1));
    await settle();
    expect(take()).to.deep.equal(['0: a', '1: c']);
  });

  it('keeps what a waiting record was, though its owner uses the bytes again', async () => {
    const { delivery, write, take } = createBench({ records: 1 });
    void write('a');
    const bytes = new TextEncoder().encode('b');
    void delivery.write({ data: bytes });
    bytes.fill(0);
    delivery.onGrant(grant(1, 1));
    await settle();
    expect(take()).to.deep.equal(['0: a b']);
  });

  it('refuses a record beyond the limit, and sends the next one', async () => {
    const { write, take } = createBench({ recordBytesMax: 3 });
    expect(await failureOf(() => write('four'))).to.include({
      code: 'tooLarge',
      message: 'record: expected at most 3 bytes (recordBytesMax), came 4',
    });
    void write('ok');
    await settle();
    expect(take()).to.deep.equal(['0: ok']);
  });

  it('takes no grant of what was never sent', () => {
    const { delivery, write } = createBench();
    void write('a');
    expect(delivery.onGrant(grant(2, 0))).to.equal(false);
    expect(delivery.onGrant(grant(1, 1))).to.equal(true);
  });

  it('keeps no more than the budget of its consumer, and gets on when another stream gives back', async () => {
    const budget = createBudget(1_000);
    const [one, other] = [createBench({ budget, bytes: 4_096 }), createBench({ budget, bytes: 4_096 })];
    expect(one.write('1'.repeat(800))).to.equal(undefined);
    expect(other.write('x'.repeat(300))).to.not.equal(undefined);
    await settle();
    expect(other.take()).to.deep.equal([]);
    one.delivery.onGrant(grant(1, 0, 0));
    await settle();
    expect(other.take()).to.deep.equal([`0: ${'x'.repeat(300)}`]);
    other.delivery.release('over');
    one.delivery.release('over');
    expect([budget.used, budget.isUnused]).to.deep.equal([0, true]);
  });

  it('counts what the frames hold, and what they cost beside it', async () => {
    const budget = createBudget(1 << 20);
    const { write, delivery } = createBench({ budget });
    void write('a');
    void write('b');
    await settle();
    const oneFrame = budget.used;
    expect(oneFrame).to.be.within(100, 200);
    void write('c');
    await settle();
    expect(budget.used).to.be.within(1.9 * oneFrame, 2.1 * oneFrame);
    delivery.onGrant(grant(3, 3));
    expect(budget.used).to.equal(0);
  });
});

describe('Sender, what may be lost', () => {
  it('sends everything again from the first record that is missing', async () => {
    const { delivery, write, take } = createBench();
    for (const text of ['a', 'b', 'c']) {
      void write(text);
      await settle();
    }
    take();
    delivery.onGrant({ ...grant(1, 1), type: 'resume' });
    delivery.resend();
    expect(take()).to.deep.equal(['1: b', '2: c']);
    delivery.resend();
    expect(take()).to.deep.equal(['1: b', '2: c']);
  });

  it('sends nothing again where nothing is missing', async () => {
    const { delivery, write, take } = createBench();
    void write('a');
    await settle();
    take();
    delivery.onGrant({ ...grant(1, 0), type: 'resume' });
    delivery.resend();
    expect(take()).to.deep.equal([]);
  });

  it('probes only while something is not acknowledged, or a record waits', async () => {
    const { delivery, write, take } = createBench({ records: 1 });
    void write('a');
    await settle();
    take();
    delivery.probe(false);
    expect(take()).to.deep.equal(['end 1']);
    delivery.onGrant(grant(1, 0));
    delivery.probe(false);
    expect(take()).to.deep.equal([]);
    void write('b');
    delivery.probe(false);
    expect(take()).to.deep.equal(['end 1 wanting']);
  });

  it('closes after what waits, and is done when the close is acknowledged', async () => {
    const { delivery, write, edges, take } = createBench({ records: 1 });
    void write('a');
    void write('b');
    delivery.finish(1000, 'done');
    await settle();
    expect(take()).to.deep.equal(['0: a']);
    delivery.onGrant(grant(1, 1));
    await settle();
    expect(take()).to.deep.equal(['1: b', 'close 2 1000']);
    delivery.onGrant(grant(2, 2));
    expect(edges).to.deep.equal(['flow.blocked', 'flow.open']);
    delivery.onGrant({ ...grant(2, 2), type: 'resume' });
    delivery.resend();
    expect(take()).to.deep.equal(['close 2 1000']);
    delivery.onGrant(grant(3, 2));
    expect(edges.at(-1)).to.equal('peer.acknowledged');
  });

  it('ends everything at once when it is stopped: what waits is refused, nothing is kept', async () => {
    const { delivery, write, budget, take } = createBench({ records: 1 });
    void write('a');
    const waiting = failureOf(write('b') ?? Promise.resolve());
    delivery.stop(1001, 'shut down');
    expect(await waiting).to.include({ code: 'writerClosed', message: 'the stream is over: shut down' });
    expect([take(), budget.used, delivery.ready(), delivery.desiredSize]).to.deep.equal([
      ['0: a', 'final close 1 1001'],
      0,
      undefined,
      0,
    ]);
    delivery.stop(1001, 'again');
    delivery.resend();
    delivery.announce();
    expect(take()).to.deep.equal([]);
  });

  it('keeps a final close, which nothing repeats, while the connection is down', async () => {
    const { delivery, publisher, take } = createBench();
    publisher.suspend();
    delivery.announce();
    delivery.stop(1001, 'shut down');
    await settle();
    expect(take()).to.deep.equal([]);
    publisher.resume();
    await settle();
    expect(take()).to.deep.equal(['final close 0 1001']);
  });

  it('publishes nothing while the connection is down, and everything once when it is back', async () => {
    const { publisher, write, take } = createBench();
    publisher.suspend();
    void write('a');
    await settle();
    void write('b');
    await settle();
    expect(take()).to.deep.equal([]);
    publisher.resume();
    await settle();
    expect(take()).to.deep.equal(['0: a', '1: b']);
  });
});
