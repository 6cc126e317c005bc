import type { AnyStateMachine } from 'xstate';
import type { ConfigPath } from '../machine-config/config-path.js';
import { fieldsOf, type StateSite } from '../machine-config/machine-sites.js';
import type { Finding } from './breach.js';
import { functionFindings } from './function-rules.js';

/** Rules of states: no actors and no history in them, and every timer has a name. */
export function stateFindings(machine: AnyStateMachine, { path, config }: StateSite): readonly Finding[] {
  const invoke: Finding = {
    path: [...path, 'invoke'],
    problem: 'invoke makes a live actor inside the snapshot',
    remedy: 'record a command on entry and another on exit, and let the host send the outcome as an event',
  };
  const history: Finding = {
    path,
    problem: 'a history state, whose memory lies outside of state and context',
    remedy: 'remember the state in the context, or in a parallel region of its own',
  };
  return [
    ...(config.invoke === undefined ? [] : [invoke]),
    ...(config.type === 'history' || config.history !== undefined ? [history] : []),
    ...fieldsOf(config.after).flatMap(([delay]) => timerFindings(machine, [...path, 'after', delay], delay)),
    ...functionFindings([...path, 'output'], config.output),
  ];
}

/** What a delay computes must be pure as well. */
export function declaredDelayFindings(machine: AnyStateMachine): readonly Finding[] {
  return Object.entries(machine.implementations.delays).flatMap(([name, delay]) =>
    functionFindings(['implementations', 'delays', name], delay),
  );
}

function timerFindings({ implementations }: AnyStateMachine, path: ConfigPath, delay: string): readonly Finding[] {
  const remedy = 'declare it in setup({ delays }) and refer to it by name';
  if (!Number.isNaN(Number(delay))) {
    return [{ path, problem: `the delay ${delay} has no name, so it cannot be told in ticks`, remedy }];
  }
  if (implementations.delays[delay] !== undefined) return [];
  return [{ path, problem: `the delay ${delay} is not declared, so its timer never starts`, remedy }];
}
