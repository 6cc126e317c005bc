import { expect } from 'chai';
import type { NatsConnection } from '../../../src/transport/nats-connection.js';
import { Outbound } from '../../../src/transport/publisher.js';
import { createTestBroker } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

interface Recorder {
  readonly connection: NatsConnection;
  readonly published: string[];
  /** Answers the flush under way. */
  answerFlush: (error?: Error) => void;
  readonly flushes: number;
  closed: boolean;
}

/** A connection that notes what is published and answers a flush when it is told to. */
function createRecorder(): Recorder {
  const base = createTestBroker().connect();
  let flushes = 0;
  const recorder: Recorder = {
    published: [],
    closed: false,
    answerFlush: () => undefined,
    get flushes() {
      return flushes;
    },
    connection: {
      ...base,
      info: undefined,
      isClosed: () => recorder.closed,
      publish: (subject, payload) => {
        if (recorder.closed) throw new Error('closed');
        recorder.published.push(`${subject} ${payload?.length ?? 0}`);
      },
      flush: () => {
        flushes += 1;
        return new Promise((resolve, reject) => {
          recorder.answerFlush = (error) => (error === undefined ? resolve() : reject(error));
        });
      },
    },
  };
  return recorder;
}

const quarter = new Uint8Array(128 * 1024);
const ignore = () => undefined;

describe('Outbound, order', () => {
  it('publishes a record when the turn is over', async () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(1), ignore);
    expect(published).to.deep.equal([]);
    await settle();
    expect(published).to.deep.equal(['a 1']);
  });

  it('keeps records and other messages in the order of the calls', async () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(1), ignore);
    outbound.publishRecord('b', new Uint8Array(2), ignore);
    outbound.publish('c', new Uint8Array(3));
    outbound.publishRecord('d', new Uint8Array(4), ignore);
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 3']);
    await settle();
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 3', 'd 4']);
  });

  it('does not gather more than 64 KiB of records', () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(40 * 1024), ignore);
    expect(published).to.have.lengthOf(0);
    outbound.publishRecord('a', new Uint8Array(40 * 1024), ignore);
    expect(published).to.have.lengthOf(2);
  });
});

describe('Outbound, back pressure', () => {
  it('asks the server after half a MiB and makes writers wait after another half', async () => {
    const recorder = createRecorder();
    const outbound = new Outbound(recorder.connection, () => undefined);
    const publishHalf = () => {
      for (let count = 0; count < 4; count += 1) outbound.publish('a', quarter);
    };
    expect(outbound.ready()).to.equal(undefined);
    publishHalf();
    expect(outbound.ready()).to.equal(undefined);
    expect(recorder.flushes).to.equal(1);
    publishHalf();
    const ready = outbound.ready();
    expect(ready).to.be.instanceOf(Promise);
    expect(recorder.flushes).to.equal(1);
    recorder.answerFlush();
    await ready;
  });

  it('lets writers go on where a flush fails', async () => {
    const recorder = createRecorder();
    const outbound = new Outbound(recorder.connection, () => undefined);
    for (let count = 0; count < 4; count += 1) outbound.publish('a', quarter);
    void outbound.ready();
    for (let count = 0; count < 4; count += 1) outbound.publish('a', quarter);
    const ready = outbound.ready();
    recorder.answerFlush(new Error('lost'));
    await ready;
  });
});

describe('Outbound, a lost connection', () => {
  it('keeps everything in order until it is back, and lets writers wait', async () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.suspend();
    outbound.suspend();
    outbound.publishRecord('a', new Uint8Array(1), ignore);
    outbound.publish('b', new Uint8Array(2));
    outbound.publishRecord('c', new Uint8Array(80 * 1024), ignore);
    const ready = outbound.ready();
    await settle();
    expect(published).to.deep.equal([]);
    outbound.resume();
    await ready;
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 81920']);
    expect(outbound.ready()).to.equal(undefined);
  });

  it('keeps what was gathered before it was lost', async () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(1), ignore);
    outbound.suspend();
    await settle();
    expect(published).to.deep.equal([]);
    outbound.resume();
    expect(published).to.deep.equal(['a 1']);
  });

  it('refuses what is more than 64 MiB', () => {
    const { connection } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.suspend();
    const record = new Uint8Array(1024 * 1024 - 64);
    for (let count = 0; count < 64; count += 1) outbound.publishRecord('a', record, ignore);
    expect(() => outbound.publishRecord('a', new Uint8Array(1), ignore)).to.throw(
      'the NATS connection is down and 67108864 bytes wait for it already',
    );
  });

  it('takes no notice of a resume where it was not lost', () => {
    const outbound = new Outbound(createRecorder().connection, () => undefined);
    outbound.resume();
    expect(outbound.ready()).to.equal(undefined);
  });
});

