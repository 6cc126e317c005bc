import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { drainedOrClosed } from '../../../src/cli/drained.js';
import { serveRecording } from '../../../src/cli/view/recording-file.js';
import { toJsonLine } from '../../../src/tracing/json-lines.js';

/** A page that takes one write after the other, each in a task of its own, and notes what the server keeps meanwhile. */
class SlowPage extends Writable {
  writes = 0;
  bytes = 0;
  keptMax = 0;
  listenersMax = 0;
  leavesAfter = Infinity;

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.writes += 1;
    this.bytes += chunk.length;
    this.keptMax = Math.max(this.keptMax, this.writableLength);
    for (const name of this.eventNames()) {
      this.listenersMax = Math.max(this.listenersMax, this.listenerCount(name));
    }
    if (this.writes === this.leavesAfter) this.destroy();
    setImmediate(done);
  }
}

const asResponse = (page: SlowPage) => page as unknown as ServerResponse;

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

  it('is sent whole, with no more kept than the page asks for and nothing left behind at any wait', async () => {
    const page = new SlowPage();
    await serveRecording(file, asResponse(page));
    await new Promise((resolve) => page.once('close', resolve));
    expect(page.writes).to.be.greaterThan(50);
    expect(page.bytes).to.be.greaterThan(20_000 * (line.length - 1));
    // One piece of the file, and what its lines take more as a list.
    expect(page.keptMax).to.be.lessThan(3 * 64 * 1024);
    expect(page.listenersMax).to.be.at.most(2);
  });

  it('is no longer read when the page has left', async () => {
    const page = new SlowPage();
    page.leavesAfter = 3;
    await serveRecording(file, asResponse(page));
    expect(page.writes).to.equal(3);
    expect(page.eventNames().map((name) => page.listenerCount(name))).to.satisfy((counts: number[]) =>
      counts.every((count) => count <= 1),
    );
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
