/**
 * How long it takes to check a million trace events against the machines: `npm run bench:conformance`, with
 * `-- --events=100000` for fewer. They are those of clients that open one short stream after the other.
 */
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { conforms, createTestBroker, createTestClock, protocolSystem } from '../../src/testing/index.js';
import { createTracer, type TraceEvent } from '../../src/tracing/index.js';

const given = process.argv.find((argument) => argument.startsWith('--events='));
const wanted = Number(given?.slice('--events='.length) ?? 1_000_000);
const streamsAtOnce = 20;

const clock = createTestClock();
const broker = createTestBroker({ clock, delayMs: [1, 5] });
const tracer = createTracer({ source: 'simulated', clock, eventsMax: 1_000_000 });
const trace: TraceEvent[] = [];
const stop = tracer.listen((events) => {
  for (const event of events) trace.push(event);
});
const producer = new ProducerClient({ ...broker.clientOptions('producer'), tracer });
const consumer = new ConsumerClient({ ...broker.clientOptions('consumer'), tracer });
producer.handle('numbers', function* () {
  for (let number = 0; number < 5; number += 1) yield `${number}`;
});
await clock.advance(0);
while (trace.length < wanted) {
  for (let index = 0; index < streamsAtOnce; index += 1) {
    consumer.openStream('numbers', undefined, { onRecord: () => undefined });
  }
  await clock.advance(100);
}
stop();
trace.length = Math.min(trace.length, wanted);

console.log(`${trace.length} trace events are there`);
for (const size of [trace.length / 10, trace.length]) {
  const part = trace.slice(0, size);
  const startedAt = performance.now();
  const { ok, counts } = conforms(part, protocolSystem({ faults: { drop: 1 } })).assert();
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = Math.round(part.length / seconds);
  console.log(
    `${part.length} trace events in ${seconds.toFixed(1)} s, ${rate} a second: ` +
      `${counts.steps} steps, ${counts.transitions} computed, ${ok ? 'conforms' : 'does not conform'}`,
  );
}
