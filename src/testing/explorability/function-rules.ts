import type { ConfigPath } from '../machine-config/config-path.js';
import type { Finding } from './breach.js';
import { impuritiesOf, waysOutOf } from './purity.js';

/** Rule: what a machine computes depends on its context and the event alone. Anything but a function passes. */
export function functionFindings(path: ConfigPath, fn: unknown): readonly Finding[] {
  return [
    ...impuritiesOf(fn).map((impurity) => ({
      path,
      problem: `a function that ${impurity}, so the same step may end otherwise the next time`,
      remedy: 'let the host do it and bring the outcome in an event; an age is a state with `after`',
    })),
    ...waysOutOf(fn).map((way) => ({
      path,
      problem: `a function that uses ${way}, a live actor that is neither state nor data`,
      remedy: 'record a command that names the actor by an id',
    })),
  ];
}
