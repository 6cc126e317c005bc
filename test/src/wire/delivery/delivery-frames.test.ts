import { expect } from 'chai';
import fc from 'fast-check';
import { FramePool } from '../../../../src/delivery/frame-pool.js';
import {
  bodyOf,
  decodeControl,
  decodeDeliveryFrame,
  encodeAnnouncement,
  encodeControl,
  encodeDeliveryClose,
  encodeFragment,
  isDeliveryFrame,
  joinFrames,
  recordOf,
  RecordsFrameBuilder,
  type ReceivedRecord,
  type WireRecord,
} from '../../../../src/wire/index.js';
import { seed } from '../../../support/seed.js';

const text = (value: string) => new TextEncoder().encode(value);
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const terms = { version: 1, heartbeatIntervalMs: 10, heartbeatRequestTimeoutMs: 5, missedHeartbeatsMax: 2 };

/** Annotations are read when somebody asks for the value. */
function asItCame({ data, superjson }: WireRecord): ReceivedRecord {
  return superjson === undefined ? { data } : { data, annotations: text(JSON.stringify(superjson)) };
}

function frameOf(first: number, records: readonly WireRecord[], sizeHint = 64): Uint8Array {
  const builder = new RecordsFrameBuilder(first, sizeHint, new FramePool());
  for (const record of records) builder.append(bodyOf(record), record.superjson !== undefined);
  return builder.finish();
}

describe('delivery frames, golden bytes', () => {
  it('a frame of records: kind 2, the first number, then twice each length and each record', () => {
    const bytes = frameOf(300, [{ data: text('ab') }, { data: text('') }, { data: text('c') }]);
    expect(hexOf(bytes)).to.equal('02ac02' + '046162' + '00' + '0263');
  });

  it('an annotated record: one more than twice the length, then the length of the annotations, these and the data', () => {
    expect(hexOf(frameOf(0, [{ data: text('1'), superjson: { v: 1 } }]))).to.equal(
      '0200' + '13' + '07' + hexOf(text('{"v":1}1')),
    );
  });

  it('a fragment: kind 3, the number, twice the length of the whole, where the part begins, and the part', () => {
    const bytes = encodeFragment({ number: 5, isAnnotated: false, totalBytes: 100, offset: 64, part: text('xy') });
    expect(hexOf(bytes)).to.equal('0305c801407879');
  });

  it('a close: kind 4, the number, the flag of a final one, and code and text in JSON', () => {
    const end = { number: 3, code: 1000, text: 'ok' };
    expect(hexOf(encodeDeliveryClose({ ...end, isFinal: true }))).to.equal(
      '040301' + hexOf(text('{"code":1000,"text":"ok"}')),
    );
    expect(hexOf(encodeDeliveryClose({ ...end, isFinal: false }))).to.match(/^040300/);
  });

  it('an announcement: kind 1, the end, the flag of a record that waits, and the terms in JSON', () => {
    expect(hexOf(encodeAnnouncement({ end: 2, isWanting: true, terms }))).to.equal(
      '010201' + hexOf(text(JSON.stringify(terms))),
    );
    expect(hexOf(encodeAnnouncement({ end: 2, isWanting: false, terms }))).to.match(/^010200/);
  });

  it('a grant and a resume: kinds 5 and 6 and three numbers; a cancel: kind 7 and a text', () => {
    const said = { next: 1, consumed: 2, consumedBytes: 300 };
    expect(hexOf(encodeControl({ type: 'grant', ...said }))).to.equal('050102ac02');
    expect(hexOf(encodeControl({ type: 'resume', ...said }))).to.equal('060102ac02');
    expect(hexOf(encodeControl({ type: 'cancel', text: 'ü' }))).to.equal('07c3bc');
  });

  it('is told from a plain frame by its first byte', () => {
    for (const kind of [1, 2, 3, 4, 5, 6, 7, 8]) expect(isDeliveryFrame(Uint8Array.of(kind))).to.equal(true);
    for (const payload of [text('{"type":1}'), text(' {}'), text(''), Uint8Array.of(0), Uint8Array.of(9)]) {
      expect(isDeliveryFrame(payload)).to.equal(false);
    }
  });

  it('a kind that is not known is nothing, and no error', () => {
    expect(decodeDeliveryFrame(Uint8Array.of(5, 1, 2))).to.equal(undefined);
    expect(decodeControl(Uint8Array.of(8, 1, 2))).to.equal(undefined);
  });

  it('several share a message, each after its length', () => {
    const terms = { version: 1, heartbeatIntervalMs: 1, heartbeatRequestTimeoutMs: 1, missedHeartbeatsMax: 1 };
    const frames = [
      encodeAnnouncement({ end: 0, isWanting: false, terms }),
      Uint8Array.of(2, 0, 4, 1, 2),
      encodeDeliveryClose({ number: 1, isFinal: false, code: 1000, text: '' }),
    ];
    const joined = joinFrames(frames);
    expect([...joined.slice(0, 2)]).to.deep.equal([8, frames[0]!.length]);
    expect(isDeliveryFrame(joined)).to.equal(true);
    expect(decodeDeliveryFrame(joined)).to.deep.equal({ type: 'joined', frames: frames.map(decodeDeliveryFrame) });
    // What a later version may know is passed over.
    expect(decodeDeliveryFrame(joinFrames([Uint8Array.of(7, 1), frames[2]!]))).to.deep.equal({
      type: 'joined',
      frames: [decodeDeliveryFrame(frames[2]!)],
    });
  });

  it('none share a message that has none, is cut off, or holds another such', () => {
    const close = encodeDeliveryClose({ number: 1, isFinal: false, code: 1000, text: '' });
    for (const bytes of [
      Uint8Array.of(8),
      Uint8Array.of(8, 0),
      joinFrames([close]).slice(0, -1),
      joinFrames([joinFrames([close])]),
      joinFrames([Uint8Array.of(2, 0)]),
    ]) {
      expect(decodeDeliveryFrame(bytes), String(bytes)).to.have.property('type', 'malformed');
    }
  });
});

