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
  requireFunctions,
  requireKnownNames,
  timerMsMax,
} from './argument-checks.js';
import type { ClientTracer } from '../host/trace-port.js';
import type { InterceptedOpen, InterceptedRequest, Interceptor } from '../host/interceptors.js';
import type { Inspector } from '../host/inspector.js';
import { shielded, shieldWarnings } from '../host/shielded.js';
import { shieldInspector } from '../host/shielded-inspector.js';
import { logLevels, logNote, logWarning, type Logger } from '../host/logger.js';
import type { DebugNote } from '../host/debug-notes.js';
import type { Warning } from '../host/warnings.js';
import { isConsumerName, isPublishSubject } from '../wire/index.js';

/** Options of both clients. */
interface CommonOptions {
  /** The NATS connection to use. The client never closes it. */
  readonly connection: NatsConnection;
  /**
   * How values are encoded as records, and records decoded.
   *
   * @default JSON, with superjson's annotations if the peer reads them
   */
  readonly codec?: Codec;
  /**
   * The clock for all timers and timeouts; tests replace it.
   *
   * @default the platform's timers
   */
  readonly clock?: Clock;
  /**
   * The source of randomness for ids and inboxes; tests make it repeatable.
   *
   * @default the platform's cryptographic random generator
   */
  readonly randomBytes?: (length: number) => Uint8Array;
  /**
   * Observes every actor of this client, like the `inspect` option of XState's `createActor`.
   *
   * @default none
   */
  readonly inspect?: Inspector;
  /**
   * Records what happens to this client for whoever is watching, see `createTracer`. Several clients may share a tracer.
   *
   * @default none
   */
  readonly tracer?: ClientTracer;
  /**
   * The former name of `tracer`.
   *
   * @deprecated Use `tracer`.
   */
  readonly recorder?: ClientTracer;
  /**
   * Called for every failure that no call and no stream can report, such as a malformed message, or an error thrown by
   * application code that nobody awaits. If it throws, the error becomes an unhandled rejection.
   *
   * @default warnings are dropped
   */
  readonly onWarning?: (warning: Warning) => void;
  /**
   * Called for expected events that help when debugging.
   *
   * @default notes are dropped
   */
  readonly onDebug?: (note: DebugNote) => void;
  /**
   * Told of the same as `onWarning` and `onDebug`, beside them: `console` and pino loggers fit as they are. Each call
   * has an object with the `code`, and a message. Notes come at the level `debug`, warnings at `warn`, or at `error`
   * where something of the application or its set-up is broken.
   *
   * @default nothing is logged
   */
  readonly logger?: Logger;
  /**
   * Flow-control window of a stream: how many records may be in flight, that is sent but not yet consumed. Applies
   * between two clients of this package; the smaller of their windows counts.
   *
   * @default 16_384
   */
  readonly windowRecords?: number;
  /**
   * Flow-control window of a stream in bytes of records. A record larger than the window is sent when nothing else is in
   * flight.
   *
   * @default 1_048_576
   */
  readonly windowBytes?: number;
  /**
   * Flow-control window of all streams of one consumer together, in bytes. A consumer grants each new stream its window,
   * or a quarter of what is left for its connection if that is less, but at least 16 KiB. A producer keeps at most this
   * much in flight to each consumer, framing and subjects included; a record larger than half of it counts as half. The
   * limit keeps nats-server from buffering tens of MiB for one connection, at which point it stalls the publishers.
   *
   * @default 16_777_216
   */
  readonly clientWindowBytes?: number;
  /**
   * Size limit of a record, written or received, between two clients of this package, in bytes.
   *
   * @default 67_108_864
   */
  readonly recordBytesMax?: number;
  /**
   * Interval between heartbeat requests, I in the protocol, in milliseconds. A producer to which none of this and the next
   * two is given asks consumers of this package each 1,500 ms, for whose answers it waits as long.
   *
   * @default 10_000
   */
  readonly heartbeatIntervalMs?: number;
  /**
   * How long to wait for the answer to a heartbeat request, T in the protocol, in milliseconds; at most the interval.
   *
   * @default 5_000
   */
  readonly heartbeatRequestTimeoutMs?: number;
  /**
   * After how many missed heartbeats in a row a consumer is considered gone, K in the protocol.
   *
   * @default 2
   */
  readonly missedHeartbeatsMax?: number;
  /**
   * How long a cancelled stream lingers, in milliseconds. A consumer absorbs late records for this long, at least I + T;
   * a producer keeps publishing to a plain consumer for this long, at least as long as `peerCancellationBufferMs`
   * requires, and stops at once for a consumer whose heartbeat answers are exact.
   *
   * @default 10_000
   */
  readonly cancellationBufferMs?: number;
  /**
   * The cancellation buffer of plain consumers, P in the protocol, in milliseconds: for this long after opening a stream
   * they report older streams of the same subject, live or not. A producer waits at least (⌈P/I⌉ + 1)·I + T before it
   * stops a stream that such a consumer reports, so a smaller value stops it sooner. The default is that of the Go
   * package; bacalhau sets 5,000.
   *
   * @default 10_000
   */
  readonly peerCancellationBufferMs?: number;
}

