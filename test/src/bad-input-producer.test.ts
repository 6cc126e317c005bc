import { expect } from 'chai';
import { besiege, type BesiegedPair } from '../support/besieged-pair.js';
import { useFakeTime } from '../support/fake-time.js';
import { settle } from '../support/settle.js';

const consumerId = '_SINBOX.3cIFx2Ul804koefsXxXj5b.';
const streamId = 'QwmDloaa';
const reply = consumerId + streamId;
const request = {
  consumerId,
  streamId,
  heartBeatRequestSub: '_HEARTBEAT._SINBOX.3cIFx2Ul804koefsXxXj5b',
  body: null,
};
const huge = 'x'.repeat(100_000);

describe('Bad input on the request subject of a live producer', () => {
  let besieged: BesiegedPair;
  /** Everything that reaches the reply subject of a request, and any subject that is foreign to the protocol. */
  let refusals: string[];
  let foreign: string[];
  before(async () => {
    besieged = await besiege();
    const { bystander } = besieged.pair;
    const text = (data: Uint8Array) => new TextDecoder().decode(data);
    bystander.subscribe('_SINBOX.3cIFx2Ul804koefsXxXj5b.*', { callback: (_, { data }) => refusals.push(text(data)) });
    bystander.subscribe('_INBOX.refusals', { callback: (_, { data }) => refusals.push(text(data)) });
    bystander.subscribe('orders.>', { callback: (_, { subject }) => foreign.push(subject) });
    await settle();
  });
  beforeEach(() => {
    refusals = [];
    foreign = [];
  });
  after(() => besieged.end());

  const expectRefused = () => {
    expect(refusals).to.have.lengthOf(1);
    const refusal = JSON.parse(refusals[0] ?? '') as { type: number; closeError: { Code: number; Text: string } };
    expect(refusal.type).to.equal(2);
    expect(refusal.closeError.Code).to.equal(4000);
    expect(refusal.closeError.Text).to.match(/expected .*, came ./);
    expect(refusal.closeError.Text.length).to.be.lessThan(400);
    expect(besieged.pair.producer.streams.map((stream) => stream.inbox)).not.to.include(reply);
  };

  const badRequests: readonly (readonly [name: string, message: string | Uint8Array])[] = [
    ['what is not JSON', 'hello'],
    ['half a JSON text', '{"consumerId":'],
    ['an empty payload', ''],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe, 0x80)],
    ['null', 'null'],
    ['a list', '[]'],
    ['a hundred thousand brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['no fields', '{}'],
    ...(['consumerId', 'streamId', 'heartBeatRequestSub'] as const).flatMap((field) =>
      [undefined, null, 42, ['a'], { a: 1 }, '', 'a b', '*', '>', 'orders.created', huge].map(
        (value) =>
          [
            `${JSON.stringify(value)?.slice(0, 20) ?? 'nothing'} as ${field}`,
            JSON.stringify({ ...request, [field]: value }),
          ] as const,
      ),
    ),
    ['a body that is a number', JSON.stringify({ ...request, body: 42 })],
    ['a body that is an object', JSON.stringify({ ...request, body: {} })],
    ['a body that is no base64', JSON.stringify({ ...request, body: '***' })],
    ['a consumer id without its last dot', JSON.stringify({ ...request, consumerId: consumerId.slice(0, -1) })],
    ['a consumer id of two tokens', JSON.stringify({ ...request, consumerId: '_SINBOX.a.b.' })],
    ['a consumer id that is a wildcard', JSON.stringify({ ...request, consumerId: '_SINBOX.*.' })],
    ['a stream id of two tokens', JSON.stringify({ ...request, streamId: 'a.b' })],
    [
      'a heartbeat subject of another consumer',
      JSON.stringify({ ...request, heartBeatRequestSub: '_HEARTBEAT._SINBOX.other' }),
    ],
  ];
  for (const [name, message] of badRequests) {
    it(`refuses ${name} with 4000`, async () => {
      await besieged.throwAt('victim', message, reply);
      expectRefused();
      await besieged.expectUnharmed();
    });
  }

  it('refuses a reply subject that is not the inbox of the stream with 4000', async () => {
    await besieged.throwAt('victim', JSON.stringify(request), '_INBOX.refusals');
    expectRefused();
    await besieged.expectUnharmed();
  });

  for (const subject of ['orders.created', 'orders.*', 'orders.>', 'orders..a', '_SINBOXES.a', 'SINBOX.a.b']) {
    it(`publishes nothing at all to the reply subject ${subject}`, async () => {
      await besieged.throwAt('victim', JSON.stringify(request), subject);
      await besieged.throwAt('victim', '{', subject);
      expect([refusals, foreign]).to.deep.equal([[], []]);
      expect([...besieged.publishedTo]).not.to.include(subject);
      await besieged.expectUnharmed();
    });
  }

  it('publishes nothing for a request without a reply subject', async () => {
    const before = besieged.publishedTo.size;
    await besieged.throwAt('victim', JSON.stringify(request));
    expect(besieged.publishedTo.size).to.equal(before);
    await besieged.expectUnharmed();
  });

  it('cannot be aimed at a foreign subject by any part of a request', async () => {
    const aims = [
      'orders.created',
      'orders.',
      '_SINBOX.orders.created',
      '_HEARTBEAT.orders.created',
      '$SYS.REQ.SERVER',
    ];
    for (const aim of aims) {
      const requests = [
        { ...request, consumerId: aim },
        { ...request, heartBeatRequestSub: aim },
        { ...request, streamId: aim },
        { consumerId: aim, streamId: '', heartBeatRequestSub: `_HEARTBEAT.${aim.slice(0, -1)}`, body: null },
      ];
      for (const aimed of requests) {
        await besieged.throwAt('victim', JSON.stringify(aimed), aimed.consumerId + aimed.streamId);
      }
    }
    expect(foreign).to.deep.equal([]);
    for (const subject of besieged.publishedTo) {
      expect(subject).to.match(/^(_SINBOX\.|_HEARTBEAT\._SINBOX\.[0-9A-Za-z]{22}$|_INBOX\.|victim$|neighbour$|echo$)/);
    }
    await besieged.expectUnharmed();
  });

  it('takes a request with fields that it does not know, and an extension that it does not understand', async () => {
    const odd = { ...request, extension: { version: 'new' }, later: { a: [1] } };
    await besieged.throwAt('victim', JSON.stringify(odd), reply);
    expect(besieged.pair.producer.streams.map((stream) => stream.inbox)).to.include(reply);
    expect(besieged.pair.producer.removeStream(consumerId, streamId)).to.equal(true);
    await besieged.expectUnharmed();
  });

  it('takes an id that is a property of every object', async () => {
    const odd = { ...request, streamId: '__proto__' };
    await besieged.throwAt('victim', JSON.stringify(odd), `${consumerId}__proto__`);
    expect(besieged.pair.producer.removeStream(consumerId, '__proto__')).to.equal(true);
    await besieged.expectUnharmed();
  });
});

