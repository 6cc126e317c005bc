import type { ConfigPath } from '../machine-config/config-path.js';

/** A violation of one of the coding rules for explorable machines. */
export interface Breach {
  /** The state, and the path within its config: `stream.open.idle → on.close[0].actions[1]`. */
  readonly place: string;
  /** What was found there, and why it cannot be explored. */
  readonly problem: string;
  /** What to write instead. */
  readonly remedy: string;
}

/** A breach as the rules find it, with its place not yet written out. */
export interface Finding {
  readonly path: ConfigPath;
  readonly problem: string;
  readonly remedy: string;
}
