import type { Warning } from '../index.js';
import type { ConnectionOptions } from './connection-options.js';

/** What `view`, `record` and `top` can watch. */
export interface WatchOptions extends ConnectionOptions {
  /** Where processes publish their trace events. */
  readonly subject?: string;
  /** Whether to play the demo and watch that, also where a server is named. */
  readonly demo?: true;
  /** Whether the demo is played once only. */
  readonly playOnce?: true;
}

export interface Watching {
  /** What is watched, in words. */
  readonly description: string;
  /** How many processes are heard. */
  processes(): number;
  /** Resolves when what is watched is over by itself. Rejects where it failed. */
  readonly over: Promise<void>;
  stop(): Promise<void>;
}

/** What a listener of the command throws ends the command, as any fault of it. */
export const throwWarning = ({ error }: Warning): void => {
  throw error;
};