describe('Outbound, a closed connection', () => {
  it('makes publish and publishRecord throw', () => {
    const recorder = createRecorder();
    const outbound = new Outbound(recorder.connection, () => undefined);
    recorder.closed = true;
    expect(() => outbound.publish('a', quarter)).to.throw('closed');
    expect(() => outbound.publishRecord('a', quarter, ignore)).to.throw('closed');
  });

  it('tells the writer of each record that was gathered before', async () => {
    const recorder = createRecorder();
    const lost: string[] = [];
    const outbound = new Outbound(recorder.connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(1), () => lost.push('a'));
    outbound.publishRecord('b', new Uint8Array(1), () => lost.push('b'));
    recorder.closed = true;
    await settle();
    expect(lost).to.deep.equal(['a', 'b']);
  });
});

describe('Outbound, a connection that takes less than before', () => {
  /** A connection whose limit can be changed, which refuses what is larger as the NATS clients do. */
  function createBench(bytesMax = 1 << 20) {
    const recorder = createRecorder();
    const info = { max_payload: bytesMax };
    const { connection } = recorder;
    const publish = connection.publish.bind(connection);
    const failed: string[] = [];
    const lost: string[] = [];
    const outbound = new Outbound(
      Object.assign(connection, {
        info,
        publish: (subject: string, payload: Uint8Array) => {
          if (payload.length > info.max_payload) throw new Error(`MAX_PAYLOAD_EXCEEDED ${payload.length}`);
          publish(subject, payload);
        },
      }),
      (subject) => failed.push(subject),
    );
    const publishRecord = (subject: string, bytes: number) => {
      outbound.publishRecord(subject, new Uint8Array(bytes), (error) => {
        lost.push(`${subject} ${error instanceof Error ? error.message : ''}`);
        outbound.publish(subject, new Uint8Array(5));
      });
    };
    return { ...recorder, recorder, info, outbound, publishRecord, failed, lost };
  }

  it('tells the writer of a record that waited and is too large, once, and publishes nothing behind it but its close', () => {
    const { outbound, published, info, publishRecord, failed, lost } = createBench();
    outbound.suspend();
    publishRecord('a', 10);
    publishRecord('a', 9_000);
    publishRecord('a', 9_001);
    publishRecord('a', 11);
    outbound.publish('a', new Uint8Array(12));
    publishRecord('b', 13);
    info.max_payload = 8_192;
    outbound.resume();
    expect(published).to.deep.equal(['a 10', 'a 5', 'b 13']);
    expect({ failed, lost }).to.deep.equal({ failed: [], lost: ['a MAX_PAYLOAD_EXCEEDED 9000'] });
  });

  it('tells of any other message that waited, and publishes what is behind it', () => {
    const { outbound, published, info, failed } = createBench();
    outbound.suspend();
    outbound.publish('request', new Uint8Array(9_000), 'inbox.1');
    outbound.publish('request', new Uint8Array(10), 'inbox.2');
    info.max_payload = 8_192;
    outbound.resume();
    expect({ failed, published }).to.deep.equal({ failed: ['request'], published: ['request 10'] });
  });

  it('makes what is made late for as many bytes as it takes then', () => {
    const { outbound, published, info } = createBench();
    outbound.suspend();
    outbound.publish('a', (bytesMax) => new Uint8Array(Math.min(9_000, bytesMax)));
    info.max_payload = 8_192;
    outbound.resume();
    expect(published).to.deep.equal(['a 8192']);
  });

  it('tells of a record for which it may have been cut off, unless the server has said that it has taken it', async () => {
    for (const [answer, expected] of [
      [undefined, ['a 5']],
      ['before the record', ['a 5']],
      ['after the record', ['a 12']],
    ] as const) {
      const { outbound, published, info, publishRecord, lost, recorder } = createBench();
      if (answer === 'before the record') outbound.flush().catch(() => undefined);
      publishRecord('a', 9_000);
      publishRecord('b', 8_192);
      await settle();
      if (answer === 'after the record') outbound.settleDoubts();
      if (answer !== undefined) recorder.answerFlush();
      await settle();
      published.length = 0;
      outbound.suspend();
      publishRecord('a', 12);
      info.max_payload = 8_192;
      outbound.resume();
      expect(published, answer).to.deep.equal(expected);
      expect(lost, answer).to.have.lengthOf(answer === 'after the record' ? 0 : 1);
    }
  });

  it('says, while it is down, what it took before', () => {
    const { outbound, connection } = createBench(4_096);
    expect(outbound.payloadBytesMax).to.equal(4_096);
    Object.assign(connection, { info: undefined });
    expect(outbound.payloadBytesMax).to.equal(4_096);
    Object.assign(connection, { info: { max_payload: 8_192 } });
    expect(outbound.payloadBytesMax).to.equal(8_192);
  });
});

describe('Outbound, payloadBytesMax', () => {
  it('is what the server says', () => {
    const connection = createTestBroker(4096).connect();
    expect(new Outbound(connection, () => undefined).payloadBytesMax).to.equal(4096);
  });

  it('is 1 MiB where the server has not said it', () => {
    expect(new Outbound(createRecorder().connection, () => undefined).payloadBytesMax).to.equal(1024 * 1024);
  });
});
