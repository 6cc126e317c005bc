/**
 * How long it takes to check a million trace events against the machines: `npm run bench:conformance`, with
 * `-- --events=100000` for fewer. Each trace is checked in parts of growing size: what an event costs must not grow. They
 * are those of clients that open one short stream after the other, that have thousands of streams open at once, and of
 * many clients; the last two also with a hole in every twenty events.
 */
import type * as Package from '../../src/index.js';
import type * as Testing from '../../src/testing/index.js';
import type * as Tracing from '../../src/tracing/index.js';
import type { TraceEvent } from '../../src/tracing/index.js';
import { built } from '../support/bench.js';

const { ConsumerClient, ProducerClient } = (await built('index.js')) as typeof Package;
const { conforms, createTestBroker, createTestClock, protocolSystem } = (await built(
  'testing/index.js',
)) as typeof Testing;
const { createTracer } = (await built('tracing/index.js')) as typeof Tracing;

const given = process.argv.find((argument) => argument.startsWith('--events='));
const wanted = Number(given?.slice('--events='.length) ?? 1_000_000);

interface Scene {
  readonly consumers: number;
  /** Of each consumer, at once. */
  readonly streams: number;
  /** Whether streams stay open to the end; else new ones follow. */
  readonly areLong: boolean;
}

async function traceOf({ consumers, streams, areLong }: Scene, size: number): Promise<readonly TraceEvent[]> {
  const clock = createTestClock();
  const broker = createTestBroker({ clock, delayMs: [1, 5] });
  const tracer = createTracer({ source: 'simulated', clock, eventsMax: 1_000_000 });
  const trace: TraceEvent[] = [];
  const stop = tracer.listen((events) => {
    for (const event of events) trace.push(event);
  });
  const producer = new ProducerClient({ ...broker.clientOptions('producer'), tracer });
  producer.handle('numbers', async function* ({ signal }) {
    for (let number = 0; number < 5; number += 1) yield `${number}`;
    if (areLong) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  await clock.advance(0);
  const clients = Array.from({ length: consumers }, (_, index) => {
    return new ConsumerClient({ ...broker.clientOptions(`consumer ${index}`), tracer });
  });
  const open = () => {
    for (const consumer of clients) {
      for (let index = 0; index < streams; index += 1) {
        consumer.openStream('numbers', undefined, { onRecord: () => undefined });
      }
    }
  };
  open();
  while (trace.length < size) {
    await clock.advance(100);
    if (!areLong) open();
  }
  stop();
  trace.length = Math.min(trace.length, size);
  return trace;
}

/** As where a listener is too slow now and then. */
function withHoles(trace: readonly TraceEvent[]): readonly TraceEvent[] {
  let seq = 0;
  return trace.slice(0, (trace.length * 20) / 21).flatMap((event, index): TraceEvent[] => {
    if (event.type === 'run') return [event];
    const isHole = index % 20 === 0;
    seq += isHole ? 2 : 1;
    const own: TraceEvent = { ...event, seq };
    return isHole ? [{ type: 'gap', dropped: 1, seq: seq - 1, at: 'at' in event ? event.at : 0 }, own] : [own];
  });
}

function check(name: string, trace: readonly TraceEvent[]): void {
  for (const size of [trace.length / 10, trace.length / 3, trace.length]) {
    const part = trace.slice(0, size);
    const before = process.cpuUsage();
    const { counts } = conforms(part, protocolSystem({ faults: { drop: 1 } })).assert();
    const { user, system } = process.cpuUsage(before);
    console.log(
      `${name}: ${part.length} trace events in ${((user + system) / 1e6).toFixed(1)} s of processor time, ` +
        `${((user + system) / part.length).toFixed(1)} µs each; ${counts.judged} of ${counts.steps} steps judged`,
    );
  }
}

const scenes: readonly (readonly [name: string, scene: Scene, hasHoles: boolean])[] = [
  ['short streams', { consumers: 1, streams: 20, areLong: false }, false],
  ['4,000 streams at once', { consumers: 1, streams: 4_000, areLong: true }, true],
  ['1,600 consumers', { consumers: 1_600, streams: 1, areLong: true }, true],
];
for (const [name, scene, hasHoles] of scenes) {
  // The tracing of so many takes longer than the check.
  const trace = await traceOf(scene, hasHoles ? wanted / 4 : wanted);
  check(name, trace);
  if (hasHoles) check(`${name}, with holes`, withHoles(trace));
}
