import { expect } from 'chai';
import { frameBytesMax, FramePool } from '../../../src/delivery/frame-pool.js';
import { nextTask } from '../../../src/transport/next-task.js';

describe('FramePool', () => {
  it('gives as much as is asked for up to half a frame, and beyond that a whole frame', () => {
    const memory = new FramePool();
    expect(memory.take(100)).to.have.length(100);
    expect(memory.take(frameBytesMax / 2)).to.have.length(frameBytesMax / 2);
    expect(memory.take(frameBytesMax / 2 + 1)).to.have.length(frameBytesMax);
    expect(memory.take(frameBytesMax)).to.have.length(frameBytesMax);
    memory.giveBack(memory.take(frameBytesMax));
    expect(memory.take(frameBytesMax + 1)).to.have.length(frameBytesMax + 1);
  });

  it('gives the memory of a whole frame again, and no other', () => {
    const memory = new FramePool();
    const [whole, small] = [memory.take(frameBytesMax), memory.take(100)];
    memory.giveBack(whole);
    memory.giveBack(small);
    expect(memory.take(frameBytesMax).buffer).to.equal(whole.buffer);
    expect(memory.take(frameBytesMax).buffer).not.to.equal(whole.buffer);
    expect(memory.take(100).buffer).not.to.equal(small.buffer);
  });

  it('gives the memory of a published frame again in a later task, and not before', async () => {
    const memory = new FramePool();
    const whole = memory.take(frameBytesMax);
    memory.release(whole.subarray(0, 30_000));
    await Promise.resolve();
    expect(memory.take(frameBytesMax).buffer).not.to.equal(whole.buffer);
    await nextTask();
    const again = memory.take(frameBytesMax);
    expect([again.buffer === whole.buffer, again.length]).to.deep.equal([true, frameBytesMax]);
  });

  it('keeps two MiB at most', () => {
    const memory = new FramePool();
    const taken = Array.from({ length: 100 }, () => memory.take(frameBytesMax));
    for (const whole of taken) memory.giveBack(whole);
    const known = new Set(taken.map(({ buffer }) => buffer));
    const again = Array.from({ length: 100 }, () => memory.take(frameBytesMax));
    expect(again.filter(({ buffer }) => known.has(buffer))).to.have.length(64);
  });
});
