import { expect } from 'chai';
import { closeTextBytesMax } from '../../../../src/wire/close-text.js';
import fc from 'fast-check';
import { base64Length, encodeBase64 } from '../../../../src/wire/plain/base64.js';
import {
  decodeJsonFrame,
  decodeStreamFrame,
  encodeCloseFrame,
  encodeDataFrame,
} from '../../../../src/wire/plain/streaming-message.js';
import { seed } from '../../../support/seed.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const read = (text: string) => decodeStreamFrame(bytesOf(text));
const data = (text: string) => ({ type: 'data', data: bytesOf(text) });

/** The text that a close frame of this text carries. */
function closeTextOf(text: string): string {
  const frame = decodeStreamFrame(encodeCloseFrame(1000, text));
  return frame.type === 'close' ? frame.text : expect.fail(`came ${frame.type}`);
}

describe('encodeDataFrame', () => {
  it('writes the data as base64', () => {
    expect(textOf(encodeDataFrame(bytesOf('test data')))).to.equal('{"type":1,"data":"dGVzdCBkYXRh"}');
  });

  it('writes no data field for an empty record', () => {
    expect(textOf(encodeDataFrame(new Uint8Array()))).to.equal('{"type":1}');
  });

  it('writes the annotations of superjson behind the data, with the escapes of Go', () => {
    const frame = encodeDataFrame(bytesOf('{}'), { values: { 'a<b': ['Date'] } });
    expect(textOf(frame)).to.equal('{"type":1,"data":"e30=","superjson":{"values":{"a\\u003cb":["Date"]}}}');
  });

  it('writes the annotations of an empty record', () => {
    expect(textOf(encodeDataFrame(new Uint8Array(), { v: 1 }))).to.equal('{"type":1,"superjson":{"v":1}}');
  });

  it('writes memory of its own', () => {
    const record = bytesOf('abc');
    const frame = encodeDataFrame(record);
    record.fill(0);
    expect(decodeStreamFrame(frame)).to.deep.equal(data('abc'));
    expect(frame.buffer.byteLength).to.equal(frame.length);
  });

  for (const length of [1, 255, 256, 100_000]) {
    it(`takes 20 bytes around the base64 of ${length} bytes`, () => {
      expect(encodeDataFrame(new Uint8Array(length))).to.have.length(20 + base64Length(length));
    });
  }
});

describe('encodeCloseFrame', () => {
  it('writes the code and the text', () => {
    expect(textOf(encodeCloseFrame(4321, '<"a">'))).to.equal(
      '{"type":2,"closeError":{"Code":4321,"Text":"\\u003c\\"a\\"\\u003e"}}',
    );
  });

  for (const [name, character] of [
    ['one byte', 'a'],
    ['two bytes', 'é'],
    ['three bytes', '☃'],
    ['four bytes', '𝄞'],
  ] as const) {
    const size = bytesOf(character).length;

    it(`writes the longest text of characters of ${name} whole`, () => {
      const text = character.repeat(Math.floor(closeTextBytesMax / size));
      expect(closeTextOf(text)).to.equal(text);
    });

    it(`cuts a longer text of characters of ${name} at the end of a character`, () => {
      const text = character.repeat(Math.floor(closeTextBytesMax / size) + 1);
      const kept = Math.floor((closeTextBytesMax - 3) / size);
      expect(closeTextOf(text)).to.equal(`${character.repeat(kept)}…`);
    });
  }

  it(`writes at most ${closeTextBytesMax} bytes of any text, and the text itself where that is enough (SEED=${seed})`, () => {
    const chunk = fc.string({
      unit: fc.constantFrom('a', 'é', '☃', '𝄞', '<', '\ud800', '\n'),
      minLength: 1,
      maxLength: 8,
    });
    const property = fc.property(chunk, fc.integer({ min: 900, max: 5_000 }), (repeated, length) => {
      const text = repeated.repeat(Math.ceil(length / repeated.length));
      const written = closeTextOf(text);
      expect(bytesOf(written).length).to.be.at.most(closeTextBytesMax);
      if (bytesOf(text).length <= closeTextBytesMax) expect(written).to.equal(text);
      else expect(text.startsWith(written.slice(0, -1)) && written.endsWith('…')).to.equal(true);
    });
    fc.assert(property, { seed, numRuns: 200 });
  });
});

