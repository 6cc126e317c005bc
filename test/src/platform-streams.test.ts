import { expect } from 'chai';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { CloseError } from '../../src/errors.js';
import { numberedRecord } from '../support/numbered.js';
import { closePair, createPair, type Pair } from '../support/pair.js';
import { failureOf, readAll } from '../support/read.js';
import { settle } from '../support/settle.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Bytes that compress, but not to nothing. */
const someBytes = (bytes: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(bytes / KiB) }, (_, n) => numberedRecord(n, KiB))).subarray(0, bytes);

/** A server for the length of one test. */
async function serve(onRequest: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(onRequest);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A web stream that makes chunks as they are asked for, and counts them. */
function countedSource(chunks: number, bytes = 64 * KiB) {
  const seen = { made: 0, cancelled: undefined as unknown };
  const chunk = new Uint8Array(bytes).fill(7);
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (seen.made === chunks) {
          controller.close();
          return;
        }
        seen.made += 1;
        controller.enqueue(chunk.slice());
      },
      cancel: (reason) => {
        seen.cancelled = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, stream };
}

describe("a platform's streams", () => {
  let pair: Pair;
  let folder: string;
  beforeEach(() => {
    pair = createPair();
    folder = mkdtempSync(join(tmpdir(), 'platform-streams-'));
  });
  afterEach(async () => {
    await closePair(pair);
    rmSync(folder, { recursive: true, force: true });
    expect(pair.warnings).to.deep.equal([]);
  });

  describe('fetch', () => {
    it('the body of an answer is a source, and a stream the body of an answer', async () => {
      const bytes = someBytes(3 * MiB);
      const server = await serve((_, response) => void response.end(bytes));
      pair.producer.handle('download', async () => (await fetch(server.url)).body ?? []);
      const response = new Response(pair.consumer.openStream('download').readable());
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).to.equal(true);
      await server.close();
    });

    it('a stream is the body of a request', async () => {
      const bytes = someBytes(MiB);
      pair.producer.handle('upload', () => new Blob([new Uint8Array(bytes)]).stream());
      const server = await serve((request, response) => {
        void readAll(request as AsyncIterable<Buffer>).then((parts) => {
          response.end(String(Buffer.concat(parts).equals(bytes)));
        });
      });
      const body = pair.consumer.openStream('upload').readable();
      const response = await fetch(server.url, { method: 'POST', body, duplex: 'half' } as RequestInit);
      expect(await response.text()).to.equal('true');
      await server.close();
    });

    it('a reader that leaves breaks off the download', async () => {
      let wasBrokenOff: () => void = () => undefined;
      const brokenOff = new Promise<void>((resolve) => {
        wasBrokenOff = resolve;
      });
      const server = await serve((_, response) => {
        response.on('close', wasBrokenOff);
        response.write('beginning');
      });
      pair.producer.handle('download', async () => (await fetch(server.url)).body ?? []);
      const reader = pair.consumer.openStream('download').readable().getReader();
      expect((await reader.read()).value).to.have.lengthOf(9);
      await reader.cancel();
      await brokenOff;
      await server.close();
    });

    it('a download that breaks off ends the stream loudly', async () => {
      const server = await serve((_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('beginning', () => response.destroy());
      });
      pair.producer.handle('download', async () => (await fetch(server.url)).body ?? []);
      const response = new Response(pair.consumer.openStream('download').readable());
      expect(await failureOf(response.text()))
        .to.be.instanceOf(CloseError)
        .and.to.include({ code: 5000 });
      await server.close();
    });
  });

  describe("a web stream's reader", () => {
    it('is read to its end, and its lock is given back', async () => {
      const { stream } = countedSource(3);
      pair.producer.handle('numbers', () => stream.getReader());
      expect(await readAll(pair.consumer.openStream('numbers'))).to.have.lengthOf(3);
      await settle();
      expect(stream.locked).to.equal(false);
    });

    it('may come as a promise, after what the handler itself has read of it', async () => {
      pair.producer.handle('rest', async () => {
        const reader = new Blob(['a']).stream().getReader();
        await reader.read();
        return reader;
      });
      expect(await readAll(pair.consumer.openStream('rest'))).to.deep.equal([]);
    });

    it('is cancelled when the stream is left, amid a read too', async () => {
      let cancelled: unknown;
      const stream = new ReadableStream<string>({
        start: (controller) => controller.enqueue('one'),
        cancel: (reason) => {
          cancelled = reason;
        },
      });
      pair.producer.handle('numbers', () => stream.getReader());
      for await (const record of pair.consumer.openStream('numbers')) {
        expect(record).to.have.lengthOf(3);
        break;
      }
      await settle();
      expect(cancelled).to.be.instanceOf(CloseError);
      expect(stream.locked).to.equal(false);
    });

    it('that reads into buffers of the caller is refused in words', async () => {
      pair.producer.handle('bytes', () => new Blob(['a']).stream().getReader({ mode: 'byob' }) as never);
      const { code, text } = await pair.consumer.openStream('bytes').closed;
      expect(code).to.equal(5000);
      expect(text).to.include('came ReadableStreamBYOBReader');
    });
  });

  describe('pipeline and compression', () => {
    it('a file comes compressed through a stream, and is written as it was', async () => {
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      writeFileSync(from, someBytes(2 * MiB));
      pair.producer.handle('file', () => createReadStream(from).pipe(createGzip()));
      await pipeline(Readable.from(pair.consumer.openStream('file')), createGunzip(), createWriteStream(to));
      expect(readFileSync(to).equals(readFileSync(from))).to.equal(true);
    });

    it('the same with what the web has', async () => {
      const bytes = someBytes(MiB);
      pair.producer.handle('file', () =>
        new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream('gzip')),
      );
      const unpacked = pair.consumer.openStream('file').readable().pipeThrough(new DecompressionStream('gzip'));
      expect(Buffer.from(await new Response(unpacked).arrayBuffer()).equals(bytes)).to.equal(true);
    });

    it('text is decoded across records', async () => {
      const bytes = Buffer.from('ä€𝄞');
      pair.producer.handle('text', () => Array.from(bytes, (byte) => Uint8Array.of(byte)));
      const text = pair.consumer.openStream('text').readable().pipeThrough(new TextDecoderStream());
      expect((await readAll(text as unknown as AsyncIterable<string>)).join('')).to.equal('ä€𝄞');
    });

    it('pipeline fails with the end of the stream, and destroys what it wrote to', async () => {
      pair.producer.handle('broken', async function* () {
        await Promise.resolve();
        yield 'one';
        throw new CloseError(4711, 'out of paper');
      });
      const to = createWriteStream(join(folder, 'to'));
      const source = Readable.from(pair.consumer.openStream('broken'));
      expect(await failureOf(pipeline(source, to))).to.include({ code: 4711 });
      expect(to.destroyed).to.equal(true);
    });

    it('pipeline that fails further on leaves the stream', async () => {
      const { seen, stream } = countedSource(Infinity);
      pair.producer.handle('file', () => stream);
      const opened = pair.consumer.openStream('file');
      const missing = createWriteStream(join(folder, 'no', 'such', 'folder'));
      expect(await failureOf(pipeline(Readable.from(opened), missing))).to.include({ code: 'ENOENT' });
      expect((await opened.closed).reason).to.equal('cancelled');
      await settle();
      expect(seen.cancelled).to.be.instanceOf(CloseError);
    });

    it('pipeline writes to a writer, through a transform', async () => {
      const from = join(folder, 'from');
      writeFileSync(from, someBytes(MiB));
      pair.bystander.subscribe('tickets', { callback: () => undefined });
      const stream = pair.consumer.openStream('tickets');
      const inbox = `${pair.consumer.id}${stream.id}`;
      const writable = Writable.fromWeb(pair.producer.newWriter(inbox).writable());
      const writing = pipeline(createReadStream(from), createGzip(), writable);
      const unpacked = stream.readable().pipeThrough(new DecompressionStream('gzip'));
      expect(Buffer.from(await new Response(unpacked).arrayBuffer()).equals(readFileSync(from))).to.equal(true);
      await writing;
    });
  });

  describe('memory', () => {
    const chunks = 192;
    const windowBytes = 256 * KiB;
    /** What may be under way: the window, and a chunk in each hand. */
    const underWayMax = windowBytes / (64 * KiB) + 4;
    beforeEach(async () => {
      await closePair(pair);
      pair = createPair({ consumer: { windowBytes } });
    });

    it('a web stream is read as fast as its slow reader reads, and no faster', async () => {
      const { seen, stream } = countedSource(chunks);
      pair.producer.handle('file', () => stream);
      const reader = pair.consumer.openStream('file').readable().getReader();
      let most = 0;
      for (let read = 0; ; read += 1) {
        // Every so often the reader rests, so that everything goes as far as it can.
        if (read % 64 === 0) await settle();
        most = Math.max(most, seen.made - read);
        if ((await reader.read()).done) break;
      }
      expect(seen.made).to.equal(chunks);
      expect(most).to.be.greaterThan(1).and.at.most(underWayMax);
    });

    it('so is one that is piped to a writer, by a slow pipeline', async () => {
      const { seen, stream } = countedSource(chunks);
      pair.producer.handle('file', () => {
        const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
        void stream.pipeTo(writable);
        return readable;
      });
      let taken = 0;
      let most = 0;
      await pipeline(Readable.from(pair.consumer.openStream('file')), async (records: AsyncIterable<Uint8Array>) => {
        for await (const record of records) {
          expect(record).to.have.lengthOf(64 * KiB);
          if (taken % 64 === 0) await settle();
          most = Math.max(most, seen.made - taken);
          taken += 1;
        }
      });
      expect(taken).to.equal(chunks);
      // The transform and Node's stream hold one each beside what is under way.
      expect(most)
        .to.be.greaterThan(1)
        .and.at.most(underWayMax + 4);
    });
  });
});
