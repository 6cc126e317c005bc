import { expect } from 'chai';
import { besiege, type BesiegedPair } from '../support/besieged-pair.js';
import { failureOf, readAll } from '../support/read.js';
import { settle } from '../support/settle.js';

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const notUtf8 = Uint8Array.of(0xff, 0xfe, 0x80);
const huge = 'x'.repeat(100_000);

/** What is no message of any kind. */
const junk: readonly (readonly [name: string, message: string | Uint8Array])[] = [
  ['what is not JSON', 'hello'],
  ['half a JSON text', '{"type":1,'],
  ['an empty payload', ''],
  ['bytes that are not UTF-8', notUtf8],
  ['null', 'null'],
  ['a number', '42'],
  ['a string', '"data"'],
  ['a list', '[1,2]'],
  ['a hundred thousand brackets', deep(100_000)],
  ['a byte order mark before an object', '\ufeff{}'],
];

describe('Bad input on a stream inbox of a live client', () => {
  let besieged: BesiegedPair;
  before(async () => {
    besieged = await besiege();
  });
  after(() => besieged.end());

  const malformedFrames: readonly (readonly [name: string, message: string | Uint8Array])[] = [
    ...junk,
    ['no type', '{"data":"YQ=="}'],
    ['a type that is a string', '{"type":"1","data":"YQ=="}'],
    ['a type that is null', '{"type":null}'],
    ['a type that is a fraction', '{"type":1.5}'],
    ['a type that is huge', '{"type":1e300}'],
    ['data that are a number', '{"type":1,"data":42}'],
    ['data that are a list', '{"type":1,"data":[97]}'],
    ['data that are no base64', '{"type":1,"data":"***"}'],
    ['data without padding', '{"type":1,"data":"YQ"}'],
    ['a close without an error', '{"type":2}'],
    ['a close whose error is null', '{"type":2,"closeError":null}'],
    ['a close whose error is a string', '{"type":2,"closeError":"1000"}'],
    ['a close without a code', '{"type":2,"closeError":{"Text":"x"}}'],
    ['a close whose code is a string', '{"type":2,"closeError":{"Code":"1000","Text":""}}'],
    ['a close whose code is a fraction', '{"type":2,"closeError":{"Code":1000.5,"Text":""}}'],
    ['a close whose text is a number', '{"type":2,"closeError":{"Code":1000,"Text":42}}'],
    ['a close with keys in lower case', '{"type":2,"closeError":{"code":1000,"text":""}}'],
  ];
  for (const [name, message] of malformedFrames) {
    it(`ends the damaged stream with 1003 for ${name}, and touches nothing else`, async () => {
      const { inbox, reading } = await besieged.victim();
      await besieged.throwAt(inbox, message);
      expect(reading.records).to.deep.equal(['alive']);
      expect(reading.end).to.include({ reason: 'unsupportedData', code: 1003 });
      expect(reading.error).to.include({ name: 'CloseError', code: 1003, reason: 'unsupportedData' });
      expect(reading.end?.text).to.match(/^expected .*, came ./);
      expect(reading.end?.text.length).to.be.lessThan(400);
      await besieged.expectUnharmed();
    });
  }

  it('tells the producer of a damaged stream with the next heartbeat answer, as of any stream that is left', async () => {
    const { inbox, stream } = await besieged.victim();
    await besieged.throwAt(inbox, '{');
    const reports: string[] = [];
    besieged.pair.bystander.subscribe('_INBOX.test.*', {
      callback: (_, { data }) => reports.push(new TextDecoder().decode(data)),
    });
    await settle();
    const request = JSON.stringify({ ActiveStreamIds: { victim: [stream.id] } });
    await besieged.throwAt(besieged.heartbeatSubject, request, '_INBOX.test.1');
    expect(reports).to.deep.equal([`{"NonActiveStreamIds":{"victim":["${stream.id}"]}}`]);
  });

  const ignoredFrames: readonly (readonly [name: string, message: string])[] = [
    ['an unknown type', '{"type":7,"data":"YQ=="}'],
    ['the type 0', '{"type":0}'],
    ['a negative type', '{"type":-1}'],
  ];
  for (const [name, message] of ignoredFrames) {
    it(`drops a frame of ${name} with a warning, and the stream goes on`, async () => {
      const { inbox, reading } = await besieged.victim();
      const before = besieged.pair.warnings.length;
      await besieged.throwAt(inbox, message);
      expect(reading).to.deep.include({ end: undefined, records: ['alive'] });
      expect(besieged.pair.warnings.slice(before).map((warning) => warning.subject)).to.deep.equal([inbox]);
      await besieged.expectUnharmed();
    });
  }

  it('takes a frame with fields that it does not know', async () => {
    const { inbox, reading } = await besieged.victim();
    const seen = reading.records.length;
    await besieged.throwAt(inbox, '{"later":{"a":[1]},"type":1,"data":"YQ==","more":null}');
    expect(reading.records.slice(seen)).to.deep.equal(['a']);
    await besieged.expectUnharmed();
  });

  for (const levels of [2_000, 5_000, 20_000, 100_000]) {
    it(`takes a record with annotations of ${levels} levels, and tells who asks for its value`, async () => {
      const { pair } = besieged;
      const silent = pair.bystander.subscribe('silent', { callback: () => undefined });
      const stream = pair.consumer.openStream('silent');
      const failure = failureOf(readAll(stream.objects()));
      await settle();
      await besieged.throwAt(pair.consumer.id + stream.id, `{"type":1,"data":"MQ==","superjson":${deep(levels)}}`);
      expect(await failure).to.include({ code: 'notDecodable' });
      await besieged.expectUnharmed();
      silent.unsubscribe();
    });
  }

  it('takes no data and null data for an empty record', async () => {
    const { inbox, reading } = await besieged.victim();
    const seen = reading.records.length;
    await besieged.throwAt(inbox, '{"type":1}');
    await besieged.throwAt(inbox, '{"type":1,"data":null}');
    expect(reading.records.slice(seen)).to.deep.equal(['', '']);
  });

  for (const [name, streamId] of [
    ['nobody opened', 'QwmDloaa'],
    ['is a property of every object', '__proto__'],
    ['is huge', huge.slice(0, 1_000)],
    ['is the name of an actor of the client', 'client'],
  ] as const) {
    it(`takes no notice of frames for a stream that ${name}`, async () => {
      const subject = besieged.pair.consumer.id + streamId;
      for (const message of ['{', '{"type":1,"data":"YQ=="}', '{"type":2,"closeError":{"Code":1000}}', '']) {
        await besieged.throwAt(subject, message);
      }
      await besieged.expectUnharmed();
    });
  }
});

