import { expect } from 'chai';
import type { NatsConnection } from '../../../src/transport/nats-connection.js';
import { Publisher } from '../../../src/transport/publisher.js';
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

describe('Publisher, order', () => {
  it('publishes a record when the turn is over', async () => {
    const { connection, published } = createRecorder();
    const publisher = new Publisher(connection, () => undefined);
    publisher.publishRecord('a', new Uint8Array(1), ignore);
    expect(published).to.deep.equal([]);
    await settle();
    expect(published).to.deep.equal(['a 1']);
  });

  it('keeps records and other messages in the order of the calls', async () => {
    const { connection, published } = createRecorder();
    const publisher = new Publisher(connection, () => undefined);
    publisher.publishRecord('a', new Uint8Array(1), ignore);
    publisher.publishRecord('b', new Uint8Array(2), ignore);
    publisher.publish('c', new Uint8Array(3));
    publisher.publishRecord('d', new Uint8Array(4), ignore);
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 3']);
    await settle();
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 3', 'd 4']);
  });

  it('does not gather more than 64 KiB of records', () => {
    const { connection, published } = createRecorder();
    const publisher = new Publisher(connection, () => undefined);
    publisher.publishRecord('a', new Uint8Array(40 * 1024), ignore);
    expect(published).to.have.lengthOf(0);
    publisher.publishRecord('a', new Uint8Array(40 * 1024), ignore);
    expect(published).to.have.lengthOf(2);
  });
});

describe('Publisher, back pressure', () => {
  it('asks the server after half a MiB and makes writers wait after another half', async () => {
    const recorder = createRecorder();
    const publisher = new Publisher(recorder.connection, () => undefined);
    const publishHalf = () => {
      for (let count = 0; count < 4; count += 1) publisher.publish('a', quarter);
    };
    expect(publisher.ready()).to.equal(undefined);
    publishHalf();
    expect(publisher.ready()).to.equal(undefined);
    expect(recorder.flushes).to.equal(1);
    publishHalf();
    const ready = publisher.ready();
    expect(ready).to.be.instanceOf(Promise);
    expect(recorder.flushes).to.equal(1);
    recorder.answerFlush();
    await ready;
  });

  it('lets writers go on where a flush fails', async () => {
    const recorder = createRecorder();
    const publisher = new Publisher(recorder.connection, () => undefined);
    for (let count = 0; count < 4; count += 1) publisher.publish('a', quarter);
    void publisher.ready();
    for (let count = 0; count < 4; count += 1) publisher.publish('a', quarter);
    const ready = publisher.ready();
    recorder.answerFlush(new Error('lost'));
    await ready;
  });
});

describe('Publisher, a lost connection', () => {
  it('keeps everything in order until it is back, and lets writers wait', async () => {
    const { connection, published } = createRecorder();
    const publisher = new Publisher(connection, () => undefined);
    publisher.suspend();
    publisher.suspend();
    publisher.publishRecord('a', new Uint8Array(1), ignore);
    publisher.publish('b', new Uint8Array(2));
    publisher.publishRecord('c', new Uint8Array(80 * 1024), ignore);
    const ready = publisher.ready();
    await settle();
    expect(published).to.deep.equal([]);
    publisher.resume();
    await ready;
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 81920']);
    expect(publisher.ready()).to.equal(undefined);
  });

  it('keeps what was gathered before it was lost', async () => {
    const { connection, published } = createRecorder();
    const publisher = new Publisher(connection, () => undefined);
    publisher.publishRecord('a', new Uint8Array(1), ignore);
    publisher.suspend();
    await settle();
    expect(published).to.deep.equal([]);
    publisher.resume();
    expect(published).to.deep.equal(['a 1']);
  });

  it('refuses what is more than 64 MiB', () => {
    const { connection } = createRecorder();
    const publisher = new Publisher(connection, () => undefined);
    publisher.suspend();
    const record = new Uint8Array(1024 * 1024 - 64);
    for (let count = 0; count < 64; count += 1) publisher.publishRecord('a', record, ignore);
    expect(() => publisher.publishRecord('a', new Uint8Array(1), ignore)).to.throw(
      'the NATS connection is down and 67108864 bytes wait for it already',
    );
  });

  it('takes no notice of a resume where it was not lost', () => {
    const publisher = new Publisher(createRecorder().connection, () => undefined);
    publisher.resume();
    expect(publisher.ready()).to.equal(undefined);
  });
});

