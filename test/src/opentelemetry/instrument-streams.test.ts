import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { expect } from 'chai';
import { connect } from 'nats';
import { ConsumerClient } from '../../../src/consumer/consumer-client.js';
import { CloseError } from '../../../src/errors.js';
import { instrumentStreams } from '../../../src/opentelemetry/index.js';
import { startNatsServer } from '../../support/nats-server.js';
import { startOpenTelemetry } from '../../support/open-telemetry.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { startProcess } from '../../support/processes.js';
import { failureOf, readAll } from '../../support/read.js';
import { settle } from '../../support/settle.js';

describe('instrumentStreams', () => {
  let pair: Pair;
  let spans: InMemorySpanExporter;
  let telemetry: ReturnType<typeof startOpenTelemetry>;
  beforeEach(() => {
    spans = new InMemorySpanExporter();
    telemetry = startOpenTelemetry(spans);
    pair = createPair({ consumer: { windowRecords: 4 } });
    pair.producer.handle('count', async function* () {
      yield 'one';
      yield 'two';
      await Promise.resolve();
    });
  });
  afterEach(async () => {
    await closePair(pair);
    await telemetry.stop();
    expect(pair.warnings).to.deep.equal([]);
  });

  const spanNamed = (name: string): ReadableSpan => {
    const found = spans.getFinishedSpans().filter((span) => span.name === name);
    expect(found, name).to.have.lengthOf(1);
    return found[0]!;
  };
  const eventsOf = (span: ReadableSpan) => span.events.map(({ name }) => name);

  it('a stream has a span at each end, linked by its headers, with the attributes of messaging', async () => {
    instrumentStreams([pair.consumer, pair.producer]);
    const stream = pair.consumer.openStream('count');
    await readAll(stream);
    await settle();
    const [opened, served] = [spanNamed('open count'), spanNamed('serve count')];
    expect(opened.kind).to.equal(SpanKind.PRODUCER);
    expect(served.kind).to.equal(SpanKind.CONSUMER);
    expect(served.spanContext().traceId).to.equal(opened.spanContext().traceId);
    expect(served.parentSpanContext?.spanId).to.equal(opened.spanContext().spanId);
    const common = {
      'messaging.system': 'nats',
      'messaging.destination.name': 'count',
      'messaging.message.conversation_id': `${pair.consumer.id}${stream.id}`,
      'nats.stream.end.reason': 'completed',
      'nats.stream.end.code': 1000,
      'nats.stream.records': 2,
      'nats.stream.bytes': 6,
    };
    expect(opened.attributes).to.deep.equal({
      ...common,
      'messaging.operation.name': 'open',
      'messaging.operation.type': 'send',
    });
    expect(served.attributes).to.deep.equal({
      ...common,
      'messaging.operation.name': 'serve',
      'messaging.operation.type': 'process',
      'messaging.client.id': pair.consumer.id.slice(0, -1),
    });
    expect([opened, served].map(({ status }) => status.code)).to.deep.equal([
      SpanStatusCode.UNSET,
      SpanStatusCode.UNSET,
    ]);
  });

  it('the states of both machines are events of the spans', async () => {
    instrumentStreams([pair.consumer, pair.producer]);
    await readAll(pair.consumer.openStream('count'));
    await settle();
    expect(eventsOf(spanNamed('open count'))).to.deep.equal(['opening.waiting', 'active.listening', 'closed']);
    expect(eventsOf(spanNamed('serve count'))).to.deep.equal(['opening', 'active.flowing', 'finishing', 'closed']);
  });

  it("the application's spans are around and within them, across the steps of a generator", async () => {
    instrumentStreams([pair.consumer, pair.producer]);
    pair.producer.handle('work', async function* () {
      trace.getTracer('app').startSpan('first').end();
      yield 'one';
      await settle();
      trace.getTracer('app').startSpan('second').end();
    });
    const around = trace.getTracer('app').startSpan('around');
    await context.with(trace.setSpan(context.active(), around), () => readAll(pair.consumer.openStream('work')));
    await settle();
    expect(spanNamed('open work').parentSpanContext?.spanId).to.equal(around.spanContext().spanId);
    const serving = spanNamed('serve work').spanContext().spanId;
    for (const name of ['first', 'second']) expect(spanNamed(name).parentSpanContext?.spanId).to.equal(serving);
  });

  it('headers of the application travel beside its own', async () => {
    instrumentStreams(pair.consumer);
    pair.producer.handle('headers', ({ headers }) => [
      [...headers.keys()].sort().join(' '),
      headers.get('Tenant')!.join(),
    ]);
    const stream = pair.consumer.openStream('headers', undefined, { headers: { Tenant: ['red', 'blue'] } });
    expect(await readAll(stream.text())).to.deep.equal(['Tenant traceparent', 'red,blue']);
  });

  it('headers are found whatever their case', async () => {
    instrumentStreams(pair.producer);
    const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const headers = { Traceparent: `00-${traceId}-${spanId}-01` };
    await readAll(pair.consumer.openStream('count', undefined, { headers }));
    await settle();
    expect(spanNamed('serve count').parentSpanContext).to.include({ traceId, spanId });
  });

  it('ends that are failures are errors of both spans, and those of a reader that leaves are none', async () => {
    instrumentStreams([pair.consumer, pair.producer]);
    pair.producer.handle('broken', async function* () {
      await Promise.resolve();
      yield 'one';
      throw new CloseError(4711, 'out of paper');
    });
    await failureOf(readAll(pair.consumer.openStream('broken')));
    for await (const record of pair.consumer.openStream('count')) {
      expect(record).to.have.lengthOf(3);
      break;
    }
    await failureOf(readAll(pair.consumer.openStream('nobody')));
    await settle();
    for (const name of ['open broken', 'serve broken']) {
      const { status, attributes } = spanNamed(name);
      expect(status).to.deep.equal({ code: SpanStatusCode.ERROR, message: 'out of paper' });
      expect(attributes).to.include({ 'error.type': 'closed', 'nats.stream.end.code': 4711 });
    }
    expect(spanNamed('open nobody').attributes).to.include({ 'error.type': 'noResponders' });
    for (const name of ['open count', 'serve count']) {
      const { status, attributes } = spanNamed(name);
      expect(status.code).to.equal(SpanStatusCode.UNSET);
      expect(attributes['nats.stream.end.reason']).to.be.oneOf(['cancelled', 'completed']);
    }
  });

  it('a stream that cannot be opened is an error of its span', () => {
    instrumentStreams(pair.consumer);
    expect(() => pair.consumer.openStream('count', () => undefined))
      .to.throw()
      .with.property('code', 'notEncodable');
    const { status, attributes } = spanNamed('open count');
    expect(status.code).to.equal(SpanStatusCode.ERROR);
    expect(attributes).to.include({ 'error.type': 'notEncodable' });
  });

  it('streams, ends, records, bytes and stalls are counted, for those that go on too', async () => {
    instrumentStreams([pair.consumer, pair.producer]);
    let go: () => void = () => undefined;
    const going = new Promise<void>((resolve) => {
      go = resolve;
    });
    pair.producer.handle('long', async function* () {
      for (let n = 0; n < 8; n += 1) yield 'four';
      await going;
    });
    await readAll(pair.consumer.openStream('count'));
    await failureOf(readAll(pair.consumer.openStream('nobody')));
    const long = pair.consumer.openStream('long')[Symbol.asyncIterator]();
    await long.next();
    await settle();
    const during = await telemetry.metrics();
    expect(during).to.include({
      'nats.stream.open consumer': 1,
      'nats.stream.open producer': 1,
      'nats.stream.opened consumer': 3,
      'nats.stream.opened producer': 2,
      'nats.stream.ended consumer completed': 1,
      'nats.stream.ended consumer noResponders': 1,
      'nats.stream.ended producer completed': 1,
      'nats.stream.credit_stalls producer': 2,
    });
    expect(during['nats.stream.records consumer']).to.be.within(2 + 4, 2 + 5);
    for (let n = 1; n < 8; n += 1) await long.next();
    go();
    expect((await long.next()).done).to.equal(true);
    await settle();
    expect(await telemetry.metrics()).to.include({
      'nats.stream.open consumer': 0,
      'nats.stream.open producer': 0,
      'nats.stream.records consumer': 10,
      'nats.stream.records producer': 10,
      'nats.stream.io consumer': 38,
      'nats.stream.io producer': 38,
    });
  });

  it('the answers of heartbeats are measured', async () => {
    // A plain consumer is asked at once.
    await closePair(pair);
    pair = createPair({ consumer: { offerDelivery: false } });
    instrumentStreams(pair.producer);
    pair.producer.handle('long', ({ signal }) => [
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(''))),
    ]);
    const stream = pair.consumer.openStream('long');
    await stream.opened;
    await settle();
    expect(await telemetry.metrics()).to.include({ 'nats.stream.heartbeat.duration producer': 1 });
    stream.cancel();
    await settle();
  });

  it('costs nothing where it is not attached, or not any more: no span, no header, no observer', async () => {
    /** What one stream leaves: how many spans, headers of its request, and observers of its actors. */
    const cost = async () => {
      spans.reset();
      let headers = 0;
      const observers: number[] = [];
      const registration = pair.producer.handle('probe', (request) => {
        headers = request.headers.size;
        return [];
      });
      const stream = pair.consumer.openStream('probe');
      observers.push((stream.actor as unknown as { readonly observers: Set<unknown> }).observers.size);
      await stream.closed;
      await settle();
      registration.stop();
      return { spans: spans.getFinishedSpans().length, headers, observers };
    };
    const before = await cost();
    expect(before).to.deep.equal({ spans: 0, headers: 0, observers: [1] });
    const instrumentation = instrumentStreams([pair.consumer, pair.producer]);
    expect(await cost()).to.deep.equal({ spans: 2, headers: 1, observers: [2] });
    instrumentation.stop();
    expect(await cost()).to.deep.equal(before);
    expect(
      Object.keys(await telemetry.metrics()).filter((name) => name.startsWith('nats.stream.records')),
    ).to.deep.equal([]);
  });

  it('refuses what is no client, and options that mean nothing', () => {
    expect(() => instrumentStreams({} as never)).to.throw('client: expected a ConsumerClient or a ProducerClient');
    expect(() => instrumentStreams([])).to.throw('clients: expected one at least, came none');
    expect(() => instrumentStreams(pair.consumer, { tracer: 1 } as never)).to.throw('tracer');
  });

  it('the context crosses processes', async () => {
    const server = await startNatsServer();
    const producing = startProcess('instrumented-producer-process', { url: server.url });
    await producing.until('ready');
    const connection = await connect({ servers: server.url });
    const consumer = new ConsumerClient({ connection });
    instrumentStreams(consumer);
    await readAll(consumer.openStream('count'));
    const { spanId, traceId } = spanNamed('open count').spanContext();
    const served = await producing.until('span', ({ name }) => name === 'serve count');
    expect(served).to.include({ traceId, parentId: spanId });
    const work = await producing.until('span', ({ name }) => name === 'work');
    expect(work).to.include({ traceId, parentId: served.spanId });
    await consumer.close();
    await connection.close();
    await producing.kill();
    await server.kill();
  });
});
