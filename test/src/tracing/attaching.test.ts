import { expect } from 'chai';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';
import type { Warning } from '../../../src/host/warnings.js';
import {
  collectTraces,
  createTracer,
  traceOverNats,
  type ClientTrace,
  type TracedClient,
  type TraceEvent,
} from '../../../src/tracing/index.js';
import { closePair, createPair, createTestBroker } from '../../support/pair.js';

const silent: ClientTrace = { inspect: undefined, tap: undefined };

for (const [role, Client] of [
  ['consumer', ConsumerClient],
  ['producer', ProducerClient],
] as const) {
  describe(`a tracer of a ${role}`, () => {
    it('is attached when the client is complete: all that it may ask for has an answer', async () => {
      const seen: { actors: string[]; streams: number; subscriptions: number; stream: unknown }[] = [];
      const broker = createTestBroker();
      const tracer = {
        attach: (client: TracedClient) => {
          seen.push({
            actors: Array.from(client.actors(), ({ id }) => id),
            streams: [...client.streams()].length,
            subscriptions: broker.subscriptionCount,
            stream: client.streamOf('nobody'),
          });
          return silent;
        },
      };
      const connection = broker.connect();
      const client = new Client({ connection, tracer });
      expect(seen).to.have.length(1);
      expect(seen[0]).to.include({ streams: 0, stream: undefined });
      expect(seen[0]?.actors).to.deep.equal([client.actor.id]);
      await client.close();
    });

    it('that throws is a warning, and the client works without it', async () => {
      const warnings: Warning[] = [];
      const error = new Error('no');
      const client = new Client({
        connection: createTestBroker().connect(),
        onWarning: (warning) => void warnings.push(warning),
        tracer: {
          attach: () => {
            throw error;
          },
        },
      });
      expect(warnings).to.deep.equal([
        { code: 'callbackThrew', message: 'the tracer threw as it was attached', error },
      ]);
      expect(client.actor.getSnapshot().status).to.equal('active');
      await client.close();
    });

    it('that is listened to tells of the client and its actor at once, each once, and of its steps', async () => {
      const tracer = createTracer({ flushMs: 0 });
      const events: TraceEvent[] = [];
      tracer.listen((batch) => void events.push(...batch));
      const client = new Client({ connection: createTestBroker().connect(), tracer });
      expect(events.map(({ type }) => type)).to.deep.equal(['run', 'system', 'machine', 'actor']);
      expect(events[3]).to.include({ system: role, actor: client.actor.id });
      await client.close();
      expect(events.filter(({ type }) => type === 'actor')).to.have.length(1);
      expect(events.filter(({ type }) => type === 'step')).not.to.be.empty;
    });
  });
}

describe('what is disposable', () => {
  it('takes no more requests when a registration is disposed of', async () => {
    const pair = createPair();
    const registration = pair.producer.handle('x', () => ['record']);
    await registration.ready;
    registration[Symbol.dispose]();
    registration[Symbol.dispose]();
    const { reason } = await pair.consumer.openStream('x').closed;
    expect(reason).to.equal('noResponders');
    await closePair(pair);
  });

  it('lets the tracer go when a collector is disposed of, and its collectors when a publication is', async () => {
    for (const isOfTracer of [true, false]) {
      const tracer = createTracer();
      const pair = createPair(isOfTracer ? { consumer: { tracer } } : {});
      for (const connection of [pair.consumerConnection, pair.producerConnection]) await connection.flush();
      const before = pair.broker.subscriptionCount;
      const publication = isOfTracer
        ? traceOverNats(tracer, { connection: pair.bystander })
        : traceOverNats(pair.consumer, { connection: pair.bystander });
      const collector = await new Promise<ReturnType<typeof collectTraces>>((resolve) => {
        const made = collectTraces(pair.bystander, (events) => {
          if (events.some(({ type }) => type === 'actor')) resolve(made);
        });
      });
      expect(publication.collectors).to.equal(1);
      collector[Symbol.dispose]();
      collector[Symbol.dispose]();
      await pair.bystander.flush();
      expect(publication.collectors).to.equal(0);
      publication[Symbol.dispose]();
      publication[Symbol.dispose]();
      await pair.bystander.flush();
      expect(pair.broker.subscriptionCount).to.equal(before);
      await closePair(pair);
    }
  });

  it('ends what a listener of a tracer is given when what listen() gave is disposed of', () => {
    const tracer = createTracer({ flushMs: 0 });
    const texts: string[] = [];
    const stop = tracer.listen((events) => {
      texts.push(...events.flatMap((event) => (event.type === 'mark' ? [event.text] : [])));
    });
    tracer.mark('heard');
    stop[Symbol.dispose]();
    tracer.mark('unheard');
    expect(texts).to.deep.equal(['heard']);
    expect(tracer.isListening).to.equal(false);
  });

  it('trace events go where the connection of the options is, of clients and of a tracer, which needs one', async () => {
    const pair = createPair();
    const other = createTestBroker();
    const publication = traceOverNats([pair.consumer], { connection: other.connect() });
    await pair.bystander.flush();
    // One for asks, and one whose absence tells collectors that the process is gone.
    expect(other.subscriptionCount).to.equal(2);
    publication.stop();
    for (const connection of [undefined, null, 'nats://127.0.0.1', {}, { publish: () => undefined }]) {
      expect(() => traceOverNats(createTracer(), { connection } as never)).to.throw(
        'connection: expected a NATS connection, came',
      );
    }
    expect(() => traceOverNats(createTracer(), undefined as never)).to.throw('connection: expected a NATS connection');
    expect(() => traceOverNats(pair.consumer, { connection: {} } as never)).to.throw('connection: expected a NATS');
    await closePair(pair);
  });
});
