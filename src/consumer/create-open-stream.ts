import type { ClientHost } from '../host/client-host.js';
import { LivenessClock } from '../host/liveness-clock.js';
import { shielded } from '../host/shielded.js';
import type { ResolvedOptions } from '../validation/options.js';
import { createConsumerStream, type ConsumerStream } from './consumer-stream.js';
import type { OpenStream, OpenStreams } from './open-stream.js';
import { readerOf, watchReader, type OpenStreamOptions } from './open-stream-options.js';
import { createStreamReceiver } from './stream-receiver.js';

/** What a stream is made of. */
export interface OpenStreamParts extends Pick<OpenStream, 'requestAs' | 'headers'> {
  readonly consumerId: string;
  readonly id: string;
  readonly subject: string;
  readonly actor: () => ConsumerStream['actor'];
  /** How many bytes it is granted from the beginning; undefined where delivery is not offered. */
  readonly windowBytes: number | undefined;
  /** Whether the application said for how long a stream may be silent. */
  readonly isSilenceGiven: boolean;
}

/**
 * Makes a stream that is about to be opened, and begins to watch its reader's signal and deadline.
 *
 * @param streams What its frames find it by.
 */
export function createOpenStream(
  host: ClientHost,
  streams: OpenStreams,
  options: ResolvedOptions,
  parts: OpenStreamParts,
  reading: OpenStreamOptions,
): OpenStream {
  const { consumerId, id, subject, actor, requestAs, headers, windowBytes, isSilenceGiven } = parts;
  const { clock, codec, bufferedRecordsMax, bufferedBytesMax, silenceTimeoutMs } = options;
  const { onSlow } = reading;
  const cancel = (reason: 'cancelled' | 'timedOut', text: string): void =>
    host.dispatch(id, { type: 'app.cancel', reason, text });
  const releaseReader = watchReader(reading, clock, cancel);
  const delivery =
    windowBytes === undefined
      ? undefined
      : createStreamReceiver(host, streams, { ...options, consumerId, id, windowBytes, isSilenceGiven });
  const inlet = createConsumerStream({
    id,
    subject,
    reader: readerOf(reading, codec),
    clock: new LivenessClock(clock),
    codec,
    bufferedRecordsMax,
    bufferedBytesMax,
    actor,
    cancel: (text) => cancel('cancelled', text),
    onConsumed: (bytes, annotationBytes) => delivery?.onConsumed(bytes, annotationBytes),
    onSlow:
      onSlow === undefined
        ? undefined
        : shielded(onSlow, (error) => {
            host.warn({ code: 'callbackThrew', message: 'onSlow threw', subject, error });
          }),
  });
  return Object.assign(inlet, {
    requestAs,
    headers,
    streamId: id,
    answeredTo: undefined,
    delivery,
    windowBytes: windowBytes ?? 0,
    silenceTimeoutMs,
    heartbeatInbox: undefined,
    isShared: false,
    releaseReader,
  });
}
