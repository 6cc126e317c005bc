import { expect } from 'chai';
import { encodeBody } from '../../../src/values/codec.js';
import { decodeOpenRequest, encodeOpenRequest, heartbeatSubject } from '../../../src/wire/index.js';
import { settle } from '../../support/settle.js';
import { differenceOf } from '../../support/isomorphism.js';
import { closePair, createPair, type PairOptions } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';
import { refusalOf } from '../../support/values.js';

/** What a handler is given for this body. */
async function asked(body: unknown, options: PairOptions = {}): Promise<unknown> {
  const pair = createPair(options);
  let came: unknown;
  pair.producer.handle('values', (request) => {
    came = request.object();
    return [];
  });
  try {
    await readAll(pair.consumer.openStream('values', body));
    return came;
  } finally {
    await closePair(pair);
  }
}

/** The open request as it is on the wire: what any producer finds in its body, and the extension beside it. */
async function onTheWire(data: unknown, options: PairOptions = {}): Promise<{ body: unknown; extension: object }> {
  const pair = createPair(options);
  const messages: Uint8Array[] = [];
  pair.bystander.subscribe('values', { callback: (_, message) => void messages.push(message.data) });
  const stream = pair.consumer.openStream('values', data);
  await settle();
  stream.cancel();
  await closePair(pair);
  const request = JSON.parse(new TextDecoder().decode(messages[0])) as { body: string; extension: object };
  return { body: JSON.parse(Buffer.from(request.body, 'base64').toString()) as unknown, extension: request.extension };
}

function cycle(): unknown {
  const node: Record<string, unknown> = { name: 'a' };
  node['self'] = node;
  return node;
}

const shared = { at: new Date(0) };

const rich: readonly (readonly [what: string, body: unknown, plain: unknown])[] = [
  ['a Date', { since: new Date(0) }, { since: '1970-01-01T00:00:00.000Z' }],
  ['a URL', { url: new URL('http://a/') }, { url: 'http://a/' }],
  ['a Set', { tags: new Set(['a', 'b']) }, { tags: ['a', 'b'] }],
  ['a Map', { by: new Map([[{ id: 1 }, new Date(0)]]) }, { by: [[{ id: 1 }, '1970-01-01T00:00:00.000Z']] }],
  ['a bigint', { from: 12345678901234567890n }, { from: '12345678901234567890' }],
  ['a field that is undefined', { to: 3, from: undefined }, { to: 3 }],
  ['undefined in a list', [1, undefined], [1, null]],
  ['a RegExp', { match: /a+/gi }, { match: '/a+/gi' }],
  ['-0', { zero: -0 }, { zero: 0 }],
  ['numbers that JSON has not', [NaN, Infinity], ['NaN', 'Infinity']],
  ['bytes within it', { bytes: Buffer.of(1, 2) }, { bytes: { type: 'Buffer', base64: 'AQI=' } }],
  ['an Error', { last: new RangeError('a') }, { last: { name: 'RangeError', message: 'a' } }],
  [
    'one object in two places',
    [shared, { shared }],
    [{ at: '1970-01-01T00:00:00.000Z' }, { shared: { at: '1970-01-01T00:00:00.000Z' } }],
  ],
  ['an object that holds itself', cycle(), { name: 'a', self: null }],
  [
    'names that prototypes have',
    JSON.parse('{"__proto__":{"a":1},"constructor":"x"}'),
    JSON.parse('{"__proto__":{"a":1},"constructor":"x"}'),
  ],
];

describe('Requests as objects', () => {
  for (const [what, body, plain] of rich) {
    it(`carry ${what} as what it was, and plain JSON for any other producer`, async () => {
      expect(differenceOf(body, await asked(body))).to.equal(undefined);
      expect((await onTheWire(body)).body).to.deep.equal(plain);
    });
  }

  it('have no annotations where JSON says it all', async () => {
    for (const body of [{ to: 3, list: [1, 'two', null] }, '"text"', Uint8Array.of(0x31)]) {
      const { extension } = await onTheWire(body);
      expect(extension).not.to.have.property('bodySuperjson');
    }
  });

  it('carry plain JSON to a producer that does not know them', async () => {
    const body = { since: new Date(0), tags: new Set(['a']) };
    expect(await asked(body, { producer: { acceptExtension: false } })).to.deep.equal({
      since: '1970-01-01T00:00:00.000Z',
      tags: ['a'],
    });
  });

  it('are refused where the consumer offers no extension, and the body is not JSON', async () => {
    const plain = { consumer: { offerExtension: false } };
    expect(await failureOf(asked({ tags: new Set(['a']) }, plain))).to.include({ code: 'notEncodable' });
    expect(await failureOf(asked({ bytes: Buffer.of(1) }, plain))).to.include({ code: 'notEncodable' });
    expect(await asked({ at: new Date(0) }, plain)).to.deep.equal({ at: '1970-01-01T00:00:00.000Z' });
  });

  it('have the same limit of depth, and say so before anything is sent', async () => {
    const pair = createPair();
    let deep: unknown = new Date(0);
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    const refusal = refusalOf(() => pair.consumer.openStream('values', deep));
    expect(refusal.code).to.equal('notEncodable');
    expect(refusal.message).to.include('at most 1000');
    await closePair(pair);
  });

  it('with annotations that do not fit are refused by the handler that reads them: 5000, and why', async () => {
    const pair = createPair();
    pair.producer.handle('values', (request) => [String(request.object())]);
    const { id } = pair.consumer;
    const streamId = 'aaaaaaaa';
    const closes: string[] = [];
    pair.bystander.subscribe(`${id}${streamId}`, {
      callback: (_, message) => void closes.push(new TextDecoder().decode(message.data)),
    });
    const request = encodeOpenRequest({
      consumerId: id,
      streamId,
      heartBeatRequestSub: heartbeatSubject(id),
      body: new TextEncoder().encode('900000000'),
      extension: {
        version: 1,
        exact: true,
        superjson: true,
        bodySuperjson: { values: [['typed-array', 'Float64Array']], v: 1 },
      },
    });
    pair.bystander.publish('values', request, { reply: `${id}${streamId}` });
    await settle();
    expect(closes.join()).to.include('5000').and.to.include('the annotations do not fit the record');
    await closePair(pair);
  });

  it('are read again with the annotations of the body as they are', () => {
    const { data: body, superjson: bodySuperjson } = encodeBody({ at: new Date(0) }, undefined, true);
    const extension = { version: 1, exact: true, superjson: true, bodySuperjson };
    const addresses = { consumerId: '_SINBOX.a.', streamId: 'b', heartBeatRequestSub: '_HEARTBEAT._SINBOX.a' };
    expect(decodeOpenRequest(encodeOpenRequest({ ...addresses, body, extension }))).to.deep.include({ extension });
  });
});
