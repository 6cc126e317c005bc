import { systemClock } from '../host/clock.js';
import { shieldWarnings } from '../host/shielded.js';
import type { Warning } from '../host/warnings.js';
import { messageOf } from '../errors.js';
import type { NatsConnection, NatsMessage } from '../transport/nats-connection.js';
import { isPublishSubject } from '../wire/index.js';
import {
  askSubject,
  collectorTimeoutMs,
  decodeAsk,
  encodeBatches,
  encodeFarewell,
  greetingSubject,
  replySubject,
  type PublisherIdentity,
} from './over-nats-messages.js';
import type { AnyRecord } from './record.js';
import type { Recorder } from './recorder.js';
import { refuse, requireFunction, requireKnownNames } from '../validation/argument-checks.js';

export interface OverNatsOptions {
  /** What the subjects of records begin with. `nats-stream.records` unless told. */
  readonly subject?: string;
  /** What this process is called, and what the lifelines of its clients begin with. Something unique unless told. */
  readonly process?: string;
  /** Is told what could not be published. */
  readonly onWarning?: (warning: Warning) => void;
}

/** Records of this process that others may ask for. */
export interface InspectionOverNats {
  /** How many collectors listen now. */
  readonly collectors: number;
  /** Says goodbye to those that listen, and takes no more. */
  stop(): void;
}

export const defaultRecordsSubject = 'nats-stream.records';

interface Collecting {
  lastAskedAt: number;
  readonly stop: () => void;
}

/**
 * Answers those who ask for the records of a recorder. See `inspectOverNats`.
 *
 * @throws {StreamError} `badArgument` for an unknown option, and for a subject that is none.
 */
export function publishRecords(
  recorder: Recorder,
  connection: NatsConnection,
  options: OverNatsOptions = {},
): InspectionOverNats {
  requireKnownNames('options', options, ['subject', 'process', 'onWarning']);
  requireFunction('onWarning', options.onWarning);
  const { subject = defaultRecordsSubject } = options;
  const onWarning = shieldWarnings(options.onWarning ?? (() => undefined));
  if (!isPublishSubject(subject))
    refuse(`subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`);
  const instance = newInstance();
  const identity: PublisherIdentity = { process: options.process ?? instance, instance };
  const collecting = new Map<string, Collecting>();

  const publish = (to: string, payloads: Iterable<Uint8Array>): void => {
    try {
      for (const payload of payloads) connection.publish(to, payload);
    } catch (error) {
      onWarning({ code: 'publishFailed', message: `records could not be published: ${messageOf(error)}`, error });
    }
  };

  const begin = (token: string): Collecting => {
    const to = replySubject(subject, token);
    const stop = recorder.listen((records: readonly AnyRecord[]) => {
      const bytesMax = connection.info?.max_payload ?? 1024 * 1024;
      publish(to, encodeBatches(identity, records, bytesMax));
      // The listener is busy until the server has taken this; a connection that is lost tells nothing.
      return connection.flush().catch(() => undefined);
    });
    return { lastAskedAt: systemClock.now(), stop };
  };

  const letGo = (token: string): void => {
    collecting.get(token)?.stop();
    collecting.delete(token);
  };

  let timer: unknown;
  const watch = (): void => {
    timer = systemClock.setTimeout(() => {
      const now = systemClock.now();
      for (const [token, { lastAskedAt }] of collecting) if (now - lastAskedAt > collectorTimeoutMs) letGo(token);
      timer = undefined;
      if (collecting.size > 0) watch();
    }, collectorTimeoutMs / 3);
    (timer as { unref?: () => void }).unref?.();
  };

  const onAsk = (message: NatsMessage): void => {
    const ask = decodeAsk(message.data);
    if (ask === undefined) return;
    if (ask.isOver) {
      letGo(ask.token);
      return;
    }
    const known = collecting.get(ask.token);
    if (known === undefined) collecting.set(ask.token, begin(ask.token));
    else known.lastAskedAt = systemClock.now();
    // Whether there is something to tell or not: so that the collector hears that this process lives.
    publish(replySubject(subject, ask.token), encodeBatches(identity, [], Infinity));
    if (timer === undefined) watch();
  };

  const subscription = connection.subscribe(askSubject(subject), {
    callback: (error, message) => {
      if (error === null) onAsk(message);
      else onWarning({ code: 'subscriptionLost', message: `records cannot be asked for: ${error.message}`, error });
    },
  });
  publish(greetingSubject(subject), [new Uint8Array()]);
  return {
    get collectors() {
      return collecting.size;
    },
    stop: () => {
      for (const token of [...collecting.keys()]) {
        letGo(token);
        publish(replySubject(subject, token), [encodeFarewell(identity)]);
      }
      systemClock.clearTimeout(timer);
      if (!connection.isClosed()) subscription.unsubscribe();
    },
  };
}

function newInstance(): string {
  return globalThis.crypto.randomUUID().slice(0, 8);
}
