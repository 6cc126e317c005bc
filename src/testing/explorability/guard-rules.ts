import type { AnyStateMachine } from 'xstate';
import { combinatorOf, isBuiltInGuard, operandsOf } from '../machine-config/built-ins.js';
import type { ConfigPath } from '../machine-config/config-path.js';
import type { Finding } from './breach.js';
import { functionFindings } from './function-rules.js';

/** Rules of guards: each has a name that is declared, and computes from context, event and params alone. */
export function guardFindings(machine: AnyStateMachine, path: ConfigPath, guard: unknown): readonly Finding[] {
  if (guard === undefined) return [];
  if (isBuiltInGuard(guard)) {
    if (combinatorOf(guard) === undefined) return [];
    return operandsOf(guard).flatMap((operand, index) => guardFindings(machine, [...path, 'guards', index], operand));
  }
  if (typeof guard === 'function') {
    const finding: Finding = {
      path,
      problem: 'an inline guard, which has no name for coverage, traces and mutants',
      remedy: 'declare it in setup({ guards }) and refer to it by name',
    };
    return [finding, ...functionFindings(path, guard)];
  }
  const { type, params } = (typeof guard === 'string' ? { type: guard } : guard) as {
    readonly type: string;
    readonly params?: unknown;
  };
  const undeclared: Finding = {
    path,
    problem: `the guard ${type} is not declared, so the step throws`,
    remedy: 'declare it in setup({ guards })',
  };
  return [
    ...(machine.implementations.guards[type] === undefined ? [undeclared] : []),
    ...functionFindings([...path, 'params'], params),
  ];
}

/** The same rules for the guards that a machine declares, which may be combinations of others. */
export function declaredGuardFindings(machine: AnyStateMachine): readonly Finding[] {
  return Object.entries(machine.implementations.guards).flatMap(([name, guard]) => {
    const path = ['implementations', 'guards', name];
    return isBuiltInGuard(guard) || typeof guard !== 'function'
      ? guardFindings(machine, path, guard)
      : functionFindings(path, guard);
  });
}