describe('Bad input as the answer to a heartbeat', () => {
  const time = useFakeTime();

  const badAnswers: readonly (readonly [name: string, message: string | Uint8Array])[] = [
    ['what is not JSON', 'hello'],
    ['null', 'null'],
    ['a list', '[]'],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0xfe, 0x80)],
    ['a map that is a string', '{"NonActiveStreamIds":"a"}'],
    ['a map that is a list', '{"NonActiveStreamIds":["a"]}'],
    ['a list that is a string', '{"NonActiveStreamIds":{"a":"b"}}'],
    ['an id that is a number', '{"NonActiveStreamIds":{"a":[42]}}'],
    ['an empty payload without a status', ''],
  ];
  for (const [name, message] of badAnswers) {
    it(`is ${name}: it is warned of, and counts as no answer at all`, async () => {
      const besieged = await besiege();
      const { producer, consumer, bystander, warnings } = besieged.pair;
      await consumer.close();
      // The test answers for the consumer, which is gone.
      bystander.subscribe(besieged.heartbeatSubject, {
        callback: (_, request) => bystander.publish(request.reply ?? '', message),
      });
      await time.pass(10_000);
      expect(warnings).to.have.lengthOf(1);
      expect(warnings[0]?.subject).to.match(/^_INBOX\./);
      expect(producer.streams).to.have.lengthOf(1);
      await time.pass(14_999);
      expect(producer.streams).to.have.lengthOf(1);
      await time.pass(1);
      expect(producer.streams).to.deep.equal([]);
      await besieged.end();
    });
  }

  it('is taken once, and only while it is waited for', async () => {
    const besieged = await besiege();
    const [stream] = besieged.pair.consumer.streams;
    const report = JSON.stringify({ NonActiveStreamIds: { neighbour: [stream?.id] } });
    // The exchange that this reply subject belonged to is over.
    expect(besieged.answerSubject).to.match(/^_INBOX\.[0-9A-Za-z]{22}\.[0-9A-Za-z]{22}$/);
    await besieged.throwAt(besieged.answerSubject, report);
    await besieged.throwAt(besieged.answerSubject.replace(/[^.]*$/, 'guessed1'), report);
    await besieged.expectUnharmed();
    await besieged.end();
  });

  for (const [name, answer] of [
    ['no map', '{}'],
    ['a null map', '{"NonActiveStreamIds":null}'],
    ['a null list', '{"NonActiveStreamIds":{"neighbour":null}}'],
    ['ids that nobody asked for', '{"NonActiveStreamIds":{"neighbour":["unknown","__proto__"],"__proto__":["x"]}}'],
    ['fields that it does not know', '{"later":1,"NonActiveStreamIds":{}}'],
  ] as const) {
    it(`with ${name} is an answer that reports nothing`, async () => {
      const besieged = await besiege();
      const { producer, consumer, bystander, warnings } = besieged.pair;
      await consumer.close();
      bystander.subscribe(besieged.heartbeatSubject, {
        callback: (_, request) => bystander.publish(request.reply ?? '', answer),
      });
      await time.pass(200_000);
      expect(warnings).to.deep.equal([]);
      expect(producer.streams).to.have.lengthOf(1);
      await besieged.end();
    });
  }
});
