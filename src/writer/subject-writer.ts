import type { Codec } from '../values/codec.js';
import { messageOf, StreamError } from '../errors.js';
import type { Outbound } from '../transport/publisher.js';
import { encodePlainFrame } from './plain-frame.js';
import { encodeCloseFrame, isPublishSubject } from '../wire/index.js';
import { Writer } from './writer.js';

/**
 * A writer that publishes to a subject and belongs to no registered stream: nothing is known of its reader, and nobody
 * supervises it.
 */
export function createSubjectWriter(subject: string, outbound: Outbound, codec: Codec | undefined): Writer {
  if (!isPublishSubject(subject)) {
    throw new StreamError(
      'badArgument',
      `subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`,
    );
  }
  const attempt = (publish: () => void) => {
    try {
      publish();
    } catch (error) {
      throw new StreamError('writerClosed', `could not publish to ${subject}: ${messageOf(error)}`, { cause: error });
    }
  };
  outbound.writtenTo.add(subject);
  return new Writer(
    {
      write: (record) => {
        const frame = encodePlainFrame(record, outbound.payloadBytesMax);
        attempt(() => {
          outbound.publishRecord(subject, frame);
        });
        return outbound.ready();
      },
      close: (code, text) => {
        attempt(() => {
          outbound.publish(subject, encodeCloseFrame(code, text));
        });
      },
      ready: () => outbound.ready(),
      desiredSize: () => outbound.desiredSize,
      readsSuperjson: false,
    },
    codec,
  );
}
