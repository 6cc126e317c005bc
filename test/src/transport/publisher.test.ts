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

describe('Outbound, order', () => {
  it('publishes a record when the turn is over', async () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(1));
    expect(published).to.deep.equal([]);
    await settle();
    expect(published).to.deep.equal(['a 1']);
  });

  it('keeps records and other messages in the order of the calls', async () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(1));
    outbound.publishRecord('b', new Uint8Array(2));
    outbound.publish('c', new Uint8Array(3));
    outbound.publishRecord('d', new Uint8Array(4));
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 3']);
    await settle();
    expect(published).to.deep.equal(['a 1', 'b 2', 'c 3', 'd 4']);
  });

  it('does not gather more than 64 KiB of records', () => {
    const { connection, published } = createRecorder();
    const outbound = new Outbound(connection, () => undefined);
    outbound.publishRecord('a', new Uint8Array(40 * 1024));
    expect(published).to.have.lengthOf(0);
    outbound.publishRecord('a', new Uint8Array(40 * 1024));
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
    outbound.publishRecord('a', new Uint8Array(1));
    outbound.publish('b', new Uint8Array(2));
    outbound.publishRecord('c', new Uint8Array(80 * 1024));
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
    outbound.publishRecord('a', new Uint8Array(1));
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
    for (let count = 0; count < 64; count += 1) outbound.publishRecord('a', record);
    expect(() => outbound.publishRecord('a', new Uint8Array(1))).to.throw(
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
    expect(() => outbound.publishRecord('a', quarter)).to.throw('closed');
  });

  it('is told of each record that was gathered before', async () => {
    const recorder = createRecorder();
    const failed: string[] = [];
    const outbound = new Outbound(recorder.connection, (subject) => failed.push(subject));
    outbound.publishRecord('a', new Uint8Array(1));
    outbound.publishRecord('b', new Uint8Array(1));
    recorder.closed = true;
    await settle();
    expect(failed).to.deep.equal(['a', 'b']);
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
