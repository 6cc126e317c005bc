import { systemClock } from '../host/clock.js';
import { shieldWarnings } from '../host/shielded.js';
import type { Warning } from '../host/warnings.js';
import { watchLink } from '../transport/link.js';
import type { NatsConnection, NatsMessage, NatsSubscription } from '../transport/nats-connection.js';
import { refuse, requireFunction, requireKnownNames } from '../validation/argument-checks.js';
import { isPublishSubject } from '../wire/index.js';
import {
  askIntervalMs,
  askSubject,
  decodeBatch,
  encodeAsk,
  greetingSubject,
  presenceSubject,
  replySubject,
  type TraceBatch,
} from './collector-messages.js';
import { defaultTraceSubject } from './trace-publisher.js';
import { createProcessMerge, type ProcessMerge } from './process-merge.js';
import { localTime } from '../trace-events/local-time.js';
import { traceVersion, type ContactReason, type TraceLink, type TraceRun } from '../trace-events/trace-event.js';
import { createOrder } from './in-order.js';
import { Outlet, type TraceListener } from './outlet.js';
import { eventsMaxOf } from './tracer-options.js';
import type { TimedDraft } from '../trace-events/draft.js';

/** Options of {@link collectTraces}. */
export interface CollectorOptions {
  /**
   * The prefix of the subjects of trace events.
   *
   * @default 'nats-stream.records'
   */
  readonly subject?: string;
  /**
   * A title of the run, for people.
   *
   * @default `trace events on` and the subject
   */
  readonly label?: string;
  /**
   * How many trace events are buffered for the listener; more are dropped, and a `gap` event says how many.
   *
   * @default 100_000
   */
  readonly eventsMax?: number;
  /**
   * The former name of `eventsMax`.
   *
   * @deprecated Use `eventsMax`.
   */
  readonly recordsMax?: number;
  /**
   * Interval between two asks, in milliseconds; of a process that is silent for three of them contact is lost.
   *
   * @default 2_000
   */
  readonly askIntervalMs?: number;
  /**
   * Called with whatever the listener throws or rejects with.
   *
   * @default warnings are dropped
   */
  readonly onWarning?: (warning: Warning) => void;
}

/** A running collection of the trace events of all processes that publish them. Disposing it calls `stop()`. */
export interface Collector extends Disposable {
  /** How many processes are publishing. */
  readonly processes: number;
  /** Stops collecting; processes without another collector stop tracing. */
  stop(): void;
}

/**
 * How long trace events wait for those of other processes, so that they come in the order of their times: the interval in
 * which processes gather them, and some more for the way. Milliseconds.
 */
const mergeMs = 150;

/**
 * Collects the trace events of all processes that publish them (see `traceOverNats`) into one run: names of lifelines
 * and statecharts are made unique, times are the collector's, and both ends of a stream have the same `stream`. Of a
 * process that is silent for six seconds without a goodbye contact is lost: it may be dead, or stalled, or cut off. While
 * the collector's own connection is down it is of all of them. A process that is heard again goes on where it was, and
 * tells anew what lives where something was missed.
 *
 * @throws {StreamError} `badArgument` for an unknown option, and for an invalid subject.
 */
