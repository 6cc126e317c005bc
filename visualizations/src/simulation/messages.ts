import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import type { NamedStream, PeerState } from './simulation.js';
import type { Deed } from './script.js';
import type { Story } from './story.js';

/** What the page says to the worker. */
export type PlayerCommand =
  | { readonly type: 'start'; readonly story: Story }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** How many milliseconds of the simulation go by in one of the clock on the wall. */
  | { readonly type: 'speed'; readonly speed: number }
  | { readonly type: 'act'; readonly deed: Deed }
  /** Goes back to a moment that has been, and goes on from there by hand. */
  | { readonly type: 'fork'; readonly at: number };

/** What the worker says to the page. */
export type PlayerReport =
  /** A run begins: what was shown before is of another one. */
  | { readonly type: 'run'; readonly run: number; readonly story: Story }
  | { readonly type: 'records'; readonly run: number; readonly records: readonly TraceEvent[] }
  /** The moment of the simulation. It goes on between records too: timers run down meanwhile. */
  | { readonly type: 'time'; readonly time: number }
  | { readonly type: 'state'; readonly state: PlayerState }
  /** What was asked for could not be done. */
  | { readonly type: 'error'; readonly text: string };

export interface PlayerState {
  readonly story: Story;
  readonly nowMs: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  /** The scenario is told to its end: it stops here once, and goes on if it is played. */
  readonly isOver: boolean;
  readonly peers: readonly PeerState[];
  readonly streams: readonly NamedStream[];
}
