import { expect } from 'chai';
import {
  checkAddresses,
  decodeOpenRequest,
  encodeOpenRequest,
  type OpenRequest,
} from '../../../../src/wire/plain/open-request.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const addresses = {
  consumerId: '_SINBOX.EkhjKo6qXLUVLIKwcaq7J2.',
  streamId: 'hOItDxNV',
  heartBeatRequestSub: '_HEARTBEAT._SINBOX.EkhjKo6qXLUVLIKwcaq7J2',
};
const request: OpenRequest = { type: 'open', ...addresses, body: null };
const inbox = `${addresses.consumerId}${addresses.streamId}`;

/** A request of these fields, others than the addresses as given. */
const read = (fields: object) => decodeOpenRequest(bytesOf(JSON.stringify({ ...addresses, body: null, ...fields })));

describe('encodeOpenRequest', () => {
  const extension = { version: 1, exact: true, superjson: false };

  it('writes the offer of the extension behind the fields of the reference', () => {
    expect(textOf(encodeOpenRequest({ ...addresses, body: bytesOf('a'), extension }))).to.equal(
      '{"consumerId":"_SINBOX.EkhjKo6qXLUVLIKwcaq7J2.","streamId":"hOItDxNV",' +
        '"heartBeatRequestSub":"_HEARTBEAT._SINBOX.EkhjKo6qXLUVLIKwcaq7J2","body":"YQ==",' +
        '"extension":{"version":1,"exact":true,"superjson":false}}',
    );
  });

  it('writes the same whatever the order of the fields it is given, and no others', () => {
    const shuffled = { extension: { x: 1, superjson: false, exact: true, version: 1 }, x: 2, body: null, ...addresses };
    expect(encodeOpenRequest(shuffled)).to.deep.equal(encodeOpenRequest({ ...addresses, body: null, extension }));
  });

  for (const body of [null, new Uint8Array(), bytesOf('<&>'), new Uint8Array(5_000).fill(255)]) {
    it(`is read again with a body of ${body === null ? 'null' : `${body.length} bytes`}`, () => {
      const sent = { ...addresses, body, extension };
      expect(decodeOpenRequest(encodeOpenRequest(sent))).to.deep.equal({ type: 'open', ...sent });
    });
  }
});

describe('decodeOpenRequest, requests that are read', () => {
  it('reads an absent body as null', () => {
    expect(read({ body: undefined })).to.deep.equal(request);
  });

  it('tells an empty body from none', () => {
    expect(read({ body: '' })).to.deep.equal({ ...request, body: new Uint8Array() });
  });

  it('ignores fields that it does not know', () => {
    expect(read({ type: 'malformed', x: [1], constructor: null })).to.deep.equal(request);
  });

  it('ignores a field named __proto__', () => {
    const text = JSON.stringify({ ...addresses }).replace('{', '{"__proto__":{"body":"YQ=="},');
    expect(decodeOpenRequest(bytesOf(text))).to.deep.equal(request);
  });

  const offers: readonly (readonly [string, unknown, unknown])[] = [
    ['an offer', { version: 1, exact: true, superjson: true }, { version: 1, exact: true, superjson: true }],
    ['a higher version', { version: 7, exact: true, superjson: true }, { version: 7, exact: true, superjson: true }],
    ['the known fields among others', { version: 2, exact: true, z: 1 }, { version: 2, exact: true, superjson: false }],
    ['absent fields as false', { version: 1 }, { version: 1, exact: false, superjson: false }],
  ];
  for (const [name, extension, expected] of offers) {
    it(`reads ${name}`, () => {
      expect(read({ extension })).to.deep.equal({ ...request, extension: expected });
    });
  }

  const ignored: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['a number', 1],
    ['text', 'version 1'],
    ['an array', [{ version: 1 }]],
    ['nothing', {}],
    ['version 0', { version: 0, exact: true, superjson: true }],
    ['a negative version', { version: -1, exact: true, superjson: true }],
    ['half a version', { version: 1.5, exact: true, superjson: true }],
    ['a version in quotes', { version: '1', exact: true, superjson: true }],
    ['a version beyond the integers', { version: 1e300, exact: true, superjson: true }],
    ['a number for a truth', { version: 1, exact: 1, superjson: true }],
    ['null for a truth', { version: 1, exact: true, superjson: null }],
  ];
  for (const [name, extension] of ignored) {
    it(`takes an offer of ${name} for none`, () => {
      expect(read({ extension })).to.deep.equal(request);
    });
  }
});