describe('Publisher, a closed connection', () => {
  it('makes publish and publishRecord throw', () => {
    const recorder = createRecorder();
    const publisher = new Publisher(recorder.connection, () => undefined);
    recorder.closed = true;
    expect(() => publisher.publish('a', quarter)).to.throw('closed');
    expect(() => publisher.publishRecord('a', quarter, ignore)).to.throw('closed');
  });

  it('tells the writer of each record that was gathered before', async () => {
    const recorder = createRecorder();
    const lost: string[] = [];
    const publisher = new Publisher(recorder.connection, () => undefined);
    publisher.publishRecord('a', new Uint8Array(1), () => lost.push('a'));
    publisher.publishRecord('b', new Uint8Array(1), () => lost.push('b'));
    recorder.closed = true;
    await settle();
    expect(lost).to.deep.equal(['a', 'b']);
  });
});

describe('Publisher, a connection that takes less than before', () => {
  /** A connection whose limit can be changed, which refuses what is larger as the NATS clients do. */
  function createBench(bytesMax = 1 << 20) {
    const recorder = createRecorder();
    const info = { max_payload: bytesMax };
    const { connection } = recorder;
    const publish = connection.publish.bind(connection);
    const failed: string[] = [];
    const lost: string[] = [];
    const publisher = new Publisher(
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
      publisher.publishRecord(subject, new Uint8Array(bytes), (error) => {
        lost.push(`${subject} ${error instanceof Error ? error.message : ''}`);
        publisher.publish(subject, new Uint8Array(5));
      });
    };
    return { ...recorder, recorder, info, publisher, publishRecord, failed, lost };
  }

  it('tells the writer of a record that waited and is too large, once, and publishes nothing behind it but its close', () => {
    const { publisher, published, info, publishRecord, failed, lost } = createBench();
    publisher.suspend();
    publishRecord('a', 10);
    publishRecord('a', 9_000);
    publishRecord('a', 9_001);
    publishRecord('a', 11);
    publisher.publish('a', new Uint8Array(12));
    publishRecord('b', 13);
    info.max_payload = 8_192;
    publisher.resume();
    expect(published).to.deep.equal(['a 10', 'a 5', 'b 13']);
    expect({ failed, lost }).to.deep.equal({ failed: [], lost: ['a MAX_PAYLOAD_EXCEEDED 9000'] });
  });

  it('tells of any other message that waited, and publishes what is behind it', () => {
    const { publisher, published, info, failed } = createBench();
    publisher.suspend();
    publisher.publish('request', new Uint8Array(9_000), 'inbox.1');
    publisher.publish('request', new Uint8Array(10), 'inbox.2');
    info.max_payload = 8_192;
    publisher.resume();
    expect({ failed, published }).to.deep.equal({ failed: ['request'], published: ['request 10'] });
  });

  it('makes what is made late for as many bytes as it takes then', () => {
    const { publisher, published, info } = createBench();
    publisher.suspend();
    publisher.publish('a', (bytesMax) => new Uint8Array(Math.min(9_000, bytesMax)));
    info.max_payload = 8_192;
    publisher.resume();
    expect(published).to.deep.equal(['a 8192']);
  });

  it('tells of a record for which it may have been cut off, unless the server has said that it has taken it', async () => {
    for (const [answer, expected] of [
      [undefined, ['a 5']],
      ['before the record', ['a 5']],
      ['after the record', ['a 12']],
    ] as const) {
      const { publisher, published, info, publishRecord, lost, recorder } = createBench();
      if (answer === 'before the record') publisher.flush().catch(() => undefined);
      publishRecord('a', 9_000);
      publishRecord('b', 8_192);
      await settle();
      if (answer === 'after the record') publisher.settleDoubts();
      if (answer !== undefined) recorder.answerFlush();
      await settle();
      published.length = 0;
      publisher.suspend();
      publishRecord('a', 12);
      info.max_payload = 8_192;
      publisher.resume();
      expect(published, answer).to.deep.equal(expected);
      expect(lost, answer).to.have.lengthOf(answer === 'after the record' ? 0 : 1);
    }
  });

  it('says, while it is down, what it took before', () => {
    const { publisher, connection } = createBench(4_096);
    expect(publisher.payloadBytesMax).to.equal(4_096);
    Object.assign(connection, { info: undefined });
    expect(publisher.payloadBytesMax).to.equal(4_096);
    Object.assign(connection, { info: { max_payload: 8_192 } });
    expect(publisher.payloadBytesMax).to.equal(8_192);
  });
});

describe('Publisher, payloadBytesMax', () => {
  it('is what the server says', () => {
    const connection = createTestBroker(4096).connect();
    expect(new Publisher(connection, () => undefined).payloadBytesMax).to.equal(4096);
  });

  it('is 1 MiB where the server has not said it', () => {
    expect(new Publisher(createRecorder().connection, () => undefined).payloadBytesMax).to.equal(1024 * 1024);
  });
});
