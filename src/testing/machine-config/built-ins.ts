import { and, not, or, stateIn } from 'xstate';

/** What XState's own action creators return: functions that carry a type and a resolver. */
export interface BuiltInAction {
  readonly type: string;
  readonly resolve: unknown;
  readonly assignment?: unknown;
  readonly collect?: unknown;
  readonly event?: unknown;
  readonly to?: unknown;
  readonly id?: unknown;
  readonly delay?: unknown;
}

export function isBuiltInAction(value: unknown): value is BuiltInAction {
  return typeof value === 'function' && 'resolve' in value && 'type' in value;
}

/** What `and`, `or`, `not` and `stateIn` return. */
export interface BuiltInGuard {
  readonly check: unknown;
  /** The operands; `stateIn` has none. */
  readonly guards?: readonly unknown[];
}

export function isBuiltInGuard(value: unknown): value is BuiltInGuard {
  return typeof value === 'function' && 'check' in value;
}

export type Combinator = 'and' | 'or' | 'not';

// The names of the functions do not survive a minifier, what they share with others of their kind does.
const checks = new Map<unknown, Combinator>([
  [checkOf(and([])), 'and'],
  [checkOf(or([])), 'or'],
  [checkOf(not(stateIn(''))), 'not'],
]);

/** Which combination of other guards a guard is, if it is one. */
export function combinatorOf(guard: unknown): Combinator | undefined {
  return isBuiltInGuard(guard) ? checks.get(guard.check) : undefined;
}

/** The guards that a guard combines; none where it is no combination. */
export function operandsOf(guard: unknown): readonly unknown[] {
  return isBuiltInGuard(guard) ? (guard.guards ?? []) : [];
}

function checkOf(guard: unknown): unknown {
  return (guard as BuiltInGuard).check;
}
