import { expect } from 'chai';
import { nextTask } from '../../../src/transport/next-task.js';
import { decodeHeartbeatResponse, encodeHeartbeatRequest, heartbeatSubject } from '../../../src/wire/index.js';
import { startCheckedRecording } from '../../support/checked-recording.js';
import { closePair, createPair, type PairOptions } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `made${n.toString(36).padStart(4, '0')}`);

describe('A heartbeat request that lists very many streams', () => {
  const begin = async (options: PairOptions = {}) => {
    const pair = createPair({ maxPayloadBytes: 4_000_000, ...options });
    const { bystander, consumer } = pair;
    bystander.subscribe('logs', { callback: () => undefined });
    const answers = new Map<string, readonly string[]>();
    bystander.subscribe('_INBOX.test.*', {
      callback: (_, { subject, data }) => {
        const response = decodeHeartbeatResponse(data);
        if (response.type === 'malformed') throw new Error(`expected ${response.expected}, came ${response.came}`);
        const reported = response.streams.flatMap(({ streamIds }) => streamIds);
        answers.set(subject, (answers.get(subject) ?? []).concat(reported));
      },
    });
    await settle();
    const ask = (streamIds: readonly string[], reply: string): void => {
      const request = encodeHeartbeatRequest([{ subject: 'logs', streamIds }]);
      bystander.publish(heartbeatSubject(consumer.id), request, { reply });
    };
    /** How many turns of the event loop it takes until there are so many answers. */
    const untilAnswered = async (count: number): Promise<number> => {
      let turns = 0;
      for (; answers.size < count; turns += 1) await nextTask();
      return turns;
    };
    return { ...pair, answers, ask, untilAnswered };
  };

  it('is looked at in parts, between which the event loop turns, and has one answer', async () => {
    const pair = await begin();
    const stream = pair.consumer.openStream('logs', undefined, { onRecord: () => undefined });
    await settle();
    const made = idsOf(80_000);
    pair.ask([...made.slice(0, 40_000), stream.id, ...made.slice(40_000)], '_INBOX.test.1');
    const turns = await pair.untilAnswered(1);
    expect(turns).to.be.at.least(80_000 / 1024);
    await settle();
    expect(pair.answers.get('_INBOX.test.1')).to.deep.equal(made);
    expect(pair.warnings).to.deep.equal([]);
    await closePair(pair);
  });

  it('is answered as far as a message reaches', async () => {
    const pair = await begin({ maxPayloadBytes: 60_000 });
    const made = idsOf(5_000);
    pair.ask(made, '_INBOX.test.1');
    await pair.untilAnswered(1);
    await settle();
    const reported = pair.answers.get('_INBOX.test.1') ?? [];
    expect(reported).to.deep.equal(made.slice(0, reported.length));
    await closePair(pair);
  });

  it('delays no short one', async () => {
    const pair = await begin();
    pair.ask(idsOf(80_000), '_INBOX.test.long');
    pair.ask(idsOf(10), '_INBOX.test.short');
    await pair.untilAnswered(1);
    expect(Array.from(pair.answers.keys())).to.deep.equal(['_INBOX.test.short']);
    await pair.untilAnswered(2);
    expect(pair.answers.get('_INBOX.test.long')).to.have.lengthOf(80_000);
    await closePair(pair);
  });

  it('waits for the one before it', async () => {
    const pair = await begin();
    for (const reply of ['one', 'two', 'three']) pair.ask(idsOf(5_000), `_INBOX.test.${reply}`);
    await pair.untilAnswered(3);
    expect(Array.from(pair.answers.keys())).to.deep.equal(['_INBOX.test.one', '_INBOX.test.two', '_INBOX.test.three']);
    await closePair(pair);
  });

  it('keeps a close that it carries, of whichever part', async () => {
    const pair = await begin();
    const stream = pair.consumer.openStream('logs', undefined, { onRecord: () => undefined });
    await settle();
    const request = encodeHeartbeatRequest(
      [{ subject: 'logs', streamIds: [...idsOf(5_000), stream.id] }],
      new Map([[stream.id, { code: 1011, text: 'cannot be reached' }]]),
    );
    pair.bystander.publish(heartbeatSubject(pair.consumer.id), request, { reply: '_INBOX.test.1' });
    await pair.untilAnswered(1);
    expect(pair.answers.get('_INBOX.test.1')).to.include(stream.id);
    expect(await stream.closed).to.include({ code: 1011, text: 'cannot be reached' });
    await closePair(pair);
  });

  it('is not answered by a client that has closed meanwhile', async () => {
    const pair = await begin();
    pair.ask(idsOf(80_000), '_INBOX.test.1');
    await settle();
    await closePair(pair);
    for (let turn = 0; turn < 200; turn += 1) await nextTask();
    expect(pair.answers.size).to.equal(0);
  });

  it('is taken as the machines take it', async () => {
    const recording = startCheckedRecording();
    const pair = await begin({ consumer: { tracer: recording.tracer } });
    pair.ask(idsOf(3_000), '_INBOX.test.1');
    await pair.untilAnswered(1);
    await closePair(pair);
    recording.check();
  });
});
