import {
  brokenProperty,
  restProperty,
  type Coverage,
  type Properties,
  type PropertyKind,
  type SystemView,
  type Violation,
} from '../../testing/index.js';

/** What is known of a property: `open` where no violation was found, but not every state was explored. */
export type Verdict = 'held' | 'reached' | 'violated' | 'open';

export interface PropertyFinding {
  readonly property: string;
  readonly kind: PropertyKind;
  readonly verdict: Verdict;
  /** Whether a state was found in which it holds; for properties that have to be reachable. */
  readonly isReached?: boolean;
  /** The bound that was promised. Ticks. */
  readonly within?: number;
  /** The longest time that was seen. Ticks; Infinity if it may wait for ever; absent if it was never asked for. */
  readonly worst?: number;
}

/** What an exploration, or random walks, have found. */
export interface Findings {
  /** Every reachable state was explored. Never so of walks. */
  readonly isComplete: boolean;
  /** Why it ended before that. */
  readonly stoppedBy?: 'violation' | 'states' | 'seconds' | 'signal';
  readonly properties: readonly PropertyFinding[];
  readonly violations: readonly Violation[];
  /** By machine; absent of walks. */
  readonly coverage?: Readonly<Record<string, Coverage>>;
  /** In numbers: states, and whatever else is counted. */
  readonly counts: Readonly<Record<string, number>>;
  readonly ms: number;
}

/** What was found, as a verdict on each property. */
export function judge(
  { always = {}, leadsTo = {}, reachable = {} }: Properties<SystemView>,
  found: {
    readonly isComplete: boolean;
    readonly violations: readonly Violation[];
    readonly reached: ReadonlySet<string>;
    readonly times: Readonly<Record<string, number>>;
  },
): readonly PropertyFinding[] {
  const isViolated = (name: string, kind: PropertyKind) =>
    found.violations.some((violation) => violation.property === name && violation.kind === kind);
  const verdictOf = (name: string, kind: PropertyKind): Verdict => {
    if (isViolated(name, kind)) return 'violated';
    return found.isComplete ? 'held' : 'open';
  };
  return [
    { property: brokenProperty, kind: 'broken', verdict: verdictOf(brokenProperty, 'broken') },
    { property: restProperty, kind: 'rest', verdict: verdictOf(restProperty, 'rest') },
    ...Object.keys(always).map((property) => ({
      property,
      kind: 'always' as const,
      verdict: verdictOf(property, 'always'),
    })),
    ...Object.entries(leadsTo).map(([property, { within }]) => {
      const worst = found.times[property];
      return {
        property,
        kind: 'leadsTo' as const,
        verdict: verdictOf(property, 'leadsTo'),
        ...(within === undefined ? {} : { within }),
        ...(worst === undefined ? {} : { worst }),
      };
    }),
    ...Object.keys(reachable).map((property) => {
      const isReached = found.reached.has(property);
      return {
        property,
        kind: 'reachable' as const,
        verdict: isReached ? ('reached' as const) : verdictOf(property, 'reachable'),
        isReached,
      };
    }),
  ];
}
