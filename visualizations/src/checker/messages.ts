import type { Progress } from '../../../src/testing/index.js';
import type { ExplorationReport, PlaceReport } from './session.js';

/** What the page says to the worker. */
export type CheckerCommand =
  | { readonly type: 'explore'; readonly exploration: string }
  | { readonly type: 'stop' }
  | { readonly type: 'walk'; readonly exploration: string; readonly path: readonly number[] };

/** What the worker says to the page. A place comes with the records of its run. */
export type CheckerReport =
  | { readonly type: 'progress'; readonly progress: Pick<Progress, 'states' | 'depth' | 'frontier'> }
  | { readonly type: 'report'; readonly report: ExplorationReport }
  | ({ readonly type: 'place' } & PlaceReport)
  | { readonly type: 'error'; readonly text: string };
