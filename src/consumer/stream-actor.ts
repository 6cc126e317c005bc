import { fromPromise, type PromiseActorLogic } from 'xstate';
import type { ConsumerClient } from './consumer-client.js';
import type { ConsumerStreamEnd } from './consumer-stream.js';

/** What a machine gives to the stream that it invokes. */
export interface StreamActorInput {
  /** Where producers take requests. */
  readonly subject: string;
  /** The body of the request: bytes, a string, or any other value, which is encoded. */
  readonly data?: unknown;
  /** The stream ends with the reason `timedOut` after so many milliseconds. */
  readonly timeoutMs?: number;
  /** What records are handed over as: bytes unless told. */
  readonly as?: 'bytes' | 'text' | 'object';
}

/** A record of the stream, as the parent receives it. */
export interface StreamRecordEvent<Value = unknown> {
  readonly type: 'stream.record';
  readonly subject: string;
  readonly record: Value;
}

const decoder = new TextDecoder();

/**
 * Actor logic of one stream, for machines of the application's own: invoke it or spawn it with
 * {@link StreamActorInput}. Each record is sent to the parent as a {@link StreamRecordEvent}, or emitted where the
 * actor has no parent. The actor is done, with the end as its output, when the stream is complete, and ends with the
 * `CloseError` otherwise. Stopping the actor cancels the stream.
 */
export function streamActor(
  client: ConsumerClient,
): PromiseActorLogic<ConsumerStreamEnd, StreamActorInput, StreamRecordEvent> {
  return fromPromise<ConsumerStreamEnd, StreamActorInput, StreamRecordEvent>(async ({ input, self, signal, emit }) => {
    const { subject, data, timeoutMs, as = 'bytes' } = input;
    const parent = self._parent;
    const hand = (record: unknown) => {
      const event: StreamRecordEvent = { type: 'stream.record', subject, record };
      if (parent === undefined) emit(event);
      else parent.send(event);
    };
    const stream = client.openStream(subject, data, {
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(as === 'object'
        ? { onObject: hand }
        : { onRecord: as === 'text' ? (record) => hand(decoder.decode(record)) : hand }),
    });
    const end = await stream.closed;
    if (end.error !== undefined) throw end.error;
    return end;
  });
}