describe('decodeStreamFrame, frames that are read', () => {
  const frames: readonly (readonly [string, string, unknown])[] = [
    ['data', '{"type":1,"data":"YWJj"}', data('abc')],
    ['data that are empty', '{"type":1,"data":""}', data('')],
    ['data that are absent', '{"type":1}', data('')],
    ['data that are null', '{"type":1,"data":null}', data('')],
    ['data behind white space', ' { "type" : 1 , "data" : "YWJj" } \n', data('abc')],
    ['data in another order', '{"data":"YWJj","type":1}', data('abc')],
    ['data with escapes', '{"type":1,"data":"\\u0059WJj"}', data('abc')],
    ['data with an escaped slash', '{"type":1,"data":"\\/w=="}', { type: 'data', data: Uint8Array.of(255) }],
    ['data with line breaks', '{"type":1,"data":"YW\\r\\nJj"}', data('abc')],
    ['data among unknown fields', '{"v":9,"type":1,"data":"YWJj","x":{"y":[null]}}', data('abc')],
    ['data with a close error', '{"type":1,"data":"YWJj","closeError":{"Code":1,"Text":""}}', data('abc')],
    ['the last of two fields', '{"type":2,"data":"AAAA","type":1,"data":"YWJj"}', data('abc')],
    ['a type with a fraction of zero', '{"type":1.0,"data":"YWJj"}', data('abc')],
    ['annotations', '{"type":1,"data":"e30=","superjson":{"v":1}}', { ...data('{}'), superjson: { v: 1 } }],
    ['annotations that are null as none', '{"type":1,"data":"e30=","superjson":null}', data('{}')],
    ['a field named __proto__', '{"__proto__":{"type":2},"type":1,"data":"YWJj"}', data('abc')],
    ['a close', '{"type":2,"closeError":{"Code":1000,"Text":"x"}}', { type: 'close', code: 1000, text: 'x' }],
    ['a close without text', '{"type":2,"closeError":{"Code":5}}', { type: 'close', code: 5, text: '' }],
    ['a close of null text', '{"type":2,"closeError":{"Code":5,"Text":null}}', { type: 'close', code: 5, text: '' }],
    ['a close of code 0', '{"type":2,"closeError":{"Code":0,"Text":""}}', { type: 'close', code: 0, text: '' }],
    [
      'a close of negative code',
      '{"type":2,"closeError":{"Code":-7,"Text":""}}',
      { type: 'close', code: -7, text: '' },
    ],
    [
      'a close with bytes after',
      '{"type":2,"closeError":{"Code":1,"Text":"","z":1}}',
      { type: 'close', code: 1, text: '' },
    ],
    ['an unknown type', '{"type":3,"data":5}', { type: 'unknown', wireType: 3 }],
    ['an unknown type 0', '{"type":0}', { type: 'unknown', wireType: 0 }],
    ['an unknown negative type', '{"type":-1}', { type: 'unknown', wireType: -1 }],
  ];
  for (const [name, text, expected] of frames) {
    it(`reads ${name}`, () => {
      expect(read(text)).to.deep.equal(expected);
    });
  }

  it('reads text that is not UTF-8 as Go does, with U+FFFD', () => {
    const bytes = bytesOf('{"type":2,"closeError":{"Code":1,"Text":"?"}}');
    bytes[bytes.indexOf(0x3f)] = 0xff;
    expect(decodeStreamFrame(bytes)).to.deep.equal({ type: 'close', code: 1, text: '\ufffd' });
  });

  it('reads a frame that is a view into a larger message', () => {
    const bytes = bytesOf('xx{"type":1,"data":"YWJj"}xx').subarray(2, -2);
    expect(decodeStreamFrame(bytes)).to.deep.equal(data('abc'));
  });
});