describe('decodeOpenRequest, requests that are malformed', () => {
  for (const text of ['', 'x', '{', '[]', 'null', '1', '"x"', '{"consumerId":"a"', '\ufeff{}']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const result = decodeOpenRequest(bytesOf(text));
      expect(result).to.include({ type: 'malformed', expected: 'a request as a JSON object' });
    });
  }

  const fields: readonly (readonly [string, unknown, string])[] = [
    ['consumerId', undefined, 'nothing'],
    ['consumerId', null, 'null'],
    ['consumerId', 5, '5'],
    ['streamId', undefined, 'nothing'],
    ['streamId', ['a'], 'an array of 1'],
    ['heartBeatRequestSub', undefined, 'nothing'],
    ['heartBeatRequestSub', {}, 'an object'],
    ['body', 5, '5'],
    ['body', 'YQ', '"YQ"'],
    ['body', 'not base64', '"not base64"'],
    ['body', [97], 'an array of 1'],
    ['body', {}, 'an object'],
    ['body', false, 'false'],
  ];
  for (const [field, value, came] of fields) {
    it(`refuses ${came} as ${field}`, () => {
      const result = read({ [field]: value });
      expect(result).to.include({ type: 'malformed', came });
      if (result.type === 'malformed') expect(result.expected).to.include(`"${field}"`);
    });
  }

  it('refuses or reads JSON of any depth without an exception', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const text = JSON.stringify({ ...addresses }).replace('}', `,"extension":${deep}}`);
    expect(['open', 'malformed']).to.include(decodeOpenRequest(bytesOf(text)).type);
    expect(decodeOpenRequest(bytesOf(deep)).type).to.equal('malformed');
  });
});

describe('checkAddresses, so that nobody aims a producer at a foreign subject', () => {
  it('takes a request whose addresses are those of its consumer', () => {
    expect(checkAddresses(request, inbox)).to.equal(undefined);
  });

  it('takes a request that came from another account, whose reply subject the server has written anew', () => {
    expect(checkAddresses(request, '_R_.ahIrmx.MxWy6F')).to.equal(undefined);
  });

  it('takes the addresses of a consumer with a name', () => {
    const consumerId = '_SINBOX.team.alice.EkhjKo6qXLUVLIKwcaq7J2.';
    const named = { ...request, consumerId, heartBeatRequestSub: `_HEARTBEAT.${consumerId.slice(0, -1)}` };
    expect(checkAddresses(named, consumerId + named.streamId)).to.equal(undefined);
    expect(checkAddresses(named, inbox)?.expected).to.include('the reply subject');
  });

  const foreign: readonly (readonly [string, Partial<OpenRequest>, string | undefined, string])[] = [
    ['no reply subject', {}, undefined, `the reply subject ${inbox}`],
    ['an empty reply subject', {}, '', `the reply subject ${inbox}`],
    ['a foreign reply subject', {}, 'orders.new', `the reply subject ${inbox}`],
    ['the inbox of another stream', {}, `${addresses.consumerId}x`, `the reply subject ${inbox}`],
    ['a foreign consumer id', { consumerId: 'orders.' }, 'orders.hOItDxNV', '"consumerId"'],
    ['an empty consumer id', { consumerId: '' }, 'hOItDxNV', '"consumerId"'],
    ['a consumer id with a wildcard', { consumerId: '_SINBOX.*.' }, '_SINBOX.*.hOItDxNV', '"consumerId"'],
    ['a consumer id of ten tokens', { consumerId: `_SINBOX.${'a.'.repeat(10)}` }, inbox, '"consumerId"'],
    ['the reply subject of an import that is none', {}, '_R_.*', `the reply subject ${inbox}`],
    ['what only begins like that of an import', {}, '_R_x.y', `the reply subject ${inbox}`],
    ['a stream id of two tokens', { streamId: 'a.b' }, `${addresses.consumerId}a.b`, '"streamId"'],
    ['an empty stream id', { streamId: '' }, addresses.consumerId, '"streamId"'],
    ['a stream id with a line break', { streamId: 'a\r\nPUB' }, `${addresses.consumerId}a\r\nPUB`, '"streamId"'],
    ['a foreign heartbeat subject', { heartBeatRequestSub: 'orders.new' }, inbox, '"heartBeatRequestSub"'],
    ['an empty heartbeat subject', { heartBeatRequestSub: '' }, inbox, '"heartBeatRequestSub"'],
    [
      'the heartbeat subject of another consumer',
      { heartBeatRequestSub: '_HEARTBEAT._SINBOX.other' },
      inbox,
      '"heartBeatRequestSub"',
    ],
  ];
  for (const [name, change, reply, expected] of foreign) {
    it(`refuses ${name}`, () => {
      const result = checkAddresses({ ...request, ...change }, reply);
      expect(result?.type).to.equal('malformed');
      expect(result?.expected).to.include(expected);
    });
  }
});
