import { expect } from 'chai';
import { frameBytesMax, FramePool } from '../../../../src/delivery/frame-pool.js';
import { decodeDeliveryFrame, recordLength, RecordsFrameBuilder } from '../../../../src/wire/index.js';

const text = (value: string) => new TextEncoder().encode(value);

describe('RecordsFrameBuilder', () => {
  it('has the length that is told for each of its records', () => {
    const builder = new RecordsFrameBuilder(0, 0, new FramePool());
    for (const length of [0, 1, 63, 64, 8_191, 8_192, 20_000]) {
      const before = builder.length;
      builder.append(new Uint8Array(length), false);
      expect(builder.length - before).to.equal(recordLength(length));
    }
  });

  it('copies a record when it is appended, so that its owner may use the bytes again', () => {
    const bytes = text('first');
    const builder = new RecordsFrameBuilder(0, 0, new FramePool());
    builder.append(bytes, false);
    bytes.fill(0);
    expect(decodeDeliveryFrame(builder.finish())).to.deep.equal({
      type: 'records',
      first: 0,
      records: [{ data: text('first') }],
    });
  });

  it('leaves no frame much larger memory than it needs, and gives the larger one back', () => {
    const memory = new FramePool();
    const large = memory.take(frameBytesMax);
    memory.giveBack(large);
    const builder = new RecordsFrameBuilder(0, frameBytesMax, memory);
    builder.append(text('short'), false);
    const frame = builder.finish();
    expect(frame.buffer.byteLength).to.equal(frame.length);
    expect(memory.take(frameBytesMax).buffer).to.equal(large.buffer);
  });
});
