import { expect } from 'chai';
import { CloseError } from '../../../src/errors.js';
import type { ProducerStream } from '../../../src/producer/producer-stream.js';
import { decodeOpenRequest } from '../../../src/wire/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';
import { settle } from '../../support/settle.js';

for (const offerDelivery of [true, false]) {
  describe(`writer.writable(), ${offerDelivery ? 'with delivery' : 'to a plain reader'}`, () => {
    let pair: Pair;
    beforeEach(() => {
      pair = createPair({ consumer: { offerDelivery, recordBytesMax: 1_000 } });
    });
    afterEach(() => closePair(pair));

    /** A stream that the application registered itself, with its reader. */
    const open = async () => {
      const registered = new Promise<ProducerStream>((resolve) => {
        pair.bystander.subscribe('tickets', {
          callback: (_, message) => {
            const request = decodeOpenRequest(message.data);
            if (request.type === 'malformed') throw new Error('expected a request');
            const { consumerId, streamId, extension: { delivery } = {} } = request;
            expect(delivery !== undefined).to.equal(offerDelivery);
            const extended = delivery === undefined ? {} : { delivery, exact: true };
            resolve(pair.producer.addStream({ subject: 'tickets', consumerId, streamId, ...extended }));
          },
        });
      });
      const stream = pair.consumer.openStream('tickets');
      return { stream, produced: await registered };
    };

    it('chunks are written as what a handler yields, and its close is the end', async () => {
      const { stream, produced } = await open();
      const writer = produced.writer.writable().getWriter();
      void writer.write('text');
      void writer.write(Uint8Array.of(0x61));
      void writer.write({ n: 1 });
      await writer.close();
      expect(await readAll(stream.text())).to.deep.equal(['text', 'a', '{"n":1}']);
      expect((await stream.closed).reason).to.equal('completed');
    });

    it('aborting it closes the stream with 5000 and the reason', async () => {
      const { stream, produced } = await open();
      const writer = produced.writer.writable().getWriter();
      await writer.write('one');
      await writer.abort(new Error('the disk is gone'));
      expect(await stream.closed).to.include({ code: 5000, text: 'the disk is gone', records: 1 });
    });

    it('aborting it with a CloseError closes the stream with its code, and without a reason says what happened', async () => {
      const { stream, produced } = await open();
      await produced.writer.writable().abort(new CloseError(4711, 'sold out'));
      expect(await stream.closed).to.include({ code: 4711, text: 'sold out' });
      await settle();
    });

    it('aborting it without a reason says what happened', async () => {
      const { stream, produced } = await open();
      await produced.writer.writable().abort();
      expect(await stream.closed).to.include({ code: 5000, text: 'the writable was aborted' });
    });

    it('fails when its stream is ended from outside, though nothing is written', async () => {
      const { stream, produced } = await open();
      const writer = produced.writer.writable().getWriter();
      await writer.write('one');
      await settle();
      expect(produced.signal.aborted).to.equal(false);
      pair.producer.removeStream(produced.info.consumerId, produced.info.streamId);
      expect(await failureOf(writer.closed)).to.equal(produced.signal.reason);
      expect(await failureOf(writer.write('two'))).to.equal(produced.signal.reason);
      await stream.closed;
    });

    it('of a stream that is over already fails at once', async () => {
      const { produced } = await open();
      pair.producer.removeStream(produced.info.consumerId, produced.info.streamId);
      expect(await failureOf(produced.writer.writable().getWriter().closed)).to.equal(produced.signal.reason);
    });

    it('a chunk that cannot be written ends the stream for its reader too, and cancels what is piped', async () => {
      const { stream, produced } = await open();
      let cancelled: unknown;
      const source = new ReadableStream<unknown>({
        pull: (controller) => controller.enqueue(() => 'no value'),
        cancel: (reason) => {
          cancelled = reason;
        },
      });
      const error = await failureOf(source.pipeTo(produced.writer.writable()));
      expect(error).to.include({ code: 'notEncodable' });
      expect(cancelled).to.equal(error);
      expect(await stream.closed).to.include({ code: 5000, text: (error as Error).message });
    });

    it('a pipe that its own side aborts ends the stream with 5000', async () => {
      const { stream, produced } = await open();
      const controller = new AbortController();
      const source = new ReadableStream<string>({ start: (given) => given.enqueue('one') });
      const piping = failureOf(source.pipeTo(produced.writer.writable(), { signal: controller.signal }));
      await settle();
      controller.abort(new Error('enough'));
      await piping;
      expect(await stream.closed).to.include({ code: 5000, text: 'enough' });
    });

    it('a writer that is closed beside it makes it fail with the next chunk', async () => {
      const { stream, produced } = await open();
      const writer = produced.writer.writable().getWriter();
      await produced.writer.close();
      expect(await failureOf(writer.write('late'))).to.include({ code: 'writerClosed' });
      expect((await stream.closed).reason).to.equal('completed');
    });
  });
}

describe('writer.writable() and its reader', () => {
  it('a reader that leaves cancels what is piped, though that waits for its source', async () => {
    const pair = createPair();
    let cancelled: unknown;
    const source = new ReadableStream<string>({
      start: (controller) => controller.enqueue('one'),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    let piping: Promise<unknown> | undefined;
    pair.bystander.subscribe('tickets', {
      callback: (_, message) => {
        const request = decodeOpenRequest(message.data);
        if (request.type === 'malformed') throw new Error('expected a request');
        const { consumerId, streamId, extension } = request;
        const { writer } = pair.producer.addStream({
          subject: 'tickets',
          consumerId,
          streamId,
          delivery: extension!.delivery!,
          exact: true,
        });
        piping = failureOf(source.pipeTo(writer.writable()));
      },
    });
    const stream = pair.consumer.openStream('tickets');
    for await (const record of stream.text()) {
      expect(record).to.equal('one');
      break;
    }
    await settle();
    const error = await piping;
    expect(error).to.be.instanceOf(CloseError).and.to.include({ reason: 'cancelled' });
    expect(cancelled).to.equal(error);
    await closePair(pair);
  });
});

describe('writer.writable() to any subject', () => {
  it('is piped to, and its close arrives', async () => {
    const pair = createPair();
    const received: string[] = [];
    pair.bystander.subscribe('elsewhere', {
      callback: (_, message) => void received.push(new TextDecoder().decode(message.data)),
    });
    await new Blob(['a']).stream().pipeTo(pair.consumer.newWriter('elsewhere').writable());
    await settle();
    expect(received).to.have.lengthOf(2);
    expect(received[0]).to.equal('{"type":1,"data":"YQ=="}');
    await closePair(pair);
  });
});
