import type { AnyStateMachine } from 'xstate';
import { isBuiltInAction, type BuiltInAction } from '../machine-config/built-ins.js';
import type { ConfigPath } from '../machine-config/config-path.js';
import { fieldsOf, type Site } from '../machine-config/machine-sites.js';
import type { Finding } from './breach.js';
import { functionFindings } from './function-rules.js';
import { enqueuedEffectsOf } from './purity.js';

const command = 'record a command: a declared action { type, params } that the host performs';

/** What XState's effects are good for here, by the type of the action. Assign, raise, cancel and enqueueActions pass. */
const effects: Readonly<Record<string, Omit<Finding, 'path'>>> = {
  'xstate.sendTo': { problem: 'sendTo reaches for an actor, and there is none in a pure step', remedy: command },
  'xstate.spawnChild': { problem: 'spawnChild makes a live actor inside the snapshot', remedy: command },
  'xstate.stopChild': { problem: 'stopChild reaches for an actor, and there is none in a pure step', remedy: command },
  'xstate.emit': { problem: 'emit is an effect that no host performs', remedy: command },
  'xstate.log': { problem: 'log is an effect', remedy: `leave it out, or ${command}` },
};

/** Rules of actions: effects are declared actions with params, and all else only computes. */
export function actionFindings(machine: AnyStateMachine, { path, value }: Site): readonly Finding[] {
  if (isBuiltInAction(value)) return builtInFindings(path, value);
  if (typeof value === 'function') {
    const problem = 'an inline function, an effect that nobody can see or perform';
    return [{ path, problem, remedy: command }];
  }
  if (typeof value === 'string') {
    const problem = `the action ${value} is a string, which loses its params`;
    return [{ path, problem, remedy: `write { type: '${value}' }` }, ...undeclaredFindings(machine, path, value)];
  }
  const { type, params } = value as { readonly type: string; readonly params?: unknown };
  return [...undeclaredFindings(machine, path, type), ...functionFindings([...path, 'params'], params)];
}

/** The same rules for the built-in actions that a machine declares. What else it declares is the host's. */
export function declaredActionFindings(machine: AnyStateMachine): readonly Finding[] {
  return Object.entries(machine.implementations.actions).flatMap(([name, action]) =>
    isBuiltInAction(action) ? builtInFindings(['implementations', 'actions', name], action) : [],
  );
}

function undeclaredFindings(machine: AnyStateMachine, path: ConfigPath, type: string): readonly Finding[] {
  if (machine.implementations.actions[type] !== undefined) return [];
  return [{ path, problem: `the action ${type} is not declared`, remedy: 'declare it in setup({ actions })' }];
}

function builtInFindings(path: ConfigPath, action: BuiltInAction): readonly Finding[] {
  const effect = effects[action.type];
  if (effect !== undefined) return [{ path, ...effect }];
  switch (action.type) {
    case 'xstate.assign':
      return typeof action.assignment === 'function'
        ? functionFindings(path, action.assignment)
        : fieldsOf(action.assignment).flatMap(([name, assigner]) => functionFindings([...path, name], assigner));
    case 'xstate.raise':
      return [...raiseFindings(path, action), ...functionFindings(path, action.event)];
    case 'xstate.enqueueActions':
      return [
        ...functionFindings(path, action.collect),
        ...enqueuedEffectsOf(action.collect).map((what) => ({
          path,
          problem: `enqueueActions with ${what}`,
          remedy: what.startsWith('raise') ? timer : command,
        })),
      ];
    default:
      return [];
  }
}

const timer = 'make it a state with `after` and a named delay, one actor for each item that has a timer of its own';

function raiseFindings(path: ConfigPath, { delay, id }: BuiltInAction): readonly Finding[] {
  return [
    ...(delay === undefined
      ? []
      : [
          {
            path,
            problem: 'raise with a delay, a timer that outlives its state and can be started twice',
            remedy: timer,
          },
        ]),
    ...(typeof id === 'function'
      ? [{ path, problem: 'raise with a computed id, which a pure step does not compute', remedy: timer }]
      : []),
  ];
}
