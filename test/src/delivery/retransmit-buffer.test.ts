import { expect } from 'chai';
import { RetransmitBuffer, type SentFrame } from '../../../src/delivery/retransmit-buffer.js';

/** A frame of so many records of ten bytes each, from this number on. */
function frame(first: number, count = 1): SentFrame {
  return { bytes: Uint8Array.of(first), first, end: first + count, charge: count * 10, isFragment: false };
}

/** What is published from now on, by the number of the first item of each frame. */
function publishAll(frames: RetransmitBuffer): number[] {
  const published: number[] = [];
  for (let next = frames.next(); next !== undefined; next = frames.next()) published.push(next.first);
  return published;
}

function framesFrom(...counts: readonly number[]): RetransmitBuffer {
  return fill(new RetransmitBuffer({ release: () => undefined }), counts);
}

function fill(frames: RetransmitBuffer, counts: readonly number[]): RetransmitBuffer {
  let first = 0;
  for (const count of counts) {
    frames.push(frame(first, count));
    first += count;
  }
  return frames;
}

describe('RetransmitBuffer', () => {
  it('publishes each frame once, in the order in which they were made', () => {
    const frames = framesFrom(1, 1);
    expect(publishAll(frames)).to.deep.equal([0, 1]);
    frames.push(frame(2));
    expect(publishAll(frames)).to.deep.equal([2]);
  });

  it('knows the first item that is not published', () => {
    const frames = framesFrom(3, 2);
    expect(frames.firstUnpublished).to.equal(0);
    frames.next();
    expect(frames.firstUnpublished).to.equal(3);
    frames.next();
    expect(frames.firstUnpublished).to.equal(undefined);
  });

  it('publishes again from the frame that holds an item', () => {
    const frames = framesFrom(3, 3, 3);
    publishAll(frames);
    frames.rewind(4);
    expect(frames.firstUnpublished).to.equal(3);
    expect(publishAll(frames)).to.deep.equal([3, 6]);
  });

  it('never goes forward by going back', () => {
    const frames = framesFrom(1, 1, 1);
    frames.next();
    frames.rewind(2);
    expect(publishAll(frames)).to.deep.equal([1, 2]);
  });

  it('goes back to the first of several fragments that share a number', () => {
    const frames = framesFrom(1);
    for (let part = 0; part < 3; part += 1) frames.push({ ...frame(1), isFragment: true });
    publishAll(frames);
    frames.rewind(1);
    expect(publishAll(frames)).to.deep.equal([1, 1, 1]);
  });

  it('stays where it is when it is to go back to what was never made', () => {
    const frames = framesFrom(1, 1);
    frames.next();
    frames.rewind(7);
    expect(publishAll(frames)).to.deep.equal([1]);
  });

  it('releases the frames that hold only earlier items, and gives their bytes', () => {
    const frames = framesFrom(3, 3, 3);
    publishAll(frames);
    expect(frames.release(2)).to.equal(0);
    expect(frames.release(7)).to.equal(60);
    expect(frames.release(7)).to.equal(0);
    frames.rewind(0);
    expect(publishAll(frames)).to.deep.equal([6]);
    expect(frames.isEmpty).to.equal(false);
    expect(frames.release(9)).to.equal(30);
    expect(frames.isEmpty).to.equal(true);
  });

  it('does not publish what was released before it was published', () => {
    const frames = framesFrom(1, 1, 1);
    expect(frames.release(2)).to.equal(20);
    expect(publishAll(frames)).to.deep.equal([2]);
  });

  it('keeps its place over thousands of frames that come and go', () => {
    const frames = new RetransmitBuffer({ release: () => undefined });
    const published: number[] = [];
    let bytes = 0;
    for (let number = 0; number < 5_000; number += 1) {
      frames.push(frame(number));
      published.push(...publishAll(frames));
      if (number >= 100) bytes += frames.release(number - 99);
    }
    expect(published).to.deep.equal(Array.from({ length: 5_000 }, (_, number) => number));
    expect(bytes).to.equal(4_900 * 10);
    frames.rewind(4_950);
    expect(publishAll(frames)[0]).to.equal(4_950);
  });

  it('lets go of a frame when it is released, though others are kept', async () => {
    const frames = new RetransmitBuffer({ release: () => undefined });
    const released = new WeakRef(addFrame(frames));
    frames.push(frame(1));
    publishAll(frames);
    frames.release(1);
    await new Promise((resolve) => setImmediate(resolve));
    (globalThis as { gc?: () => void }).gc?.();
    expect(released.deref()).to.equal(undefined);
    expect(frames.isEmpty).to.equal(false);
  });

  it('forgets everything at once, and gives its bytes', () => {
    const frames = framesFrom(2, 3);
    frames.next();
    expect(frames.clear()).to.equal(50);
    expect([frames.isEmpty, frames.next()]).to.deep.equal([true, undefined]);
  });
});

describe('RetransmitBuffer, memory that is used again', () => {
  /** Frames of one record each, and the numbers of those whose memory was given for another use. */
  function createBench(count: number) {
    const reused: number[] = [];
    const frames = new RetransmitBuffer({ release: (bytes) => void reused.push(...bytes) });
    fill(
      frames,
      Array.from({ length: count }, () => 1),
    );
    return { frames, reused };
  }

  it('is that of a frame which was published once and received', () => {
    const { frames, reused } = createBench(3);
    publishAll(frames);
    frames.release(2);
    expect(reused).to.deep.equal([0, 1]);
    frames.release(3);
    expect(reused).to.deep.equal([0, 1, 2]);
  });

  it('is not that of a frame which is sent again, and may still be on its way when the first one is acknowledged', () => {
    const { frames, reused } = createBench(3);
    publishAll(frames);
    frames.rewind(1);
    frames.next();
    frames.push(frame(3));
    publishAll(frames);
    // The first frame was not sent again, but nobody keeps account of each one.
    frames.release(3);
    expect(reused).to.deep.equal([]);
    frames.release(4);
    expect(reused).to.deep.equal([3]);
  });

  it('is not that of a frame which was never published, whatever the consumer says', () => {
    const { frames, reused } = createBench(2);
    frames.next();
    frames.release(2);
    expect(reused).to.deep.equal([0]);
  });

  it('is not that of a stream which ends before everything is acknowledged', () => {
    const { frames, reused } = createBench(2);
    publishAll(frames);
    frames.clear();
    expect(reused).to.deep.equal([]);
  });

  it('keeps account of what was sent again while frames come and go', () => {
    const { frames, reused } = createBench(1_000);
    publishAll(frames);
    frames.rewind(500);
    publishAll(frames);
    frames.release(300);
    frames.release(1_000);
    frames.push(frame(1_000));
    publishAll(frames);
    frames.release(1_001);
    expect(reused).to.deep.equal([1_000 % 256]);
  });
});

function addFrame(frames: RetransmitBuffer): SentFrame {
  const made = frame(0);
  frames.push(made);
  return made;
}
