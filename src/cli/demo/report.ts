import type { ConsumerStreamEnd } from '../../index.js';
import type { LogFile } from './log-file.js';
import type { SceneName } from './scenes.js';
import type { Stage } from './stage.js';

export type Side = 'consumer' | 'producer';

/** What became of one stream of the demo. */
export interface Outcome {
  readonly scene: SceneName;
  readonly end: ConsumerStreamEnd;
  /** The states that were seen, by side. */
  readonly walked: Readonly<Record<Side, readonly string[]>>;
  /** What was not as it should have been. */
  readonly problems: readonly string[];
}

/** Prints the demo as it happens. Times are milliseconds since the first stream was opened. */
export interface Report {
  begin(stage: Stage, log: LogFile): void;
  state(elapsedMs: number, scene: SceneName, side: Side, state: string): void;
  /** Something that the demo does, or that happens to a stream. */
  event(elapsedMs: number, scene: SceneName, who: string, what: string): void;
  end(elapsedMs: number, scene: SceneName, end: ConsumerStreamEnd): void;
  summary(elapsedMs: number, outcomes: readonly Outcome[]): void;
}