export function collectTraces(
  connection: NatsConnection,
  listener: TraceListener,
  options: CollectorOptions = {},
): Collector {
  const {
    askIntervalMs: askEveryMs = askIntervalMs,
    subject = defaultTraceSubject,
    label = `trace events on ${options.subject ?? defaultTraceSubject}`,
  } = options;
  requireKnownNames('options', options, ['subject', 'label', 'eventsMax', 'recordsMax', 'askIntervalMs', 'onWarning']);
  requireFunction('onWarning', options.onWarning);
  const warn = shieldWarnings(options.onWarning ?? (() => undefined));
  if (!isPublishSubject(subject))
    refuse(`subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`);
  const clock = systemClock;
  const startedAt = clock.now();
  const now = () => clock.now() - startedAt;
  let token = '';
  let replies: NatsSubscription | undefined;
  let absences: NatsSubscription | undefined;
  let isCutOff = false;
  const startedAtEpoch = Date.now();
  const header: TraceRun = {
    type: 'run',
    version: traceVersion,
    source: 'live',
    unit: 'ms',
    label,
    startedAt: startedAtEpoch,
    started: localTime(startedAtEpoch),
  };
  const outlet = new Outlet({
    listener,
    onError: (error) => {
      warn({ code: 'callbackThrew', message: 'the listener of a collector threw', error });
    },
    clock,
    flushMs: 40,
    eventsMax: eventsMaxOf(options) ?? 100_000,
    // What lives is known to the processes alone.
    snapshot: () => {
      hasDropped = true;
      return [];
    },
  });
  const merge: ProcessMerge = createProcessMerge();
  const heardAt = new Map<string, number>();
  /** Those of whom a trace event could not be read. */
  const mistaken = new Set<string>();
  /** Those who have begun in the middle, and are asked anew. */
  const headless = new Set<string>();
  /** Trace events that wait for older ones, by time. */
  let waiting: TimedDraft[] = [];
  const stamp = createOrder();
  let isStopped = false;
  /** Whether the listener has missed something, so that all processes have to tell from the start. */
  let hasDropped = false;

  const hold = (drafts: readonly TimedDraft[]): void => {
    for (const draft of drafts) waiting.push(draft);
  };

  const release = (until: number): void => {
    if (waiting.length === 0) return;
    // The order of one process is kept where times are equal, for sorting is stable.
    waiting.sort((one, other) => one.at - other.at);
    const ready = waiting.filter(({ at }) => at <= until);
    if (ready.length === 0) return;
    waiting = waiting.slice(ready.length);
    for (const draft of ready) outlet.push(stamp(draft));
  };

  const lose = (instance: string, reason: ContactReason): void => {
    const at = now();
    for (const draft of merge.unheard(instance, reason, heardAt.get(instance) ?? at)) hold([{ ...draft, at }]);
  };

  const onFarewell = (instance: string): void => {
    for (const known of [heardAt, mistaken, headless]) known.delete(instance);
    hold(merge.over(instance, 'stop', now()));
  };

  /** The start of what it tells was missed. It is asked once: nobody may keep all others busy by his own mistake. */
  const onHeadless = ({ instance, process, session }: TraceBatch): void => {
    if (!headless.has(instance)) {
      headless.add(instance);
      // One that does not number what it tells begins again for a new name alone.
      if (session === undefined) renew();
      else say(false);
    } else if (session === undefined && !mistaken.has(instance)) {
      mistaken.add(instance);
      remark(`trace events of ${process} cannot be read: they begin without the header of a run`);
    }
  };

  const onBatch = (message: NatsMessage): void => {
    const batch = decodeBatch(message.data);
    if (batch === undefined || isStopped) return;
    if (batch.isOver) {
      onFarewell(batch.instance);
      return;
    }
    heardAt.set(batch.instance, now());
    const drafts = merge.take(batch, now());
    if (drafts === undefined) {
      onHeadless(batch);
      return;
    }
    headless.delete(batch.instance);
    hold(drafts);
    if (batch.problem !== undefined && !mistaken.has(batch.instance)) {
      // One remark is enough: whoever writes one trace event wrong does so with many.
      mistaken.add(batch.instance);
      remark(`trace events of ${batch.process} cannot be read, such as one with ${batch.problem}`);
    }
  };

  /** A process that has just come is asked at once, so that nothing of its start is missed. */
  const greetings = connection.subscribe(greetingSubject(subject), {
    callback: (error) => {
      if (error === null && !isStopped) say(false);
    },
  });

  const say = (isOver: boolean): void => {
    // What cannot be asked now is asked again soon.
    const anew = new Set(headless);
    for (const instance of hasDropped ? heardAt.keys() : merge.toldInPart()) anew.add(instance);
    // Who tells what nobody can read tells no better when it is asked again.
    for (const instance of mistaken) anew.delete(instance);
    hasDropped = false;
    try {
      if (connection.isClosed()) return;
      connection.publish(
        askSubject(subject),
        encodeAsk({ token, isOver, ...(anew.size === 0 ? {} : { anew: [...anew] }) }),
      );
    } catch {
      return;
    }
  };

  /** Asks under a new name, so that all processes tell from the start: first what lives now. */
  const renew = (): void => {
    if (token !== '') say(true);
    if (!connection.isClosed()) {
      replies?.unsubscribe();
      absences?.unsubscribe();
    }
    token = globalThis.crypto.randomUUID();
    replies = connection.subscribe(replySubject(subject, token), {
      callback: (error, message) => {
        if (error === null) onBatch(message);
      },
    });
    // The broker answers on behalf of those who have no connection.
    absences = connection.subscribe(replySubject(subject, `${token}.*`), {
      callback: (error, message) => {
        if (error === null) onAbsence(message);
      },
    });
    say(false);
  };

  /** Asks the broker whether a process has a connection. */
  const probe = (instance: string): void => {
    if (isCutOff || !/^[A-Za-z0-9-]{1,64}$/.test(instance)) return;
    try {
      const reply = replySubject(subject, `${token}.${instance}`);
      connection.publish(presenceSubject(subject, instance), new Uint8Array(), { reply });
    } catch {
      return;
    }
  };

  const onAbsence = ({ subject: reply, data, headers }: NatsMessage): void => {
    const instance = reply.slice(reply.lastIndexOf('.') + 1);
    if (isStopped || isCutOff || data.length > 0 || headers?.code !== 503) return;
    // One that is heard only has no right to say that it is there.
    if (now() - (heardAt.get(instance) ?? now()) > 3 * askEveryMs) lose(instance, 'gone');
  };

  const remark = (text: string): void => {
    hold([{ type: 'mark', kind: 'warning', text, at: now() }]);
  };

  /** The connection to the broker is that of no lifeline. */
  const tellLink = (op: TraceLink['op']): void => {
    hold([{ type: 'link', op, systems: [], at: now() }]);
  };

  const unwatch = watchLink(connection, {
    lost: () => {
      if (isCutOff) return;
      isCutOff = true;
      tellLink('lost');
      remark('the connection to NATS is lost: nothing is heard of the processes');
      for (const instance of heardAt.keys()) lose(instance, 'disconnected');
    },
    restored: () => {
      isCutOff = false;
      tellLink('restored');
      remark('the connection to NATS is back');
      // Those that have gone on tell what they could not, and those that have missed the asks begin again.
      for (const instance of heardAt.keys()) heardAt.set(instance, now());
      say(false);
    },
    refused: () => undefined,
    closed: () => {
      isCutOff = true;
      tellLink('closed');
      for (const instance of heardAt.keys()) lose(instance, 'disconnected');
    },
  });

  let askTimer: unknown;
  let askedAt = now();
  const ask = (): void => {
    // Whoever stood still himself has heard of nobody, and what was said is still to be read.
    const wasStalled = now() - askedAt > 2 * askEveryMs;
    askedAt = now();
    for (const [instance, at] of wasStalled ? heardAt : []) {
      if (now() - at > 2 * askEveryMs) lose(instance, 'stalled');
      heardAt.set(instance, now());
    }
    say(false);
    // Whose connection is lost hears of nobody.
    for (const [instance, at] of isCutOff ? [] : heardAt) {
      if (now() - at <= 3 * askEveryMs) continue;
      lose(instance, 'silent');
      probe(instance);
    }
    askTimer = clock.setTimeout(ask, askEveryMs);
  };
  let mergeTimer: unknown;
  const mergeOn = (): void => {
    release(now() - mergeMs);
    mergeTimer = clock.setTimeout(mergeOn, mergeMs / 3);
  };

  outlet.push(header);
  renew();
  ask();
  mergeOn();
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    unwatch();
    clock.clearTimeout(askTimer);
    clock.clearTimeout(mergeTimer);
    say(true);
    release(Infinity);
    outlet.close();
    if (connection.isClosed()) return;
    replies?.unsubscribe();
    absences?.unsubscribe();
    greetings.unsubscribe();
  };
  return {
    get processes() {
      return Array.from(heardAt.values()).filter((at) => now() - at <= 3 * askEveryMs).length;
    },
    stop,
    [Symbol.dispose]: stop,
  };
}
