import { ConsumerClient } from '../../../src/consumer/consumer-client.js';
import type { ConsumerStream } from '../../../src/consumer/consumer-stream.js';
import { ProducerClient } from '../../../src/producer/producer-client.js';
import { inboxSubject } from '../../../src/wire/index.js';
import type { ConsumerPeer, ProducerPeer, Timing } from './peer.js';
import type { SimulatedProcess } from './process.js';
import type { TraceLog } from './trace-log.js';
import { decodeWorkload, encodeWorkload, pause, recordOf } from './workload.js';

function durationsOf({ silenceTimeoutMs, ...timing }: Timing) {
  return { ...timing, silenceTimeoutMs, openTimeoutMs: silenceTimeoutMs };
}

/** Takes records as a reader does that needs so long for each, and ends when the stream ends. */
async function readAll(stream: ConsumerStream, { clock }: SimulatedProcess, readEveryMs: number): Promise<void> {
  try {
    for await (const record of stream) {
      if (readEveryMs > 0 && record.length > 0) await pause(clock, readEveryMs);
    }
  } catch {
    // How the stream ended is in the records.
  }
}

/** This package's consumer: the client that runs in production. */
export function createOurConsumer(
  process: SimulatedProcess,
  randomBytes: (length: number) => Uint8Array,
  timing: Timing,
  log: TraceLog,
): ConsumerPeer {
  const { connection, clock, name } = process;
  const client = new ConsumerClient({
    connection,
    clock,
    randomBytes,
    ...durationsOf(timing),
    offerDelivery: true,
    // Small enough to be seen: a slow reader has its source wait after so many records.
    windowRecords: 32,
    bufferedRecordsMax: 64,
    tracer: log.tracer.named(name),
  });
  const streams = new Map<string, ConsumerStream>();
  return {
    role: 'consumer',
    process,
    inboxOf: (stream) => {
      const found = streams.get(stream);
      return found === undefined ? undefined : inboxSubject(client.id, found.id);
    },
    open: ({ name: label, subject, workload, readEveryMs }) => {
      const stream = client.openStream(subject, encodeWorkload(workload));
      streams.set(label, stream);
      void readAll(stream, process, readEveryMs);
    },
    cancel: (stream) => streams.get(stream)?.cancel(`${name} has read enough`),
    close: () => void client.drain(),
  };
}

/** This package's producer: the client that runs in production. */
export function createOurProducer(
  process: SimulatedProcess,
  subjects: readonly string[],
  randomBytes: (length: number) => Uint8Array,
  timing: Timing,
  log: TraceLog,
): ProducerPeer {
  const { connection, clock, name } = process;
  const client = new ProducerClient({
    connection,
    clock,
    randomBytes,
    ...durationsOf(timing),
    // The Go consumers of a simulation have the same buffer.
    peerCancellationBufferMs: timing.cancellationBufferMs,
    tracer: log.tracer.named(name),
  });
  const finished = new Set<string>();
  for (const subject of subjects) {
    client.handle(subject, async function* ({ body, consumerId, streamId, signal }) {
      const workload = decodeWorkload(body);
      const inbox = inboxSubject(consumerId, streamId);
      for (let index = 0; index < (workload.records ?? Infinity) && !finished.has(inbox); index += 1) {
        await pause(clock, workload.everyMs, signal);
        if (signal.aborted) return;
        yield recordOf(index, workload);
      }
    });
  }
  return {
    role: 'producer',
    process,
    finish: (inbox) => void finished.add(inbox),
    close: () => void client.drain(),
  };
}
