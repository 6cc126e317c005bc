import type { AnyStateNode } from 'xstate';
import { combinatorOf, isBuiltInAction, operandsOf } from '../machine-config/built-ins.js';
import type { TransitionSite } from '../machine-config/machine-sites.js';

/** An action as people read it: its type, and for `raise` the event too. */
export function actionNameOf(action: unknown): string {
  if (!isBuiltInAction(action)) return nameOf(action);
  const { type } = (typeof action.event === 'object' ? action.event : {}) as { readonly type?: string };
  return [action.type.replace('xstate.', ''), ...(type === undefined ? [] : [type])].join(' ');
}

/** A guard as people read it: its type, or the guards that it combines. */
export function guardNameOf(guard: unknown): string {
  const combinator = combinatorOf(guard);
  return combinator === undefined ? nameOf(guard) : `${combinator}(${operandsOf(guard).map(guardNameOf).join(', ')})`;
}

/** A transition as people read it: what sets it off, if what, and where it leads. */
export function transitionNameOf({ trigger, name, config, definition }: TransitionSite): string {
  const causes = { on: `on ${name}`, after: `after ${name}`, always: 'always', onDone: 'on done', route: 'by route' };
  const targets = (definition?.target ?? []) as readonly AnyStateNode[];
  const goal = targets.length === 0 ? '' : ` to ${targets.map((target) => target.path.join('.')).join(' and ')}`;
  const condition = config.guard === undefined ? '' : ` if ${guardNameOf(config.guard)}`;
  return `${causes[trigger]}${condition}${goal}`;
}

/** The name of what is referred to by name, or of a function. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { type, name } = value as { readonly type?: string; readonly name?: string };
  return type ?? (name === undefined || name === '' ? 'without a name' : name);
}
