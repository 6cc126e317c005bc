import { systemClock } from '../host/clock.js';
import { shieldWarnings } from '../host/shielded.js';
import type { Warning } from '../host/warnings.js';
import { messageOf } from '../errors.js';
import type { NatsConnection, NatsMessage } from '../transport/nats-connection.js';
import { watchLink } from '../transport/link.js';
import { RecentSubjects } from '../transport/recent-subjects.js';
import { isPublishSubject } from '../wire/index.js';
import {
  askSubject,
  collectorTimeoutMs,
  decodeAsk,
  encodeBatches,
  encodeFarewell,
  greetingSubject,
  presenceSubject,
  replySubject,
  type PublisherIdentity,
  type Telling,
} from './collector-messages.js';
import { traceVersion, type TraceEvent } from '../trace-events/trace-event.js';
import type { Tracer } from './tracer.js';
import { refuse, requireFunction } from '../validation/argument-checks.js';

/** Options of a publication of trace events. */
export interface PublicationOptions {
  /**
   * The prefix of the subjects of trace events.
   *
   * @default 'nats-stream.records'
   */
  readonly subject?: string;
  /**
   * The name of this process, and the prefix of its clients' lifelines.
   *
   * @default a unique name
   */
  readonly process?: string;
  /**
   * How many collectors are served at once. A limit is needed because anyone allowed to publish to `<subject>.ask` can
   * ask as any number of collectors, each of which is sent everything. One beyond the limit is told so, once. A collector
   * that leaves keeps its place until six seconds after it came, so that nobody can request one snapshot after another.
   *
   * @default 16
   */
  readonly collectorsMax?: number;
  /**
   * Called with what could not be published.
   *
   * @default warnings are dropped
   */
  readonly onWarning?: (warning: Warning) => void;
}

/** The names of {@link PublicationOptions}. */
export const publicationOptions = ['subject', 'process', 'collectorsMax', 'onWarning'] as const;

const collectorsMaxDefault = 16;

/** A running publication of this process's trace events. Disposing it calls `stop()`. */
export interface TracePublication extends Disposable {
  /** How many collectors are listening now. */
  readonly collectors: number;
  /** Says goodbye to the collectors, and stops publishing. */
  stop(): void;
}

/** As it was when trace events were called records: processes and collectors of any version find each other. */
export const defaultTraceSubject = 'nats-stream.records';

interface Collecting {
  /** When it was told from the start last. */
  readonly begunAt: number;
  lastAskedAt: number;
  /** Whether it has left, and only its place is kept. */
  hasLeft: boolean;
  /** How far it was told. */
  readonly telling: () => Telling;
  /** Nothing can be told, until it asks again. */
  readonly hold: () => void;
  readonly goOn: () => void;
  readonly stop: () => void;
}

/**
 * Answers those who ask for the trace events of a tracer. See `traceOverNats`.
 *
 * @throws {StreamError} `badArgument` for a subject that is none.
 */
