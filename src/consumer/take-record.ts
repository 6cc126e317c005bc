import type { ClientHost } from '../host/client-host.js';
import type { ConsumerStreamInlet } from './consumer-stream.js';
import { heldBytesOf, type QueuedRecord } from './record-queue.js';

/** A stream that takes records: whether its producer has shown that it knows the extension. */
interface TakingStream extends ConsumerStreamInlet {
  readonly delivery: { readonly isExtended: boolean } | undefined;
}

/** What becomes of a record that came: the machine has said where records go, or is asked. */
export function takeRecord(host: ClientHost, id: string, stream: TakingStream, record: QueuedRecord): void {
  // A frame of an extended stream was a sign of life as a whole, and holds no more than was granted.
  const isExtended = stream.delivery?.isExtended === true;
  if (stream.gate === 'detached') {
    stream.clock.touch();
  } else if (!isExtended && !stream.hasRoomFor(heldBytesOf(record))) {
    const text = `the reader is too slow: ${stream.describeBuffer()} wait, and one of ${heldBytesOf(record)} bytes came`;
    host.dispatch(id, { type: 'reader.overflow', text });
  } else if (stream.gate === 'attached') {
    if (!isExtended) stream.clock.touch();
    stream.deliver(record);
  } else {
    stream.hold(record);
    host.dispatch(id, { type: 'frame.data' });
    stream.handOver();
  }
}
