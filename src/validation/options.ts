import type { Clock } from '../host/clock.js';
import { systemClock } from '../host/clock.js';
import type { Codec } from '../values/codec.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import {
  kindOf,
  lacksMethod,
  quote,
  refuse,
  requireFunction,
  requireKnownNames,
  timerMsMax,
} from './argument-checks.js';
import type { ClientTracer } from '../host/trace-port.js';
import type { Inspector } from '../host/inspector.js';
import { shielded, shieldWarnings } from '../host/shielded.js';
import { shieldInspector } from '../host/shielded-inspector.js';
import type { DebugNote, Warning } from '../host/warnings.js';
import { isConsumerName, isPublishSubject } from '../wire/index.js';

/** What both clients take. */
interface CommonOptions {
  /** The NATS connection. The client never closes it. */
  readonly connection: NatsConnection;
  /**
   * How values become records, and records values.
   *
   * @default JSON, with superjson's annotations where the peer reads them
   */
  readonly codec?: Codec;
  /**
   * Where the time comes from, in milliseconds.
   *
   * @default the platform's timers
   */
  readonly clock?: Clock;
  /**
   * Where ids and inboxes come from; a test may want them repeatable.
   *
   * @default the platform's cryptographic source
   */
  readonly randomBytes?: (length: number) => Uint8Array;
  /** An observer of every actor of this client, as XState's `createActor` takes it. */
  readonly inspect?: Inspector;
  /** Tells whoever watches what happens to this client, see `createTracer`. One tracer may serve many clients. */
  readonly tracer?: ClientTracer;
  /**
   * The former name of `tracer`.
   *
   * @deprecated Use `tracer`.
   */
  readonly recorder?: ClientTracer;
  /**
   * Is told what came that could not be used, and what user code threw where nobody awaits it. What it throws itself
   * becomes an unhandled rejection: nobody is left to be told.
   */
  readonly onWarning?: (warning: Warning) => void;
  /** Is told what went as it may, and is of interest where something is looked into. */
  readonly onDebug?: (note: DebugNote) => void;
  /**
   * How many records of one stream may be under way: sent, and not consumed. Between two of these clients, which take
   * the smaller of both.
   *
   * @default 16_384
   */
  readonly windowRecords?: number;
  /**
   * The same in bytes of records. A larger record travels alone.
   *
   * @default 1_048_576
   */
  readonly windowBytes?: number;
  /**
   * The same for all streams of one consumer together, in bytes. A consumer grants each new stream its window, or a
   * quarter of what its connection has left where that is less, and 16 KiB at least. A producer lets so much be under way
   * to each consumer, with the frames and their addresses counted, and a record of more than half of it as half. A
   * nats-server that holds tens of MiB for one connection holds back whoever publishes to it.
   *
   * @default 16_777_216
   */
  readonly clientWindowBytes?: number;
  /**
   * The largest record that is written or taken, between two of these clients, in bytes.
   *
   * @default 67_108_864
   */
  readonly recordBytesMax?: number;
  /**
   * Period between heartbeat requests, I, in milliseconds.
   *
   * @default 10_000
   */
  readonly heartbeatIntervalMs?: number;
  /**
   * How long a heartbeat request may stay unanswered, T, in milliseconds; at most the interval.
   *
   * @default 5_000
   */
  readonly heartbeatRequestTimeoutMs?: number;
  /**
   * How many heartbeats in a row a consumer may miss, K.
   *
   * @default 2
   */
  readonly missedHeartbeatsMax?: number;
  /**
   * How long a cancelled stream is still absorbed (consumer, at least I + T) or still published (producer, at least
   * what `peerCancellationBufferMs` asks for towards a plain consumer, and not at all towards one whose reports are
   * exact), in milliseconds.
   *
   * @default 10_000
   */
  readonly cancellationBufferMs?: number;
  /**
   * The cancellation buffer that plain consumers have, P, in milliseconds: for so long after they opened a stream they
   * report the older ones of its subject, live or not. A producer waits at least (⌈P/I⌉ + 1)·I + T before it stops a stream
   * that such a consumer reports, and stops it sooner where this is less. The default is the Go package's; bacalhau sets
   * 5,000.
   *
   * @default 10_000
   */
  readonly peerCancellationBufferMs?: number;
}

