import { ConsumerClient } from '../../src/consumer/consumer-client.js';
import type { MemoryConnection } from '../../src/memory-broker/index.js';
import { ProducerClient } from '../../src/producer/producer-client.js';
import type { StreamRequest } from '../../src/producer/stream-request.js';
import { createTestBroker, createTestClock, type TestClock } from '../../src/testing/index.js';
import { alter } from './future-peer.js';
import { createGoConsumer, createGoProducer, type GoRequest } from './go-peer.js';

/** Ours with everything, ours without any extension, and the Go package's as `go-peer.ts` has it. */
export const consumers = ['extended', 'plain', 'go'] as const;
export const producers = ['extended', 'plain', 'go'] as const;

export interface PairPlan {
  /** How many bytes each record has. */
  readonly sizes: readonly number[];
  /** How the stream ends: by its source, or by its reader while the source would go on. */
  readonly end: 'return' | 'throw' | 'cancel' | 'deadline';
  /** After how many records the reader cancels. */
  readonly leaveAfter: number;
  readonly windowRecords: number;
  /** The longest delay of a message. */
  readonly delayMs: number;
  /** How long the source pauses after each record. */
  readonly paceMs: number;
  readonly brokerSeed: number;
  /** The probabilities with which a frame is lost, and comes twice. None unless told. */
  readonly loss?: number;
  readonly duplicate?: number;
  /** Whether both peers are of a later version. */
  readonly isFromTheFuture?: boolean;
}

export interface PairOutcome {
  /** The sizes of the records that came, each checked for its content. */
  readonly records: readonly number[];
  readonly code: number | undefined;
  readonly reason: string | undefined;
  readonly isSourceStopped: boolean;
  /** Whether reader, source and clients came to their end in due time. */
  readonly isOver: boolean;
  /** Which frames went to the inbox of the stream and, from it, to its producer. */
  readonly kinds: readonly ('plain' | 'extended')[];
  /** What was changed on the way, where the peers are from the future. */
  readonly changed: readonly string[];
  readonly escaped: readonly unknown[];
}

/** What one end says of a stream. */
interface End {
  /** Resolves when nothing more will come about. */
  readonly over: Promise<void>;
}

/** The record of a number: its bytes tell which it is. */
function recordOf(number: number, size: number): Uint8Array {
  return new Uint8Array(size).map((_, index) => (number * 31 + index) % 251);
}

function isRecord(data: Uint8Array, number: number): boolean {
  return Buffer.compare(data, recordOf(number, data.length)) === 0;
}

const deadlineMs = 2_000;
const subject = 'subject';

/** Runs one stream between two peers to its end. */
export async function runPair(
  consumer: (typeof consumers)[number],
  producer: (typeof producers)[number],
  plan: PairPlan,
): Promise<PairOutcome> {
  const clock = createTestClock();
  const kinds = new Set<'plain' | 'extended'>();
  const broker = createTestBroker({
    clock,
    seed: plan.brokerSeed,
    delayMs: [0, plan.delayMs],
    loss: plan.loss ?? 0,
    duplicate: plan.duplicate ?? 0,
    maxPayloadBytes: 64 * 1024,
    keepTrace: false,
    // What is lost of the request and of heartbeats is another matter: see PROTOCOL.md, Timing.
    protect: ({ message: { subject: to, data } }) => to === subject || to.startsWith('_HEARTBEAT.') || isJson(data),
    observe: (what, { message: { subject: to, data } }) => {
      if (what === 'sent' && to !== subject) kinds.add(isJson(data) ? 'plain' : 'extended');
    },
  });
  const escaped: unknown[] = [];
  const onEscaped = (error: unknown): void => void escaped.push(error);
  process.on('unhandledRejection', onEscaped);
  const outcome: { -readonly [Key in keyof PairOutcome]: PairOutcome[Key] } = {
    records: [],
    code: undefined,
    reason: undefined,
    isSourceStopped: false,
    isOver: false,
    kinds: [],
    changed: [],
    escaped,
  };
  const changed = new Set<string>();
  const optionsOf = (name: string) => {
    const options = broker.clientOptions(name);
    if (plan.isFromTheFuture === true) alter(options.connection, (what) => changed.add(what));
    return options;
  };
  const served =
    producer === 'go'
      ? serveAsGo(broker.connect({ name: 'producer' }), clock, plan, outcome)
      : serve(
          new ProducerClient({ ...optionsOf('producer'), acceptExtension: producer === 'extended' }),
          clock,
          plan,
          outcome,
        );
  await clock.advance(plan.delayMs);
  const read =
    consumer === 'go'
      ? readAsGo(broker.connect({ name: 'consumer' }), plan, outcome)
      : readIt(
          new ConsumerClient({
            ...optionsOf('consumer'),
            windowRecords: plan.windowRecords,
            offerExtension: consumer === 'extended',
          }),
          plan,
          outcome,
        );
  void Promise.all([served.over, read.over]).then(() => {
    outcome.isOver = true;
  });
  for (let seconds = 0; seconds < 600 && !outcome.isOver; seconds += 5) await clock.advance(5_000);
  process.off('unhandledRejection', onEscaped);
  // Heartbeats are JSON in any case: what matters is what is said of the stream itself.
  outcome.kinds = kinds.has('extended') ? ['extended'] : ['plain'];
  outcome.changed = [...changed].sort();
  return outcome;
}