describe('decodeStreamFrame, frames that are malformed', () => {
  const frames: readonly (readonly [string, string, string, string])[] = [
    ['no bytes', '', 'a frame as a JSON object', 'an empty message'],
    ['text', 'hello', 'a frame as a JSON object', '5 bytes: hello'],
    ['half of a frame', '{"type":1,"da', 'a frame as a JSON object', '13 bytes: {"type":1,"da'],
    ['two frames', '{"type":1}{"type":1}', 'a frame as a JSON object', '20 bytes: {"type":1}{"type":1}'],
    ['a byte order mark', '\ufeff{"type":1}', 'a frame as a JSON object', '13 bytes: \ufffd{"type":1}'],
    ['null', 'null', 'a frame as a JSON object', '4 bytes: null'],
    ['an array', '[1]', 'a frame as a JSON object', '3 bytes: [1]'],
    ['a number', '1', 'a frame as a JSON object', '1 bytes: 1'],
    ['a raw line break in the data', '{"type":1,"data":"YW\nJj"}', 'a frame as a JSON object', ''],
    ['no type', '{}', 'a frame with an integer "type"', 'nothing'],
    ['a type of null', '{"type":null}', 'a frame with an integer "type"', 'null'],
    ['a type in quotes', '{"type":"1"}', 'a frame with an integer "type"', '"1"'],
    ['a type with a fraction', '{"type":1.5}', 'a frame with an integer "type"', '1.5'],
    ['a type beyond the integers', '{"type":1e300}', 'a frame with an integer "type"', '1e+300'],
    ['an infinite type', '{"type":1e999}', 'a frame with an integer "type"', 'Infinity'],
    ['a type in capitals', '{"Type":1}', 'a frame with an integer "type"', 'nothing'],
    ['data without padding', '{"type":1,"data":"YQ"}', '"data" in base64', '"YQ"'],
    ['data of the URL alphabet', '{"type":1,"data":"YW_-"}', '"data" in base64', '"YW_-"'],
    ['data of text', '{"type":1,"data":"héé"}', '"data" in base64', '"héé"'],
    ['data of a number', '{"type":1,"data":5}', '"data" in base64', '5'],
    ['data of an array', '{"type":1,"data":[97]}', '"data" in base64', 'an array of 1'],
    ['data of an object', '{"type":1,"data":{}}', '"data" in base64', 'an object'],
    ['data of false', '{"type":1,"data":false}', '"data" in base64', 'false'],
    ['a close without an error', '{"type":2}', 'a close frame with a "closeError"', 'nothing'],
    ['a close of null', '{"type":2,"closeError":null}', 'a close frame with a "closeError"', 'null'],
    ['a close of text', '{"type":2,"closeError":"x"}', 'a close frame with a "closeError"', '"x"'],
    ['a close of an array', '{"type":2,"closeError":[]}', 'a close frame with a "closeError"', 'an array of 0'],
    ['a close without a code', '{"type":2,"closeError":{}}', 'a close frame with an integer "Code"', 'nothing'],
    ['a close of half a code', '{"type":2,"closeError":{"Code":0.5}}', 'a close frame with an integer "Code"', '0.5'],
    [
      'a close of a code in quotes',
      '{"type":2,"closeError":{"Code":"1"}}',
      'a close frame with an integer "Code"',
      '"1"',
    ],
    [
      'a close with a number for a text',
      '{"type":2,"closeError":{"Code":1,"Text":1}}',
      'a close frame with a string "Text"',
      '1',
    ],
  ];
  for (const [name, text, expected, came] of frames) {
    it(`refuses ${name}`, () => {
      const frame = read(text);
      expect(frame).to.include({ type: 'malformed', expected });
      if (came !== '') expect(frame).to.include({ came });
    });
  }

  it('refuses or reads JSON of any depth without an exception', () => {
    for (const depth of [1_000, 200_000]) {
      const deep = '['.repeat(depth) + ']'.repeat(depth);
      expect(read(deep).type).to.equal('malformed');
      expect(read(`{"type":2,"closeError":${deep}}`).type).to.equal('malformed');
      expect(['data', 'malformed']).to.include(read(`{"type":1,"x":${deep}}`).type);
    }
  });
});

describe('the short way of data frames', () => {
  // Shrinking a failure of hundreds of bytes takes minutes and explains nothing.
  const endOnFailure = true;

  const base64 = fc.uint8Array({ maxLength: 600 }).map(encodeBase64);
  const nearly = fc.string({ unit: fc.constantFrom(...Array.from('AZz09+/=-_\\"un \né{}')), maxLength: 40 });
  const inner = fc.oneof(
    base64,
    nearly,
    fc.tuple(base64, nearly, base64).map((parts) => parts.join('')),
  );
  const start = fc.oneof(
    { arbitrary: fc.constant('{"type":1,"data":"'), weight: 8 },
    fc.constantFrom('{"type":2,"data":"', '{"type":1,"date":"', '{"type":1,"data": "', ' {"type":1,"data":"', ''),
  );
  const end = fc.oneof(
    { arbitrary: fc.constant('"}'), weight: 8 },
    fc.constantFrom('"} ', '" }', '","x":1}', '","data":"QQ=="}', '"', '}', ''),
  );

  it(`reads exactly what the long way reads (SEED=${seed})`, () => {
    const property = fc.property(start, inner, end, (before, text, after) => {
      const bytes = bytesOf(before + text + after);
      expect(decodeStreamFrame(bytes)).to.deep.equal(decodeJsonFrame(bytes));
    });
    fc.assert(property, { seed, numRuns: 5_000, endOnFailure });
  });

  it(`reads exactly what the long way reads, after a byte was changed (SEED=${seed})`, () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const record = fc.uint8Array({ maxLength: 600, size: 'max' });
    const property = fc.property(record, fc.nat(), byte, (content, place, changed) => {
      const bytes = encodeDataFrame(content);
      bytes[place % bytes.length] = changed;
      expect(decodeStreamFrame(bytes)).to.deep.equal(decodeJsonFrame(bytes));
    });
    fc.assert(property, { seed, numRuns: 5_000, endOnFailure });
  });

  it(`writes exactly what JSON writes, and what is read again (SEED=${seed})`, () => {
    const property = fc.property(fc.uint8Array({ minLength: 1, maxLength: 2_000, size: 'max' }), (content) => {
      const frame = encodeDataFrame(content);
      expect(textOf(frame)).to.equal(JSON.stringify({ type: 1, data: Buffer.from(content).toString('base64') }));
      expect(decodeStreamFrame(frame)).to.deep.equal({ type: 'data', data: content });
    });
    fc.assert(property, { seed, numRuns: 500, endOnFailure });
  });
});