/** What a `ConsumerClient` takes. */
export interface ConsumerClientOptions extends CommonOptions {
  /**
   * What stands before the random token in the subjects of this consumer, so that a server can grant them to one user
   * and refuse them to others: `_SINBOX.<name>.<token>.…` and `_HEARTBEAT._SINBOX.<name>.<token>`. One to eight tokens
   * of printable ASCII, joined by dots. Go producers take any; of this package, those that know names.
   *
   * @default none
   */
  readonly consumerName?: string;
  /**
   * How long a stream may stay without a record or a heartbeat, S, in milliseconds.
   *
   * @default 30_000
   */
  readonly silenceTimeoutMs?: number;
  /**
   * How long a stream may stay without any sign of a producer, O, in milliseconds.
   *
   * @default 30_000
   */
  readonly openTimeoutMs?: number;
  /**
   * How many streams may wait to be opened: those of which nothing was heard yet, while the connection is down too. One
   * beyond is refused with `tooManyOpening`.
   *
   * @default 65_536
   */
  readonly openingMax?: number;
  /**
   * Below what subject producers take what this client says to them: answers to heartbeats, credit, cancels. Who names
   * another one is not answered, so that nobody can aim this client at a foreign subject. As the option of that name of
   * the producers.
   *
   * @default '_INBOX'
   */
  readonly inboxPrefix?: string;
  /**
   * How many records of a plain producer's stream wait for their reader at most.
   *
   * @default 65_536
   */
  readonly bufferedRecordsMax?: number;
  /**
   * How many bytes of a plain producer's stream wait for their reader at most.
   *
   * @default 67_108_864
   */
  readonly bufferedBytesMax?: number;
  /**
   * Whether open requests offer the extension; false makes this a plain peer.
   *
   * @default true
   */
  readonly offerExtension?: boolean;
  /**
   * Whether streams are offered the delivery extension, which producers of this package accept: nothing is lost, twice
   * or out of order, the reader governs the pace, and a cancel takes one trip.
   *
   * @default true
   */
  readonly offerDelivery?: boolean;
}

/** What a `ProducerClient` takes. */
export interface ProducerClientOptions extends CommonOptions {
  /**
   * How much is kept until its consumers have it, for all of them together, in bytes. A consumer to which nothing is
   * under way is sent a record all the same.
   *
   * @default 268_435_456
   */
  readonly keptBytesMax?: number;
  /**
   * How many streams there may be, those included whose request waits for `accept`. A request beyond is refused with
   * 4029 before anything is made for it.
   *
   * @default 65_536
   */
  readonly streamsMax?: number;
  /**
   * The same for the streams of one consumer.
   *
   * @default 65_536
   */
  readonly streamsPerConsumerMax?: number;
  /**
   * How long a record may wait for a reader that grants nothing, in milliseconds: its stream is then ended with 4008, and
   * gives back what it holds. 0 for ever.
   *
   * @default 0
   */
  readonly unreadTimeoutMs?: number;
  /**
   * What the subjects begin with on which this client takes what consumers say to it.
   *
   * @default '_INBOX'
   */
  readonly inboxPrefix?: string;
  /**
   * Whether offers of the extension are accepted; false makes this a plain peer.
   *
   * @default true
   */
  readonly acceptExtension?: boolean;
}

const defaults = {
  heartbeatIntervalMs: 10_000,
  heartbeatRequestTimeoutMs: 5_000,
  missedHeartbeatsMax: 2,
  cancellationBufferMs: 10_000,
  peerCancellationBufferMs: 10_000,
  silenceTimeoutMs: 30_000,
  openTimeoutMs: 30_000,
  bufferedRecordsMax: 65_536,
  openingMax: 65_536,
  unreadTimeoutMs: 0,
  streamsMax: 65_536,
  streamsPerConsumerMax: 65_536,
  bufferedBytesMax: 64 * 1024 * 1024,
  windowRecords: 16_384,
  windowBytes: 1024 * 1024,
  clientWindowBytes: 16 * 1024 * 1024,
  keptBytesMax: 256 * 1024 * 1024,
  recordBytesMax: 64 * 1024 * 1024,
  offerExtension: true,
  offerDelivery: true,
  acceptExtension: true,
  inboxPrefix: '_INBOX',
};

/** All options of both roles, filled in and checked. */
export type ResolvedOptions = typeof defaults & {
  readonly connection: NatsConnection;
  readonly codec: Codec | undefined;
  readonly clock: Clock;
  readonly randomBytes: ((length: number) => Uint8Array) | undefined;
  readonly inspect: Inspector | undefined;
  readonly tracer: ClientTracer | undefined;
  readonly onWarning: (warning: Warning) => void;
  readonly onDebug: (note: DebugNote) => void;
  readonly consumerName: string | undefined;
};

