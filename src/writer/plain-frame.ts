import { StreamError } from '../errors.js';
import { encodeDataFrame, type WireRecord } from '../wire/index.js';

/** The plain frame of a record. Throws a `StreamError` `tooLarge` where it does not fit into one message. */
export function encodePlainFrame({ data, superjson }: WireRecord, payloadBytesMax: number): Uint8Array {
  const frame = encodeDataFrame(data, superjson);
  if (frame.length > payloadBytesMax) {
    throw new StreamError(
      'tooLarge',
      `record: expected a message of at most ${payloadBytesMax} bytes, came ${frame.length} for ${data.length} bytes of data`,
    );
  }
  return frame;
}
