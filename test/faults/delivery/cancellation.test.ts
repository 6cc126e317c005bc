import { expect } from 'chai';
import { startScene, type Scene } from '../../support/scene.js';
import { tell } from '../../support/tally.js';

const cancelCount = 1_000;
const hourMs = 3_600_000;

/** No heartbeat but the first one comes within a test, so that none can be what stops a source. */
const rareTiming = {
  heartbeatIntervalMs: hourMs,
  heartbeatRequestTimeoutMs: hourMs,
  silenceTimeoutMs: 4 * hourMs,
  openTimeoutMs: 4 * hourMs,
} as const;

describe('1,000 streams that are cancelled', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it('each abort their source within one trip of a message, and no heartbeat comes meanwhile', async () => {
    const [forConsumer, forProducer] = [await scene.connect(), await scene.connect()];
    const producer = await scene.producer({ connection: forProducer, ...rareTiming });
    const abortedAtMs = new Map<string, number>();
    producer.handle('endless', async function* ({ streamId, signal }) {
      signal.addEventListener('abort', () => abortedAtMs.set(streamId, performance.now()));
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await forProducer.flush();
    const consumer = await scene.consumer({ connection: forConsumer, ...rareTiming });
    let heartbeats = 0;
    forConsumer.subscribe('_HEARTBEAT.>', { callback: () => void (heartbeats += 1) });
    // A message from the consumer's connection to the producer's, which takes the way of a cancellation.
    let raw: () => void = () => undefined;
    forProducer.subscribe('raw', { callback: () => raw() });
    await forProducer.flush();

    const tripsMs: number[] = [];
    const cancelsMs: number[] = [];
    let heartbeatsMeanwhile = 0;
    for (let run = 0; run < cancelCount; run += 1) {
      const stream = consumer.openStream('endless');
      await stream[Symbol.asyncIterator]().next();
      // A new stream may bring a heartbeat. What is under way has come when the server's answers to both have.
      await forProducer.flush();
      await forConsumer.flush();
      const heartbeatsBefore = heartbeats;
      const sentAtMs = performance.now();
      await new Promise<void>((resolve) => {
        raw = resolve;
        forConsumer.publish('raw');
      });
      tripsMs.push(performance.now() - sentAtMs);

      const cancelledAtMs = performance.now();
      stream.cancel();
      // Messages of one connection to another keep their order: what was sent before this has come when this has.
      await new Promise<void>((resolve) => {
        raw = resolve;
        forConsumer.publish('raw');
      });
      expect(abortedAtMs.has(stream.id), `cancellation ${run}, one trip later`).to.equal(true);
      heartbeatsMeanwhile += heartbeats - heartbeatsBefore;
      cancelsMs.push((abortedAtMs.get(stream.id) ?? 0) - cancelledAtMs);
    }
    tell(
      `${abortedAtMs.size} of ${cancelCount} sources aborted within one trip; ` +
        `median ${medianOf(cancelsMs)} ms, a raw message ${medianOf(tripsMs)} ms; ` +
        `${heartbeatsMeanwhile} heartbeats meanwhile`,
    );
    expect(abortedAtMs.size).to.equal(cancelCount);
    expect(heartbeatsMeanwhile).to.equal(0);
    expect(producer.streams).to.deep.equal([]);
    expect(scene.warnings).to.deep.equal([]);
  });
});

function medianOf(values: readonly number[]): string {
  return (values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0).toFixed(2);
}
