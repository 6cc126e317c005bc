import { expect } from 'chai';
import { ConsumerClient, ProducerClient, StreamError, type Handling, type Registration } from '../../../src/index.js';
import { createMemoryBroker, type Delivery, type RoutedMessage } from '../../../src/memory-broker/index.js';
import * as tracing from '../../../src/tracing/index.js';
import type * as former from '../../../src/tracing/deprecated.js';
import type { TraceViolation, ViolationRecord } from '../../../src/testing/index.js';
import { closePair, createPair } from '../../support/pair.js';

/* eslint-disable @typescript-eslint/no-deprecated -- what is deprecated is the subject here. */

/** Compiles where both are the same type. */
function same<One, Other extends One>(..._fits: [One] extends [Other] ? [] : [never]): void {
  return undefined;
}

const typesOf = (events: readonly tracing.TraceEvent[]) => [...new Set(events.map(({ type }) => type))];

describe('former names of tracing', () => {
  it('are the same types', () => {
    same<former.Recorder, tracing.Tracer>();
    same<former.RecorderOptions, tracing.TracerOptions>();
    same<former.RecordListener, tracing.TraceListener>();
    same<former.AnyRecord, tracing.TraceEvent>();
    same<former.StepRecord, tracing.TraceStep>();
    same<former.RecordDraft, tracing.TraceEventDraft>();
    same<former.ClientRecorder, tracing.ClientTracer>();
    same<former.MessageEar, tracing.MessageTap>();
    same<Handling, Registration>();
    same<Delivery, RoutedMessage>();
    same<ViolationRecord, TraceViolation>();
  });

  it('are the same values', () => {
    expect(tracing.createRecorder).to.equal(tracing.createTracer);
    expect(tracing.collectOverNats).to.equal(tracing.collectTraces);
    expect(tracing.recordVersion).to.equal(tracing.traceVersion);
  });

  it('a client takes its tracer as recorder too, and not under both names', async () => {
    const recorder = tracing.createRecorder({ flushMs: 0 });
    const events: former.AnyRecord[] = [];
    recorder.listen((batch) => void events.push(...batch));
    const pair = createPair({ consumer: { recorder }, producer: { recorder } });
    expect(events.flatMap((event) => (event.type === 'system' ? [event.system] : []))).to.deep.equal([
      'consumer',
      'producer',
    ]);
    await closePair(pair);
    const both = { connection: pair.bystander, tracer: recorder, recorder };
    for (const Client of [ConsumerClient, ProducerClient]) {
      expect(() => new Client(both)).to.throw(
        StreamError,
        'recorder: expected no former name beside tracer, came both',
      );
      expect(() => new Client({ connection: pair.bystander, recorder: {} as never })).to.throw(
        StreamError,
        'recorder: expected an object with the methods attach',
      );
    }
  });

  it('recordsMax bounds what waits, and does not stand beside eventsMax', () => {
    const tracer = tracing.createTracer({ recordsMax: 10, flushMs: 0 });
    const events: tracing.TraceEvent[] = [];
    const stop = tracer.listen((batch) => {
      events.push(...batch);
      // Busy for ever with the first batch.
      return new Promise(() => undefined);
    });
    for (let n = 0; n < 100; n += 1)
      tracer.write({ type: 'counts', system: 's', actor: 'a', stream: 'x', records: n, bytes: n });
    stop();
    expect(events.filter(({ type }) => type === 'counts')).to.have.length(10);
    const both = { recordsMax: 1, eventsMax: 1 };
    const text = 'recordsMax: expected no former name beside eventsMax, came both';
    expect(() => tracing.createTracer(both)).to.throw(StreamError, text);
    const connection = createMemoryBroker().connect();
    expect(() => tracing.collectTraces(connection, () => undefined, both)).to.throw(StreamError, text);
    expect(() => tracing.createTracer({ recordsMax: -1 })).to.throw(StreamError, 'recordsMax: expected a number of at');
  });

  for (const form of ['a tracer and a connection', 'a client', 'clients and options'] as const) {
    it(`inspectOverNats takes ${form}, as it did`, async () => {
      const recorder = tracing.createRecorder();
      const pair = createPair(form === 'a tracer and a connection' ? { consumer: { recorder } } : {});
      const inspection: former.InspectionOverNats =
        form === 'a tracer and a connection'
          ? tracing.inspectOverNats(recorder, pair.bystander, { process: 'shop', subject: 'a.b' })
          : form === 'a client'
            ? tracing.inspectOverNats(pair.consumer)
            : tracing.inspectOverNats([pair.consumer], { subject: 'a.b' });
      const events: tracing.TraceEvent[] = [];
      const arrived = new Promise<void>((resolve) => {
        const collector = tracing.collectOverNats(
          pair.bystander,
          (batch) => {
            events.push(...batch);
            if (!typesOf(events).includes('actor')) return;
            collector.stop();
            resolve();
          },
          form === 'a client' ? {} : { subject: 'a.b' },
        );
      });
      await arrived;
      expect(typesOf(events)).to.include.members(['run', 'system', 'machine', 'actor']);
      inspection.stop();
      await closePair(pair);
    });
  }

  it('subjects and messages are what they were, so that old collectors and processes are understood', async () => {
    const pair = createPair();
    const publication = tracing.traceOverNats(pair.consumer, { process: 'shop' });
    const first = new Promise<object>((resolve) => {
      pair.bystander.subscribe('nats-stream.records.to.old', {
        callback: (_, { data }) => {
          const batch = JSON.parse(new TextDecoder().decode(data)) as { readonly records: readonly object[] };
          if (batch.records.length > 0) resolve(batch);
        },
      });
    });
    pair.bystander.publish('nats-stream.records.ask', JSON.stringify({ token: 'old', isOver: false }));
    const batch = (await first) as { readonly records: readonly object[] };
    expect(batch).to.include.all.keys('process', 'instance', 'isOver', 'records');
    expect(batch).to.include({ process: 'shop', isOver: false });
    expect(batch.records[0]).to.include({ type: 'run', version: 1, source: 'live', unit: 'ms' });
    publication.stop();
    await closePair(pair);
  });
});