describe('delivery frames, there and back', () => {
  const data = fc.uint8Array({ maxLength: 300 });
  const record = fc.oneof(
    data.map((bytes): WireRecord => ({ data: bytes })),
    fc.tuple(data, fc.jsonValue()).map(([bytes, superjson]): WireRecord => ({
      data: bytes,
      // What JSON makes of it, so that -0 is 0 on both sides.
      superjson: JSON.parse(JSON.stringify(superjson)) as unknown,
    })),
  );

  it(`a frame holds the records that were appended, whatever size was expected (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.nat(40_000),
        (first, records, hint) => {
          const bytes = frameOf(first, records, hint);
          expect(decodeDeliveryFrame(bytes)).to.deep.equal({ type: 'records', first, records: records.map(asItCame) });
          // The memory of a frame is kept until it is acknowledged, and so is no more than a third beyond it.
          expect(bytes.buffer.byteLength * 3).to.be.at.most(Math.max(bytes.length * 4, 3 * 128));
        },
      ),
      { seed },
    );
  });

  it('records are read in the midst of a larger buffer, as NATS clients hand them over', () => {
    const frame = frameOf(7, [{ data: text('ab') }, { data: text('cd') }]);
    const chunk = Buffer.concat([text('MSG 1 2\r\n'), frame, text('\r\n')]);
    const decoded = decodeDeliveryFrame(chunk.subarray(9, 9 + frame.length));
    expect(decoded).to.deep.equal({ type: 'records', first: 7, records: [{ data: text('ab') }, { data: text('cd') }] });
  });

  it(`fragments, closes and announcements say what they were made of (seed ${seed})`, () => {
    const number = fc.maxSafeNat();
    fc.assert(
      fc.property(
        number,
        fc.boolean(),
        fc.uint8Array({ minLength: 1 }),
        fc.nat(),
        fc.nat(),
        (at, flag, part, offset, rest) => {
          const fragment = { number: at, isAnnotated: flag, totalBytes: offset + part.length + rest, offset, part };
          expect(decodeDeliveryFrame(encodeFragment(fragment))).to.deep.equal({ type: 'fragment', ...fragment });
          const close = { number: at, isFinal: flag, code: rest, text: `ü${offset}` };
          expect(decodeDeliveryFrame(encodeDeliveryClose(close))).to.deep.equal({ type: 'deliveryClose', ...close });
          const announcement = { end: at, isWanting: flag, terms };
          expect(decodeDeliveryFrame(encodeAnnouncement(announcement))).to.deep.equal({
            type: 'announcement',
            ...announcement,
          });
          const grant = { type: 'grant', next: at, consumed: offset, consumedBytes: rest } as const;
          expect(decodeControl(encodeControl(grant))).to.deep.equal(grant);
        },
      ),
      { seed },
    );
  });

  it(`no bytes make the reader throw (seed ${seed})`, () => {
    const kind = fc.constantFrom(1, 2, 3, 4, 5, 6, 7);
    fc.assert(
      fc.property(kind, fc.uint8Array({ maxLength: 60 }), (first, rest) => {
        const bytes = Uint8Array.of(first, ...rest);
        expect(() => [decodeDeliveryFrame(bytes), decodeControl(bytes)]).to.not.throw();
      }),
      { seed },
    );
  });
});

describe('delivery frames, malformed', () => {
  const json = (value: unknown) => hexOf(text(JSON.stringify(value)));
  const bad: readonly (readonly [what: string, hex: string, expected: string])[] = [
    ['records without a number', '02', 'a frame of records with a number'],
    ['records with a number that is cut off', '0280', 'a frame of records with a number'],
    ['no records', '0200', 'a frame of at least one record'],
    ['a record that is cut off', '02000661', 'a frame of whole records'],
    ['a length that is cut off', '020080', 'a frame of whole records'],
    ['a length beyond 53 bits', '0200ffffffffffffffffff01', 'a frame of whole records'],
    ['annotations that are cut off', '020005057b', 'a record with annotations in JSON'],
    ['a fragment of two numbers', '030204', 'a fragment of three numbers and some bytes'],
    ['a fragment without a part', '03020400', 'a fragment of three numbers and some bytes'],
    ['a fragment that reaches beyond its record', '030204026162', 'a fragment within its record'],
    ['a close without numbers', '04', 'a close of two numbers and a JSON object with "code" and "text"'],
    ['a close without JSON', '040000', 'a close of two numbers and a JSON object with "code" and "text"'],
    [
      'a close with a code that is no integer',
      `040000${json({ code: 1.5, text: '' })}`,
      'a close of two numbers and a JSON object with "code" and "text"',
    ],
    [
      'a close without a text',
      `040000${json({ code: 1000 })}`,
      'a close of two numbers and a JSON object with "code" and "text"',
    ],
    ['an announcement without JSON', '010000', 'an announcement of two numbers and a JSON object'],
    ['an announcement with a list', `010000${json([])}`, 'an announcement of two numbers and a JSON object'],
    [
      'an announcement without an interval',
      `010000${json({ ...terms, heartbeatIntervalMs: 0 })}`,
      'an announcement with a version and the timing of heartbeats',
    ],
    [
      'an announcement without a version',
      `010000${json({ ...terms, version: '1' })}`,
      'an announcement with a version and the timing of heartbeats',
    ],
  ];
  for (const [what, hex, expected] of bad) {
    it(`refuses ${what}, and says what was expected`, () => {
      expect(decodeDeliveryFrame(Buffer.from(hex, 'hex'))).to.deep.include({ type: 'malformed', expected });
    });
  }

  it('takes a fragment that ends exactly where its record ends', () => {
    expect(decodeDeliveryFrame(Buffer.from('0302040161', 'hex'))).to.deep.include({
      type: 'fragment',
      totalBytes: 2,
      offset: 1,
    });
  });

  for (const [what, hex, expected] of [
    ['a grant of two numbers', '050102', 'a grant of three numbers'],
    ['a resume that is cut off', '06010280', 'a grant of three numbers'],
    ['a cancel that is no UTF-8', '07ff', 'a cancel with a text in UTF-8'],
  ] as const) {
    it(`refuses ${what}, and says what was expected`, () => {
      expect(decodeControl(Buffer.from(hex, 'hex'))).to.deep.include({ type: 'malformed', expected });
    });
  }

  it('leaves annotations as they came, whatever they are: the reader that asks for the value reads them', () => {
    for (const annotations of [text('{'), Uint8Array.of(0xff), text('{"v":1}')]) {
      const body = Uint8Array.of(annotations.length, ...annotations, 0x61);
      expect(recordOf(body, true)).to.deep.equal({ data: text('a'), annotations });
    }
  });

  it('gives undefined for a body that ends within its annotations', () => {
    expect(recordOf(text(''), true)).to.equal(undefined);
    expect(recordOf(Uint8Array.of(4, 0x7b), true)).to.equal(undefined);
  });
});
