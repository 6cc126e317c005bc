import type { HeaderBlock } from '../transport/headers.js';
import type { Receiver } from '../delivery/receiver.js';
import type { ConsumerStreamInlet } from './consumer-stream.js';

/** A stream of a client, from its open to its `closed` state: what the parts of the client note of it. */
export interface OpenStream extends ConsumerStreamInlet {
  /** The open request with this stream id. */
  readonly requestAs: (streamId: string) => Uint8Array;
  /** The headers of each request. */
  readonly headers: HeaderBlock | undefined;
  /** The stream id under which it was requested last: the public one, or one of a request that was asked again. */
  streamId: string;
  /** Where the client answered the heartbeat request that listed the stream last. */
  answeredTo: string | undefined;
  /** The extended stream, where the producer may accept it. */
  readonly delivery: Receiver | undefined;
  /** How many bytes were granted from the beginning. */
  readonly windowBytes: number;
  /** The silence timeout, raised where the producer announced that it is heard less often. Milliseconds. */
  silenceTimeoutMs: number;
  /** Where heartbeats that list the stream come from, the last token left out: each producer has an inbox of its own. */
  heartbeatInbox: string | undefined;
  /** Whether it was warned of a second producer. */
  isShared: boolean;
  /** Gives back the deadline's timer and the signal's listener. */
  readonly releaseReader: () => void;
}

/** The streams of a client that are not over, by their public ids. */
export type OpenStreams = ReadonlyMap<string, OpenStream>;
