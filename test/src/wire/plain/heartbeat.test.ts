import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeHeartbeatRequest,
  decodeHeartbeatResponse,
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
} from '../../../../src/wire/plain/heartbeat.js';
import { seed } from '../../../support/seed.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const messages = [
  {
    name: 'heartbeat request',
    field: 'ActiveStreamIds',
    type: 'heartbeatRequest',
    encode: encodeHeartbeatRequest,
    decode: decodeHeartbeatRequest,
  },
  {
    name: 'heartbeat response',
    field: 'NonActiveStreamIds',
    type: 'heartbeatResponse',
    encode: encodeHeartbeatResponse,
    decode: decodeHeartbeatResponse,
  },
] as const;

for (const { name, field, type, encode, decode } of messages) {
  const read = (map: string) => decode(bytesOf(`{"${field}":${map}}`));
  const written = (streams: Parameters<typeof encode>[0]) => textOf(encode(streams));

  describe(`${name}, writing`, () => {
    it('sorts the subjects as Go does', () => {
      const streams = ['b', '\u{10000}', '\ue000', 'a.b', 'B', 'a'].map((subject) => ({ subject, streamIds: [] }));
      expect(written(streams)).to.equal(`{"${field}":{"B":[],"a":[],"a.b":[],"b":[],"\ue000":[],"\u{10000}":[]}}`);
    });

    it('sorts subjects that look like numbers as texts', () => {
      const streams = ['9', '10', '1'].map((subject) => ({ subject, streamIds: [] }));
      expect(written(streams)).to.equal(`{"${field}":{"1":[],"10":[],"9":[]}}`);
    });

    it('keeps the order of the ids', () => {
      expect(written([{ subject: 'a', streamIds: ['z', 'a', 'm'] }])).to.equal(`{"${field}":{"a":["z","a","m"]}}`);
    });

    it('puts the ids of a subject together that is named twice', () => {
      const streams = [
        { subject: 'a', streamIds: ['1'] },
        { subject: 'b', streamIds: null },
        { subject: 'a', streamIds: null },
        { subject: 'a', streamIds: ['2'] },
        { subject: 'b', streamIds: ['3'] },
      ];
      expect(written(streams)).to.equal(`{"${field}":{"a":["1","2"],"b":["3"]}}`);
    });

    it('escapes as Go does', () => {
      expect(written([{ subject: '<', streamIds: ['&', '\u2028'] }])).to.equal(
        `{"${field}":{"\\u003c":["\\u0026","\\u2028"]}}`,
      );
    });

    it('writes a subject named __proto__ like any other', () => {
      const streams = [{ subject: '__proto__', streamIds: ['a'] }];
      expect(written(streams)).to.equal(`{"${field}":{"__proto__":["a"]}}`);
      expect(decode(encode(streams))).to.deep.equal({ type, streams });
    });
  });

  describe(`${name}, reading`, () => {
    for (const [what, text] of [
      ['an empty map', `{"${field}":{}}`],
      ['a null map', `{"${field}":null}`],
      ['no map', '{}'],
      ['a map of another name', '{"StreamIds":{"a":["b"]}}'],
    ] as const) {
      it(`reads ${what} as none`, () => {
        expect(decode(bytesOf(text))).to.deep.equal({ type, streams: [] });
      });
    }

    it('reads a null list as empty', () => {
      expect(read('{"a":null,"b":[]}')).to.deep.equal({
        type,
        streams: [
          { subject: 'a', streamIds: [] },
          { subject: 'b', streamIds: [] },
        ],
      });
    });

    it('reads the last of two lists of a subject', () => {
      expect(read('{"a":["x"],"a":["y"]}')).to.deep.equal({ type, streams: [{ subject: 'a', streamIds: ['y'] }] });
    });

    it('reads ids of any form, for they are only compared', () => {
      expect(read('{"":["","a.b","*"]}')).to.deep.equal({
        type,
        streams: [{ subject: '', streamIds: ['', 'a.b', '*'] }],
      });
    });

    const malformed: readonly (readonly [string, string])[] = [
      ['nothing', ''],
      ['text', 'hello'],
      ['null', 'null'],
      ['an array', '[]'],
      ['a map of text', `{"${field}":"a"}`],
      ['a map of a number', `{"${field}":0}`],
      ['a map of false', `{"${field}":false}`],
      ['a map that is an array', `{"${field}":[["a"]]}`],
      ['a list of text', `{"${field}":{"a":"b"}}`],
      ['a list of a number', `{"${field}":{"a":0}}`],
      ['a list that is an object', `{"${field}":{"a":{"length":1}}}`],
      ['an id of a number', `{"${field}":{"a":["b",1]}}`],
      ['an id of null', `{"${field}":{"a":[null]}}`],
      ['an id of an array', `{"${field}":{"a":[["b"]]}}`],
      ['a fault behind what is right', `{"${field}":{"a":["b"],"c":5}}`],
    ];
    for (const [what, text] of malformed) {
      it(`refuses ${what}`, () => {
        expect(decode(bytesOf(text)).type).to.equal('malformed');
      });
    }

    it('refuses or reads JSON of any depth without an exception', () => {
      const deep = '['.repeat(200_000) + ']'.repeat(200_000);
      expect(read(deep).type).to.equal('malformed');
      expect(read(`{"a":${deep}}`).type).to.equal('malformed');
    });

    it(`reads what was written, in the order of Go (SEED=${seed})`, () => {
      const text = fc.string({ unit: fc.constantFrom('a', 'B', '.', '0', '9', '<', 'é', '𝄞', '_'), maxLength: 6 });
      const entry = fc.record({ subject: text, streamIds: fc.array(text, { maxLength: 5 }) });
      const property = fc.property(fc.uniqueArray(entry, { selector: ({ subject }) => subject }), (streams) => {
        const bytes = encode(streams);
        const result = decode(bytes);
        if (result.type === 'malformed') expect.fail(result.expected);
        expect(result.streams).to.have.deep.members(streams);
        expect(encode(result.streams)).to.deep.equal(bytes);
      });
      fc.assert(property, { seed, numRuns: 300 });
    });
  });
}
