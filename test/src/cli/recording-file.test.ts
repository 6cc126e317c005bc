import { expect } from 'chai';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { drainedOrClosed } from '../../../src/cli/drained.js';
import { misfitsOf, sendRecording } from '../../../src/cli/view/recording-file.js';
import { toJsonLine } from '../../../src/tracing/json-lines.js';
import { measureMemory } from '../../support/memory.js';

/** A page that takes one write after the other, each in a task of its own, and notes what the server keeps meanwhile. */
class SlowPage extends Writable {
  writes = 0;
  bytes = 0;
  keptMax = 0;
  leavesAfter = Infinity;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.writes += 1;
    this.bytes += chunk.length;
    this.keptMax = Math.max(this.keptMax, this.writableLength);
    if (this.writes === this.leavesAfter) this.destroy();
    setImmediate(done);
  }
}

describe('a recording that a page reads slowly', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nats-stream-recording-'));
  const file = join(folder, 'long.jsonl');
  const line = toJsonLine({ type: 'mark', seq: 1, at: 1, kind: 'note', text: 'x'.repeat(200) });
  before(() => {
    writeFileSync(file, line.repeat(20_000));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('is sent whole, with no more kept than the page asks for', async () => {
    const page = new SlowPage();
    await sendRecording(file, 20_000 * line.length, page);
    expect(page.writes).to.be.greaterThan(50);
    expect(page.bytes).to.equal(20_000 * line.length);
    expect(page.keptMax).to.be.lessThan(3 * 64 * 1024);
  });

  it('is no longer read when the page has left', async () => {
    const page = new SlowPage();
    page.leavesAfter = 3;
    await sendRecording(file, 20_000 * line.length, page);
    expect(page.writes).to.equal(3);
  });

  it('is sent as long as it was when it was asked for, though it grows', async () => {
    const page = new SlowPage();
    await sendRecording(file, 2 * line.length, page);
    expect(page.bytes).to.equal(2 * line.length);
    const nothing = new SlowPage();
    await sendRecording(file, 0, nothing);
    expect(nothing.bytes).to.equal(0);
  });
});

describe('waiting for a stream', () => {
  it('is over at once where it takes more, and where it is destroyed', async () => {
    const page = new SlowPage();
    await drainedOrClosed(page);
    page.destroy();
    await drainedOrClosed(page);
  });

  it('is over when the stream drains, and leaves no listener', async () => {
    const page = new SlowPage();
    const before = page.eventNames().length;
    page.write('x');
    await drainedOrClosed(page);
    expect(page.eventNames().length).to.equal(before);
  });
});

/** A page that takes everything at once, and notes now and then what the process holds. */
class WatchingPage extends Writable {
  bytes = 0;
  heldBytesMax = 0;
  #measuredAt = 0;

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.bytes += chunk.length;
    if (this.bytes - this.#measuredAt >= 16 * MiB) {
      this.#measuredAt = this.bytes;
      this.heldBytesMax = Math.max(this.heldBytesMax, measureMemory().heldBytes);
    }
    setImmediate(done);
  }
}

const MiB = 1024 * 1024;
/** `RECORDING_BYTES=1073741824 npx mocha test/src/cli/recording-file.test.ts` opens one of 1 GiB. */
const recordingBytes = Number(process.env['RECORDING_BYTES'] ?? 64 * MiB);

describe(`a recording of ${Math.round(recordingBytes / MiB)} MiB`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'nats-stream-recording-'));
  const file = join(folder, 'huge.jsonl');
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (block: string): void => {
    const bytes = Buffer.from(block);
    const descriptor = openSync(file, 'w');
    for (let written = 0; written < recordingBytes; written += bytes.length) writeSync(descriptor, bytes);
    closeSync(descriptor);
  };

  const mark = (text: string): string => toJsonLine({ type: 'mark', seq: 1, at: 1, kind: 'note', text });
  for (const [name, block] of [
    ['many short lines', mark('x'.repeat(200)).repeat(4_096)],
    ['lines of 2 MiB', mark('x'.repeat(2 * MiB))],
    ['one line without an end', 'x'.repeat(MiB)],
    ['lines that are too long', `${'x'.repeat(6 * MiB)}\n`],
    ['lines that are no trace events', `{"type":7,"text":"${'x'.repeat(100_000)}"}\n`],
  ] as const) {
    it(`is opened with bounded memory: ${name}`, async () => {
      write(block);
      const begun = measureMemory().heldBytes;
      const page = new WatchingPage();
      await sendRecording(file, statSync(file).size, page);
      await misfitsOf(file);
      const grownBytes = Math.max(page.heldBytesMax, measureMemory().heldBytes) - begun;
      expect(page.bytes).to.be.greaterThan(0);
      expect(grownBytes).to.be.lessThan(48 * MiB);
      if (process.env['RECORDING_BYTES'] !== undefined)
        console.log(`      ${(grownBytes / MiB).toFixed(1)} MiB held at most`);
    });
  }
});