export function publishTrace(
  tracer: Tracer,
  connection: NatsConnection,
  options: PublicationOptions = {},
): TracePublication {
  requireFunction('onWarning', options.onWarning);
  const { subject = defaultTraceSubject, collectorsMax = collectorsMaxDefault } = options;
  if (!Number.isSafeInteger(collectorsMax) || collectorsMax < 1) {
    refuse(`collectorsMax: expected a whole number from 1 on, came ${String(collectorsMax)}`);
  }
  const onWarning = shieldWarnings(options.onWarning ?? (() => undefined));
  if (!isPublishSubject(subject))
    refuse(`subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`);
  const instance = newInstance();
  const identity: PublisherIdentity = { process: options.process ?? instance, instance };
  const collecting = new Map<string, Collecting>();
  /** Collectors for whom there was no place, and who were told so. */
  const refused = new RecentSubjects();

  const publish = (to: string, payloads: Iterable<Uint8Array>): void => {
    try {
      for (const payload of payloads) connection.publish(to, payload);
    } catch (error) {
      onWarning({ code: 'publishFailed', message: `trace events could not be published: ${messageOf(error)}`, error });
    }
  };

  let isCutOff = false;
  const unwatch = watchLink(connection, {
    lost: () => {
      isCutOff = true;
      for (const known of collecting.values()) known.hold();
    },
    restored: () => {
      isCutOff = false;
      // Nobody could ask in the meantime.
      for (const known of collecting.values()) known.lastAskedAt = systemClock.now();
    },
    refused: () => undefined,
    closed: () => {
      isCutOff = false;
      for (const known of collecting.values()) known.goOn();
    },
  });

  let sessions = 0;
  const begin = (token: string): Collecting => {
    const to = replySubject(subject, token);
    sessions += 1;
    const session = sessions;
    let seq = 0;
    let isOver = false;
    /** Set while nothing can be told: until the collector asks again, whose own link may be down for longer. */
    let held: { readonly over: Promise<void>; readonly end: () => void } | undefined;
    const hold = (): void => {
      if (held !== undefined) return;
      let end: () => void = () => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      held = { over, end };
    };
    const goOn = (): void => {
      held?.end();
      held = undefined;
    };

    /** Gives a promise where the server has yet to take it: the listener is busy for so long. */
    const tell = async (events: readonly TraceEvent[]): Promise<void> => {
      const before = { session, seq };
      const after = events.reduce((last, event) => ('seq' in event ? event.seq : last), seq);
      // What is published while the link is down, or was when it went down, is lost: it is told when all is well again.
      for (;;) {
        if (!isOver) await held?.over;
        publish(to, encodeBatches({ ...identity, ...before }, events, connection.info?.max_payload ?? 1024 * 1024));
        // What waits to be told is not told: who heard otherwise would miss it, and drop it when it comes.
        if (isOver || connection.isClosed()) {
          seq = after;
          return;
        }
        const isTaken = await connection.flush().then(
          () => true,
          () => held === undefined,
        );
        if (!isTaken) continue;
        seq = after;
        return;
      }
    };
    const stop = tracer.listen(tell);
    const now = systemClock.now();
    return {
      begunAt: now,
      lastAskedAt: now,
      hasLeft: false,
      telling: () => ({ session, seq }),
      hold,
      goOn,
      stop: () => {
        isOver = true;
        goOn();
        stop();
      },
    };
  };

  const tellThatAllIsTaken = (token: string): void => {
    if (!refused.add(token)) return;
    const text = `${identity.process} is watched by ${collectorsMax} collectors already, and tells nobody else`;
    const header: TraceEvent = { type: 'run', version: traceVersion, source: 'live', unit: 'ms', label: 'refused' };
    const mark: TraceEvent = { type: 'mark', seq: 1, at: 0, kind: 'warning', text };
    publish(replySubject(subject, token), encodeBatches(identity, [header, mark], Infinity));
  };

  const letGo = (token: string): void => {
    collecting.get(token)?.stop();
    collecting.delete(token);
  };

  let timer: unknown;
  const watch = (): void => {
    timer = systemClock.setTimeout(() => {
      const now = systemClock.now();
      for (const [token, { lastAskedAt, begunAt, hasLeft }] of collecting) {
        const isGone = now - (hasLeft ? begunAt : lastAskedAt) > collectorTimeoutMs;
        // While the link is down nobody can ask.
        if (isGone && !isCutOff) letGo(token);
      }
      timer = undefined;
      if (collecting.size > 0) watch();
    }, collectorTimeoutMs / 3);
    (timer as { unref?: () => void }).unref?.();
  };

  const onAsk = (message: NatsMessage): void => {
    const ask = decodeAsk(message.data);
    if (ask === undefined) return;
    const known = collecting.get(ask.token);
    if (ask.isOver) {
      known?.stop();
      if (known !== undefined) known.hasLeft = true;
      return;
    }
    if (known?.hasLeft === true) return;
    const now = systemClock.now();
    if (known !== undefined) {
      known.lastAskedAt = now;
      known.goOn();
      // Nobody can have it told from the start again and again.
      if (ask.anew?.includes(instance) === true && now - known.begunAt > collectorTimeoutMs) {
        known.stop();
        collecting.set(ask.token, begin(ask.token));
      }
    } else if (collecting.size < collectorsMax) {
      collecting.set(ask.token, begin(ask.token));
    } else {
      tellThatAllIsTaken(ask.token);
      return;
    }
    // Whether there is something to tell or not: so that the collector hears that this process lives.
    const telling = collecting.get(ask.token)?.telling();
    publish(replySubject(subject, ask.token), encodeBatches({ ...identity, ...telling }, [], Infinity));
    if (timer === undefined) watch();
  };

  const subscription = connection.subscribe(askSubject(subject), {
    callback: (error, message) => {
      if (error === null) onAsk(message);
      else
        onWarning({ code: 'subscriptionLost', message: `trace events cannot be asked for: ${error.message}`, error });
    },
  });
  // Nobody says anything there: a broker answers for a process that has no connection any more.
  const presence = connection.subscribe(presenceSubject(subject, instance), { callback: () => undefined });
  publish(greetingSubject(subject), [new Uint8Array()]);
  const stop = (): void => {
    for (const [token, { hasLeft }] of [...collecting]) {
      letGo(token);
      if (!hasLeft) publish(replySubject(subject, token), [encodeFarewell(identity)]);
    }
    unwatch();
    systemClock.clearTimeout(timer);
    if (connection.isClosed()) return;
    subscription.unsubscribe();
    presence.unsubscribe();
  };
  return {
    get collectors() {
      return Array.from(collecting.values()).filter(({ hasLeft }) => !hasLeft).length;
    },
    stop,
    [Symbol.dispose]: stop,
  };
}

function newInstance(): string {
  return globalThis.crypto.randomUUID().slice(0, 8);
}