describe('Bad input on the heartbeat subject of a live client', () => {
  let besieged: BesiegedPair;
  let answers: string[];
  before(async () => {
    besieged = await besiege();
    besieged.pair.bystander.subscribe('_INBOX.test.*', {
      callback: (_, { data }) => answers.push(new TextDecoder().decode(data)),
    });
  });
  beforeEach(() => {
    answers = [];
  });
  after(() => besieged.end());

  const malformedRequests: readonly (readonly [name: string, message: string | Uint8Array])[] = [
    ...junk,
    ['a map that is a list', '{"ActiveStreamIds":[]}'],
    ['a map that is a string', '{"ActiveStreamIds":"a"}'],
    ['a list that is a string', '{"ActiveStreamIds":{"a.b":"id"}}'],
    ['a list that is an object', '{"ActiveStreamIds":{"a.b":{}}}'],
    ['a stream id that is a number', '{"ActiveStreamIds":{"a.b":[42]}}'],
    ['a stream id that is null', '{"ActiveStreamIds":{"a.b":[null]}}'],
  ];
  for (const [name, message] of malformedRequests) {
    it(`gives no answer to ${name}, but a warning`, async () => {
      const before = besieged.pair.warnings.length;
      await besieged.throwAt(besieged.heartbeatSubject, message, '_INBOX.test.1');
      expect(answers).to.deep.equal([]);
      expect(besieged.pair.warnings.slice(before).map(({ subject }) => subject)).to.deep.equal([
        besieged.heartbeatSubject,
      ]);
      await besieged.expectUnharmed();
    });
  }

  const oddRequests: readonly (readonly [name: string, message: string, answer: string])[] = [
    ['no map', '{}', '{"NonActiveStreamIds":{}}'],
    ['a map that is null', '{"ActiveStreamIds":null}', '{"NonActiveStreamIds":{}}'],
    ['a list that is null', '{"ActiveStreamIds":{"a.b":null}}', '{"NonActiveStreamIds":{}}'],
    ['fields that it does not know', '{"x":1,"ActiveStreamIds":{"a":["id"]}}', '{"NonActiveStreamIds":{"a":["id"]}}'],
    [
      'the subject __proto__',
      '{"ActiveStreamIds":{"__proto__":["id"],"constructor":["id2"]}}',
      '{"NonActiveStreamIds":{"__proto__":["id"],"constructor":["id2"]}}',
    ],
    ['the id __proto__', '{"ActiveStreamIds":{"a":["__proto__"]}}', '{"NonActiveStreamIds":{"a":["__proto__"]}}'],
    ['the id of the client itself', '{"ActiveStreamIds":{"a":["client"]}}', '{"NonActiveStreamIds":{"a":["client"]}}'],
    ['an empty id', '{"ActiveStreamIds":{"a":[""]}}', '{"NonActiveStreamIds":{"a":[""]}}'],
    ['a huge id', `{"ActiveStreamIds":{"a":["${huge}"]}}`, `{"NonActiveStreamIds":{"a":["${huge}"]}}`],
  ];
  for (const [name, message, answer] of oddRequests) {
    it(`answers a request with ${name}`, async () => {
      await besieged.throwAt(besieged.heartbeatSubject, message, '_INBOX.test.1');
      expect(answers).to.deep.equal([answer]);
      await besieged.expectUnharmed();
    });
  }

  it('reports no live stream, under whatever subject a request lists it', async () => {
    const [live] = besieged.pair.consumer.streams;
    const request = JSON.stringify({ ActiveStreamIds: { other: [live?.id, 'unknown'] } });
    await besieged.throwAt(besieged.heartbeatSubject, request, '_INBOX.test.1');
    expect(answers).to.deep.equal(['{"NonActiveStreamIds":{"other":["unknown"]}}']);
    await besieged.expectUnharmed();
  });

  it('gives no answer, but a warning, where there is no reply subject', async () => {
    const before = besieged.pair.warnings.length;
    await besieged.throwAt(besieged.heartbeatSubject, '{"ActiveStreamIds":{}}');
    expect(besieged.pair.warnings).to.have.lengthOf(before + 1);
    await besieged.expectUnharmed();
  });
});
