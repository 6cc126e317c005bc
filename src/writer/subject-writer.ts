import { CloseCode } from '../../machines/index.js';
import type { Codec } from '../values/codec.js';
import { messageOf, StreamError } from '../errors.js';
import type { Publisher } from '../transport/publisher.js';
import { encodePlainFrame } from './plain-frame.js';
import { encodeCloseFrame, isPublishSubject } from '../wire/index.js';
import { Writer } from './writer.js';

/**
 * A writer that publishes to a subject and belongs to no registered stream: nothing is known of its reader, and nobody
 * supervises it.
 */
export function createSubjectWriter(
  subject: string,
  publisher: Publisher,
  codec: Codec | undefined,
  warn: (message: string, error: unknown) => void,
): Writer {
  if (!isPublishSubject(subject)) {
    throw new StreamError(
      'badArgument',
      `subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`,
    );
  }
  let lost: unknown;
  const closedBy = (error: unknown) =>
    new StreamError('writerClosed', `could not publish to ${subject}: ${messageOf(error)}`, { cause: error });
  const attempt = (publish: () => void) => {
    if (lost !== undefined) throw closedBy(lost);
    try {
      publish();
    } catch (error) {
      throw closedBy(error);
    }
  };
  const close = (code: number, text: string) => {
    publisher.publish(subject, (bytesMax) => encodeCloseFrame(code, text, bytesMax));
  };
  /** A record that is lost may not be followed by others, nor by a normal end. */
  const onLost = (error: unknown) => {
    lost = error;
    warn('a record could not be published', error);
    try {
      close(CloseCode.InternalServerError, `a record could not be published: ${messageOf(error)}`);
    } catch (failure) {
      warn('a close frame could not be published', failure);
    }
  };
  publisher.writtenTo.add(subject);
  return new Writer(
    {
      write: (record) => {
        const frame = encodePlainFrame(record, publisher.payloadBytesMax);
        attempt(() => {
          publisher.publishRecord(subject, frame, onLost);
        });
        return publisher.ready();
      },
      close: (code, text) => {
        attempt(() => {
          close(code, text);
        });
      },
      ready: () => publisher.ready(),
      desiredSize: () => publisher.desiredSize,
      readsSuperjson: false,
    },
    codec,
  );
}
