import { expect } from 'chai';
import fc from 'fast-check';
import {
  bodyOf,
  decodeDeliveryFrame,
  encodeDeliveryClose,
  encodeFragment,
  recordOf,
  RecordsFrameBuilder,
  splitDeliveryFrame,
  type FramePart,
  type WireRecord,
} from '../../../../src/wire/index.js';
import { FramePool } from '../../../../src/delivery/frame-pool.js';
import { seed } from '../../../support/seed.js';

function recordsFrame(first: number, records: readonly WireRecord[]): Uint8Array {
  const builder = new RecordsFrameBuilder(first, 64, new FramePool());
  for (const record of records) builder.append(bodyOf(record), record.superjson !== undefined);
  return builder.finish();
}

/** The records of frames that come in order, those in fragments put together, by number. */
function readBack(parts: readonly FramePart[]): readonly (readonly [number, WireRecord | undefined])[] {
  const read: [number, WireRecord | undefined][] = [];
  let body = new Uint8Array();
  for (const { bytes, first, end, isFragment } of parts) {
    const frame = decodeDeliveryFrame(bytes);
    if (frame?.type === 'records') {
      expect([first, end, isFragment]).to.deep.equal([frame.first, frame.first + frame.records.length, false]);
      frame.records.forEach((record, index) => read.push([frame.first + index, record]));
    } else if (frame?.type === 'fragment') {
      expect([first, end, isFragment]).to.deep.equal([frame.number, frame.number + 1, true]);
      if (frame.offset === 0) body = new Uint8Array(frame.totalBytes);
      body.set(frame.part, frame.offset);
      if (frame.offset + frame.part.length === frame.totalBytes) {
        read.push([frame.number, recordOf(body, frame.isAnnotated)]);
      }
    } else {
      throw new Error('expected records or a fragment, came another frame');
    }
  }
  return read;
}

const anyRecord = fc.oneof(
  fc.record({ data: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({ data: fc.uint8Array({ maxLength: 50 }), superjson: fc.dictionary(fc.string(), fc.string()) }),
);

describe('splitDeliveryFrame', () => {
  it(`says the same records in frames of any size that holds a part of one (SEED=${seed})`, () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { minLength: 1, maxLength: 20 }),
        fc.nat(2 ** 40),
        fc.integer({ min: 26, max: 400 }),
        (records, first, bytesMax) => {
          const parts = splitDeliveryFrame(recordsFrame(first, records), bytesMax) ?? [];
          for (const { bytes } of parts) expect(bytes.length).to.be.at.most(bytesMax);
          expect(readBack(parts)).to.deep.equal(
            records.map((record, index) => [first + index, recordOf(bodyOf(record), 'superjson' in record)]),
          );
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it('says the part of a record in smaller parts, which can be split again', () => {
    const body = Uint8Array.from({ length: 1_000 }, (_, index) => index);
    const fragment = { number: 7, isAnnotated: false, totalBytes: 1_000, offset: 0, part: body };
    const halves = splitDeliveryFrame(encodeFragment(fragment), 525) ?? [];
    expect(halves).to.have.lengthOf(2);
    const quarters = halves.flatMap(({ bytes }) => splitDeliveryFrame(bytes, 300) ?? []);
    expect(quarters).to.have.lengthOf(4);
    expect(readBack(quarters)).to.deep.equal([[7, { data: body }]]);
  });

  it('cuts the text of a close, at a character', () => {
    const close = { number: 3, isFinal: false, code: 5000, text: '🙂'.repeat(1_000) };
    const parts = splitDeliveryFrame(encodeDeliveryClose(close), 100) ?? [];
    expect(parts).to.have.lengthOf(1);
    const [part] = parts;
    expect(part?.bytes.length).to.be.within(80, 100);
    const read = decodeDeliveryFrame(part?.bytes ?? new Uint8Array());
    expect(read).to.deep.include({ type: 'deliveryClose', number: 3, code: 5000 });
    expect((read as { text: string }).text).to.match(/^🙂+…$/u);
  });

  it('gives nothing where a frame could not hold a byte of a record, or a close without its text', () => {
    const frame = recordsFrame(0, [{ data: new Uint8Array(100) }]);
    expect(splitDeliveryFrame(frame, 25)).to.equal(undefined);
    expect(splitDeliveryFrame(frame, 26)).to.have.lengthOf(100);
    expect(splitDeliveryFrame(encodeDeliveryClose({ number: 3, isFinal: false, code: 5000, text: 'x' }), 20)).to.equal(
      undefined,
    );
  });
});