/**
 * Fills in the defaults and checks every option, those of the other role too: one options object can serve both
 * clients. Throws a {@link StreamError} `badArgument` that names the option or the timing rule and the numbers.
 * Source of the rules: PROTOCOL.md, Timing.
 */
export function resolveOptions(
  options: ConsumerClientOptions & ProducerClientOptions,
  role: 'consumer' | 'producer' = 'consumer',
): ResolvedOptions {
  const others = [
    'connection',
    'codec',
    'clock',
    'randomBytes',
    'inspect',
    'tracer',
    'recorder',
    'onWarning',
    'onDebug',
    'consumerName',
  ];
  checkParts({ ...requireKnownNames('options', options, [...others, ...Object.keys(defaults)]) });
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const resolved = {
    ...defaults,
    codec: undefined,
    consumerName: undefined,
    clock: systemClock,
    randomBytes: undefined,
    inspect: undefined,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the former name is taken as well
    tracer: options.recorder,
    onWarning: () => undefined,
    onDebug: () => undefined,
    ...(Object.fromEntries(given) as Partial<ResolvedOptions> & { readonly connection: NatsConnection }),
  };

  const wholeNumber = (name: keyof typeof defaults, least: number, most: number) => {
    const value: unknown = resolved[name];
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      const came = typeof value === 'number' ? String(value) : kindOf(value);
      refuse(`${name}: expected a whole number from ${least} to ${most}, came ${came}`);
    }
  };
  wholeNumber('heartbeatIntervalMs', 1, timerMsMax);
  wholeNumber('heartbeatRequestTimeoutMs', 1, timerMsMax);
  wholeNumber('silenceTimeoutMs', 1, timerMsMax);
  wholeNumber('openTimeoutMs', 1, timerMsMax);
  wholeNumber('cancellationBufferMs', 0, timerMsMax);
  wholeNumber('peerCancellationBufferMs', 1, timerMsMax);
  wholeNumber('missedHeartbeatsMax', 1, 1_000_000);
  wholeNumber('bufferedRecordsMax', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('unreadTimeoutMs', 0, timerMsMax);
  wholeNumber('openingMax', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('streamsMax', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('streamsPerConsumerMax', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('bufferedBytesMax', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('windowRecords', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('windowBytes', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('clientWindowBytes', 1, Number.MAX_SAFE_INTEGER);
  wholeNumber('keptBytesMax', 1, Number.MAX_SAFE_INTEGER);
  // A record lies in one buffer, and the platform's are bounded.
  wholeNumber('recordBytesMax', 1, 1024 ** 3);
  for (const name of ['offerExtension', 'offerDelivery', 'acceptExtension'] as const) {
    if (typeof resolved[name] !== 'boolean') refuse(`${name}: expected a boolean, came ${kindOf(resolved[name])}`);
  }
  const prefix: unknown = resolved.inboxPrefix;
  if (!isPublishSubject(prefix)) {
    const came = typeof prefix === 'string' ? quote(prefix) : kindOf(prefix);
    refuse(`inboxPrefix: expected a subject without wildcards, came ${came}`);
  }

  const { consumerName }: { readonly consumerName: unknown } = resolved;
  if (consumerName !== undefined && !isConsumerName(consumerName)) {
    const came = typeof consumerName === 'string' ? quote(consumerName) : kindOf(consumerName);
    refuse(`consumerName: expected one to eight tokens of printable ASCII without wildcards, came ${came}`);
  }

  const { heartbeatIntervalMs: i, heartbeatRequestTimeoutMs: t, missedHeartbeatsMax: k } = resolved;
  if (t > i) {
    refuse(`timing rule T <= I: heartbeatRequestTimeoutMs is ${t}, more than heartbeatIntervalMs, which is ${i}`);
  }
  // A round trip 2D is shorter than T, and K heartbeats in a row may go missing: so long may a live producer be silent.
  const silenceMs = k * i + t;
  for (const name of ['silenceTimeoutMs', 'openTimeoutMs'] as const) {
    // A producer waits for no other: its rare heartbeats are announced, and no default of a consumer forbids them.
    if (resolved[name] < silenceMs && (role === 'consumer' || options[name] !== undefined)) {
      refuse(
        `timing rule ${name === 'silenceTimeoutMs' ? 'S' : 'O'} >= K*I + T: ${name} is ${resolved[name]}, ` +
          `less than ${k} * ${i} + ${t} = ${silenceMs}`,
      );
    }
  }
  const bufferMs = plainCancellationBufferMs(resolved);
  if (bufferMs > timerMsMax) {
    const intervals = reportedRounds(resolved) + 1;
    refuse(
      `timing rule ${intervals}*I + T <= ${timerMsMax}, with ceil(P/I) + 1 = ${intervals} for peerCancellationBufferMs, ` +
        `which is ${resolved.peerCancellationBufferMs}: ${intervals} * ${i} + ${t} = ${bufferMs}`,
    );
  }
  const onWarning = shieldWarnings(resolved.onWarning);
  const onDebug = shielded(resolved.onDebug, (error) => {
    onWarning({ code: 'callbackThrew', message: 'onDebug threw', error });
  });
  return { ...resolved, onWarning, onDebug, inspect: shieldInspector(resolved.inspect, onWarning) };
}

/** Checks what the application brings along: the connection, and the functions and objects that are called later. */
function checkParts(parts: Record<string, unknown>): void {
  const { connection, codec, clock, randomBytes, inspect, tracer, recorder, onWarning, onDebug } = parts;
  if (typeof connection !== 'object' || connection === null) {
    refuse(`connection: expected a NATS connection, came ${kindOf(connection)}`);
  }
  requireMethods('connection', connection, ['publish', 'subscribe', 'flush', 'status', 'closed', 'isClosed']);
  // A closed connection tells of nothing any more, so that a client on it would wait for ever.
  if ((connection as NatsConnection).isClosed()) refuse('connection: the connection is closed');
  if (codec !== undefined) requireMethods('codec', codec, ['encode', 'decode']);
  if (clock !== undefined) requireMethods('clock', clock, ['now', 'setTimeout', 'clearTimeout']);
  if (tracer !== undefined) requireMethods('tracer', tracer, ['attach']);
  if (recorder !== undefined) {
    requireMethods('recorder', recorder, ['attach']);
    if (tracer !== undefined) refuse('recorder: expected no former name beside tracer, came both');
  }
  requireFunction('randomBytes', randomBytes);
  requireFunction('onWarning', onWarning);
  requireFunction('onDebug', onDebug);
  if (inspect !== undefined && typeof inspect !== 'function' && lacksMethod(inspect, ['next']) !== undefined) {
    refuse(`inspect: expected a function, or an observer with the method next, came ${kindOf(inspect)}`);
  }
}

function requireMethods(name: string, value: unknown, methods: readonly string[]): void {
  const missing = lacksMethod(value, methods);
  if (missing === undefined) return;
  const came = typeof value === 'object' && value !== null ? `an object without ${missing}` : kindOf(value);
  refuse(`${name}: expected an object with the methods ${methods.join(', ')}, came ${came}`);
}

/**
 * How long a consumer absorbs a stream of which nothing is heard: until its producer has asked whether it is wanted, or
 * a client that drains would be gone before the producer knows. Source: PROTOCOL.md, Timing.
 */
export function absorbingMs(
  options: Pick<ResolvedOptions, 'cancellationBufferMs' | 'heartbeatIntervalMs' | 'heartbeatRequestTimeoutMs'>,
): number {
  return Math.max(options.cancellationBufferMs, options.heartbeatIntervalMs + options.heartbeatRequestTimeoutMs);
}

type PlainBufferOptions = Pick<
  ResolvedOptions,
  'cancellationBufferMs' | 'peerCancellationBufferMs' | 'heartbeatIntervalMs' | 'heartbeatRequestTimeoutMs'
>;

/** In how many rounds in a row a plain consumer may report a live stream because of one younger one. */
function reportedRounds({ peerCancellationBufferMs, heartbeatIntervalMs }: PlainBufferOptions): number {
  return Math.ceil(peerCancellationBufferMs / heartbeatIntervalMs);
}

/**
 * How long a producer waits for a plain consumer to withdraw a report: its answers depend on the age of streams only, so
 * that it reports a live stream for as long as a younger one is new to it. One interval more for an answer that is lost,
 * and T for one that is late. Source: PROTOCOL.md, Timing.
 */
export function plainCancellationBufferMs(options: PlainBufferOptions): number {
  const { cancellationBufferMs, heartbeatIntervalMs, heartbeatRequestTimeoutMs } = options;
  return Math.max(
    cancellationBufferMs,
    (reportedRounds(options) + 1) * heartbeatIntervalMs + heartbeatRequestTimeoutMs,
  );
}