function isJson(data: Uint8Array): boolean {
  return data.length === 0 || data[0] === '{'.charCodeAt(0);
}

function serve(
  client: ProducerClient,
  clock: TestClock,
  { sizes, end, paceMs }: PairPlan,
  outcome: { isSourceStopped: boolean },
): End {
  return {
    over: new Promise((resolve) => {
      client.handle(subject, async function* ({ signal }: StreamRequest) {
        const aborted = new Promise<void>((abort) => signal.addEventListener('abort', () => abort()));
        try {
          for (const [number, size] of sizes.entries()) {
            yield recordOf(number, size);
            if (paceMs > 0) await Promise.race([aborted, new Promise<void>((go) => void clock.setTimeout(go, paceMs))]);
            if (signal.aborted) return;
          }
          if (end === 'throw') throw new Error('the source fails');
          if (end === 'return') return;
          await aborted;
        } finally {
          outcome.isSourceStopped = signal.aborted;
          // The stream is over where its close is acknowledged, or it was cancelled.
          const untilForgotten = (): void => {
            if (client.streams.length === 0) void client.close().then(resolve);
            else clock.setTimeout(untilForgotten, 100);
          };
          clock.setTimeout(untilForgotten, 100);
        }
      });
    }),
  };
}

function readIt(
  client: ConsumerClient,
  { end, leaveAfter, sizes }: PairPlan,
  outcome: { records: readonly number[]; code: number | undefined; reason: string | undefined },
): End {
  const wanted = end === 'cancel' ? Math.min(leaveAfter, sizes.length) : Infinity;
  const stream = client.openStream(subject, undefined, end === 'deadline' ? { timeoutMs: deadlineMs } : {});
  const read = async (): Promise<void> => {
    if (wanted === 0) stream.cancel();
    try {
      for await (const record of stream) {
        if (!isRecord(record, outcome.records.length)) throw new Error(`record ${outcome.records.length} is another`);
        outcome.records = [...outcome.records, record.length];
        if (outcome.records.length >= wanted) break;
      }
    } catch {
      // How it ended is told below.
    }
    const ended = await stream.closed;
    outcome.code = ended.code;
    outcome.reason = ended.reason;
    await client.drain();
  };
  return { over: read() };
}

/** A Go consumer reports a stream that it cancelled; it knows no deadlines, so it cancels in their place. */
function readAsGo(
  connection: MemoryConnection,
  { end, leaveAfter, sizes }: PairPlan,
  outcome: { records: readonly number[]; code: number | undefined; reason: string | undefined },
): End {
  const peer = createGoConsumer(connection);
  const streamId = '9W1i4ki8';
  const wanted = Math.min(leaveAfter, sizes.length);
  const came = (): readonly Uint8Array[] =>
    (peer.frames.get(streamId) ?? [])
      .filter(({ type }) => type === 1)
      .map(({ data }) => new Uint8Array(Buffer.from(data ?? '', 'base64')));
  peer.answerWith = ({ streams }) => {
    const hasLeft = end === 'deadline' || (end === 'cancel' && came().length >= wanted);
    return { NonActiveStreamIds: hasLeft ? streams : {} };
  };
  peer.open(subject, streamId);
  return {
    over: (async () => {
      while (peer.closeCode(streamId) === undefined) await new Promise((resolve) => setImmediate(resolve));
      outcome.records = came().map((record, number) => (isRecord(record, number) ? record.length : -1));
      outcome.code = peer.closeCode(streamId);
      outcome.reason = outcome.code === 1001 ? 'cancelled' : undefined;
    })(),
  };
}

/** A Go producer asks at its interval, and closes what is reported. */
function serveAsGo(
  connection: MemoryConnection,
  clock: TestClock,
  { sizes, end, paceMs }: PairPlan,
  outcome: { isSourceStopped: boolean },
): End {
  const peer = createGoProducer(connection, subject);
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
  const isReported = ({ streamId }: GoRequest): boolean =>
    peer.answers.some((answer) => Object.values(answer).some((ids) => ids?.includes(streamId)));
  const run = async (): Promise<void> => {
    while (peer.requests.length === 0) await pause(10);
    const [request] = peer.requests as [GoRequest];
    const write = async (): Promise<void> => {
      for (const [number, size] of sizes.entries()) {
        peer.dataBytes(request, recordOf(number, size));
        if (paceMs > 0) await pause(paceMs);
      }
      if (end === 'return') peer.close(request, 1000);
      if (end === 'throw') peer.close(request, 5000, 'the source fails');
    };
    await write();
    if (end === 'return' || end === 'throw') return;
    while (!isReported(request)) {
      peer.heartbeat(request.heartBeatRequestSub, { [subject]: [request.streamId] });
      await pause(10_000);
    }
    outcome.isSourceStopped = true;
    peer.close(request, 1000);
  };
  return { over: run() };
}
