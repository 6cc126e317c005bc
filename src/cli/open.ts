import { messageOf } from '../errors.js';
import { ConsumerClient, type ConsumerStreamEnd } from '../index.js';
import { printable, printableJson } from '../wire/index.js';
import type { ConnectionOptions } from './connection-options.js';
import { openConnection } from './connection.js';
import { ExitCode } from './exit-code.js';
import { Failure, isDebugging } from './failure.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from './interrupt.js';
import { say } from './log.js';
import { createOutput } from './output.js';
import { readAll } from './read-all.js';
import { toJsonBytes } from './record-format.js';
import { requestOutput } from './served-output.js';

export interface OpenOptions extends ConnectionOptions {
  readonly timeoutMs?: number;
  readonly name?: string;
  readonly inboxPrefix?: string;
  readonly json?: true;
  readonly raw?: true;
  readonly count?: number;
  /** O and S of PROTOCOL.md, Timing. Milliseconds. */
  readonly openTimeout: number;
  readonly silenceTimeout: number;
}

/**
 * How long leaving may take. A producer of this command hears of it at its next heartbeat, 2 s apart unless told, and
 * answers; one that does not is left to find out by itself.
 */
const farewellMs = 2500;

/** What has gone to stdout; neither newlines nor marks count. */
interface Printed {
  records: number;
  bytes: number;
}

/** Why the reader leaves, where it is the reader that does. */
type Leaving = 'counted' | 'unread' | InterruptSignal;

/** Prints one stream to its end. Gives the exit code. */
export async function open(subject: string, bodyArgument: string | undefined, options: OpenOptions): Promise<number> {
  const body = bodyArgument === '-' ? await readAll(process.stdin) : bodyArgument;
  const connection = await openConnection(options, { name: 'nats-stream open', reconnectsMax: 60 });
  /** Aborts when the server does not let this consumer subscribe, with the reason. */
  const lost = new AbortController();
  const consumer = new ConsumerClient({
    connection,
    ...timingFor(options),
    ...(options.name === undefined ? {} : { consumerName: options.name }),
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
    onWarning: ({ code, message, error }) => {
      // No frame of the stream would ever come, and waiting for one would only tell so late.
      if (code === 'subscriptionLost') lost.abort(new Failure(message));
      if (isDebugging()) say(`warning: ${message}${error === undefined ? '' : `: ${messageOf(error)}`}`);
    },
  });
  const output = createOutput(process.stdout);
  const errors = createOutput(process.stderr);
  try {
    const { json = false, raw = false, count = Infinity, timeoutMs } = options;
    const asked = requestOutput(raw ? 'pieces' : 'lines');
    const stream = consumer.openStream(subject, body, {
      headers: asked.headers,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const printed: Printed = { records: 0, bytes: 0 };

    let leaving: Leaving | undefined;
    const left = new Promise<void>((resolve) => {
      const leave = (why: Leaving) => {
        leaving ??= why;
        stream.cancel();
        resolve();
      };
      onInterrupt(leave);
      output.signal.addEventListener('abort', () => {
        leave('unread');
      });
      lost.signal.addEventListener('abort', () => {
        stream.cancel();
        resolve();
      });
    });
    const reading = (async () => {
      for await (const record of stream) {
        const piece = asked.read(record);
        if (piece === undefined) continue;
        const { source, bytes, endsLine } = piece;
        const isStderr = source === 'stderr' && !json;
        const done = (isStderr ? errors : output).write(
          json
            ? jsonLine(stream.id, {
                ...(source === undefined ? {} : { source }),
                bytes: bytes.length,
                ...toJsonBytes(bytes),
                ...(endsLine ? {} : { cut: true }),
              })
            : textOf(bytes, endsLine),
        );
        if (!isStderr) {
          printed.bytes += bytes.length;
          // A line that came in parts is one.
          if (endsLine || raw || json) printed.records += 1;
        }
        if (printed.records === count) {
          leaving ??= 'counted';
          break;
        }
        await done;
      }
    })();
    // How it ended is told by `closed`. Output that is blocked must not keep an interrupt waiting.
    await Promise.race([reading.catch(() => undefined), left]);

    if (lost.signal.aborted) throw lost.signal.reason as Failure;
    const end = await stream.closed;
    if (json) void output.write(jsonLine(stream.id, { end: describeEnd(end, printed) }));
    await sayFarewell(consumer, end);
    return conclude(end, leaving, printed);
  } finally {
    await consumer.close();
    await connection.close();
  }
}

/**
 * The durations of a client with these timeouts. How often producers are to be heard is a promise of theirs, which a
 * reader of one stream need not know: so often that the timeouts are long enough, and never less often than by default.
 */
function timingFor({ openTimeout, silenceTimeout }: OpenOptions) {
  const heartbeatIntervalMs = Math.max(1, Math.min(10_000, Math.floor(Math.min(openTimeout, silenceTimeout) / 2.5)));
  return {
    openTimeoutMs: openTimeout,
    silenceTimeoutMs: silenceTimeout,
    heartbeatIntervalMs,
    heartbeatRequestTimeoutMs: Math.max(1, Math.floor(heartbeatIntervalMs / 2)),
  };
}

/** Lets the producer know, where it is the reader that left, and it can be had in short time. */
async function sayFarewell(consumer: ConsumerClient, end: ConsumerStreamEnd): Promise<void> {
  if (end.reason !== 'cancelled' && end.reason !== 'timedOut' && end.reason !== 'slowReader') return;
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, farewellMs);
  });
  await Promise.race([consumer.drain(), expired]);
  clearTimeout(timer);
}

/** What may be the cause of an end that a reader can do something about. */
const hints: Readonly<Partial<Record<ConsumerStreamEnd['reason'], string>>> = {
  noAnswer:
    'a producer of the Go package may serve one stream after another, so that this one waits for others to end: ' +
    '--open-timeout waits longer',
  producerSilent:
    'a Go writer without a ProducerClient sends no heartbeats between its records: --silence-timeout waits longer',
};

function conclude(end: ConsumerStreamEnd, leaving: Leaving | undefined, { records }: Printed): number {
  // A stream may end by itself in the moment in which its reader leaves.
  if (end.reason === 'cancelled' && leaving !== undefined) {
    if (leaving === 'counted' || leaving === 'unread') return ExitCode.Ok;
    say(`interrupted after ${records} records`);
    return exitCodeOf[leaving];
  }
  if (end.error === undefined) return ExitCode.Ok;
  process.stderr.write(`${printable(end.error.message)} (reason: ${end.reason})\n`);
  const hint = hints[end.reason];
  if (hint !== undefined) say(hint);
  return ExitCode.Failure;
}

const newline = Buffer.from('\n');

function textOf(bytes: Uint8Array, endsLine: boolean): Uint8Array {
  return endsLine ? Buffer.concat([bytes, newline]) : bytes;
}

function jsonLine(stream: string, fields: object): string {
  return `${printableJson({ time: new Date().toISOString(), stream, ...fields })}\n`;
}

function describeEnd({ reason, code, text }: ConsumerStreamEnd, { records, bytes }: Printed): object {
  return { reason, code, text, records, bytes };
}
