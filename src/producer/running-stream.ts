import type { StreamCounts } from '../host/trace-port.js';
import type { ProducerStreamOutlet } from './producer-stream.js';

/** A stream of a client, from its registration to its `closed` state: what the parts of the client note of it. */
export interface RunningStream extends ProducerStreamOutlet {
  /** Starts what makes its records. */
  readonly start: () => void;
  /** Where its frames go: its inbox, or what the server made of it where the request came from another account. */
  readonly framesTo: string;
  /** The subject on which the consumer of an extended stream says what it has received. */
  readonly control: string;
  /** Gives back the timer of the reader's deadline. */
  readonly releaseDeadline: () => void;
  /** Who waits for the end of its actor. */
  readonly onGone: (() => void)[];
}

/** The streams of a client that are not over, by their inbox subjects. */
export type RunningStreams = ReadonlyMap<string, RunningStream>;

/** How much a stream has handled. */
export function countsOf({ stream, delivery }: RunningStream): StreamCounts {
  const { inbox, records, bytes } = stream.info;
  return {
    actor: inbox,
    stream: inbox,
    records,
    bytes,
    ...(delivery === undefined ? {} : { credit: delivery.credit }),
  };
}
