import type { Clock } from '../../../../src/host/clock.js';
import type { NatsMessage } from '../../../../src/transport/nats-connection.js';

/** The slots of a stream's channel. */
const channelSlots = 16;

/** What the NATS client holds for the dispatcher at most. Half a million there; fewer are enough to see what follows. */
const pendingMax = 64;

/**
 * How the Go package hands frames to its readers: one dispatcher for all streams, a channel of a few slots for each, and
 * a send into a full channel that blocks the dispatcher until its reader makes room. What comes meanwhile waits in the
 * NATS client, which drops what it cannot hold (defect 5).
 */
export interface Dispatcher {
  /** @param readEveryMs How long the reader of the stream takes for a record. */
  push(stream: string, readEveryMs: number, message: NatsMessage): void;
}

/**
 * @param deliver Is given each frame as its reader takes it.
 * @param onDrop Is told how many were dropped so far, and how many wait.
 */
export function createDispatcher(
  clock: Clock,
  deliver: (message: NatsMessage) => void,
  onDrop: (dropped: number, waiting: number) => void,
): Dispatcher {
  const pending: { readonly stream: string; readonly readEveryMs: number; readonly message: NatsMessage }[] = [];
  const channels = new Map<string, NatsMessage[]>();
  let dropped = 0;

  const read = (stream: string, readEveryMs: number): void => {
    clock.setTimeout(() => {
      const message = channels.get(stream)?.shift();
      if (message !== undefined) deliver(message);
      if ((channels.get(stream)?.length ?? 0) > 0) read(stream, readEveryMs);
      dispatch();
    }, readEveryMs);
  };

  const dispatch = (): void => {
    for (let next = pending[0]; next !== undefined; next = pending[0]) {
      const { stream, readEveryMs, message } = next;
      if (readEveryMs === 0) {
        deliver(message);
      } else {
        const channel = channels.get(stream) ?? [];
        if (channel.length >= channelSlots) return;
        channels.set(stream, channel);
        channel.push(message);
        if (channel.length === 1) read(stream, readEveryMs);
      }
      pending.shift();
    }
  };

  return {
    push: (stream, readEveryMs, message) => {
      if (pending.length >= pendingMax) {
        dropped += 1;
        onDrop(dropped, pending.length);
        return;
      }
      pending.push({ stream, readEveryMs, message });
      dispatch();
    },
  };
}