/** Options of a `ConsumerClient`. */
export interface ConsumerClientOptions extends CommonOptions {
  /**
   * A prefix of the random token in this consumer's subjects, so that server permissions can grant them to one user
   * alone: `_SINBOX.<name>.<token>.…` and `_HEARTBEAT._SINBOX.<name>.<token>`. One to eight tokens of printable ASCII,
   * joined by dots. Go producers accept any name; producers of this package do from the version that knows names.
   *
   * @default none
   */
  readonly consumerName?: string;
  /**
   * How long an active stream may be silent, without a record or a heartbeat, S in the protocol, in milliseconds. Where it
   * is not given, a producer that announces its heartbeats is waited for as long as these say: 4,500 ms if it was given
   * none either.
   *
   * @default 30_000
   */
  readonly silenceTimeoutMs?: number;
  /**
   * How long to wait for the first sign of a producer when opening a stream, O in the protocol, in milliseconds.
   *
   * @default 30_000
   */
  readonly openTimeoutMs?: number;
  /**
   * How many streams may be opening at once, that is without any sign of a producer yet, including while the connection
   * is down. Opening one more throws `tooManyOpening`.
   *
   * @default 65_536
   */
  readonly openingMax?: number;
  /**
   * The subject prefix of producers' inboxes, to which this client sends heartbeat answers, credit and cancels. A
   * producer that names a subject outside it gets no answer, so that nobody can direct this client's messages at an
   * arbitrary subject. The producers' `inboxPrefix` must be this one, or below it.
   *
   * @default '_INBOX'
   */
  readonly inboxPrefix?: string;
  /**
   * How many unread records of a plain producer's stream are buffered; one more ends the stream with `slowReader`.
   *
   * @default 65_536
   */
  readonly bufferedRecordsMax?: number;
  /**
   * How many unread bytes of a plain producer's stream are buffered; more end the stream with `slowReader`.
   *
   * @default 67_108_864
   */
  readonly bufferedBytesMax?: number;
  /**
   * Whether open requests offer the protocol extension; false makes this client a plain peer.
   *
   * @default true
   */
  readonly offerExtension?: boolean;
  /**
   * Whether open requests offer the delivery extension, which producers of this package accept: records arrive exactly
   * once and in order, the reader controls the pace, and a cancel takes one trip.
   *
   * @default true
   */
  readonly offerDelivery?: boolean;
  /**
   * Functions around each stream of a contract that this client opens, the first one outermost; see
   * {@link Interceptor}. Streams that are opened without a contract pass them by.
   *
   * @default none
   */
  readonly interceptors?: readonly Interceptor<InterceptedOpen>[];
}

/** Options of a `ProducerClient`. */
export interface ProducerClientOptions extends CommonOptions {
  /**
   * Limit of the memory for records that are not acknowledged yet, over all consumers, in bytes. A consumer with nothing
   * in flight may still be sent one record beyond it.
   *
   * @default 268_435_456
   */
  readonly keptBytesMax?: number;
  /**
   * How many streams may exist at once, including requests that wait for `accept`. A request beyond the limit is refused
   * with 4029 before anything is allocated for it.
   *
   * @default 65_536
   */
  readonly streamsMax?: number;
  /**
   * How many streams one consumer may have at once; a request beyond the limit is refused with 4029.
   *
   * @default 65_536
   */
  readonly streamsPerConsumerMax?: number;
  /**
   * How long a record may wait for a reader that grants no credit, in milliseconds. The stream is then ended with 4008,
   * and what it holds is released. 0 waits for ever.
   *
   * @default 0
   */
  readonly unreadTimeoutMs?: number;
  /**
   * The subject prefix of this client's inbox, to which consumers send heartbeat answers, credit and cancels.
   *
   * @default '_INBOX'
   */
  readonly inboxPrefix?: string;
  /**
   * Whether offers of the protocol extension are accepted; false makes this client a plain peer.
   *
   * @default true
   */
  readonly acceptExtension?: boolean;
  /**
   * Functions around each stream that this client's handlers make, with and without a contract, the first one outermost;
   * see {@link Interceptor}. They run once the request is accepted.
   *
   * @default none
   */
  readonly interceptors?: readonly Interceptor<InterceptedRequest>[];
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
  readonly logger: Logger | undefined;
  readonly consumerName: string | undefined;
};

/**
 * Fills in the defaults and checks every option, those of the other role too: one options object can serve both
 * clients. Throws a {@link StreamError} `badArgument` that names the option or the timing rule and the numbers.
 * Source of the rules: PROTOCOL.md, Timing.
 */
export function resolveOptions(
  options: Omit<ConsumerClientOptions & ProducerClientOptions, 'interceptors'> & {
    // Each role has interceptors of its own, which its client takes by itself.
    readonly interceptors?: unknown;
  },
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
    'logger',
    'consumerName',
    'interceptors',
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
    logger: undefined,
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
  const { logger } = resolved;
  const tellWarning = shieldWarnings(resolved.onWarning);
  const log = logger === undefined ? undefined : shieldWarnings((warning: Warning) => logWarning(logger, warning));
  const onWarning = (warning: Warning): void => {
    tellWarning(warning);
    log?.(warning);
  };
  const tellNote = shielded(resolved.onDebug, (error) => {
    onWarning({ code: 'callbackThrew', message: 'onDebug threw', error });
  });
  const logDebug = shielded(logNote, (error) => {
    onWarning({ code: 'callbackThrew', message: 'the logger threw', error });
  });
  const onDebug = (note: DebugNote): void => {
    tellNote(note);
    if (logger !== undefined) logDebug(logger, note);
  };
  return { ...resolved, onWarning, onDebug, inspect: shieldInspector(resolved.inspect, onWarning) };
}

/** Checks what the application brings along: the connection, and the functions and objects that are called later. */
function checkParts(parts: Record<string, unknown>): void {
  const { connection, codec, clock, randomBytes, inspect, tracer, recorder, onWarning, onDebug, logger, interceptors } =
    parts;
  requireFunctions('interceptors', interceptors);
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
  if (logger !== undefined) requireMethods('logger', logger, logLevels);
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
