import { assign, type AnyStateMachine, type AnyStateNode } from 'xstate';
import { isBuiltInAction } from '../machine-config/built-ins.js';
import { withoutValueAt, withValueAt, type ConfigPath } from '../machine-config/config-path.js';
import { guardMutationsOf } from './guard-mutations.js';
import { actionNameOf, guardNameOf, transitionNameOf } from './names.js';
import {
  fieldsOf,
  isWithin,
  stateActionsOf,
  statesOf,
  transitionActionsOf,
  transitionsOf,
  type Site,
  type StateSite,
  type TransitionSite,
} from '../machine-config/machine-sites.js';

/** One change to a machine, described and not yet made. */
export interface Mutation {
  readonly description: string;
  /** Where the change is; for a declared action `implementations`, then its kind and name. */
  readonly path: ConfigPath;
  /** The config with the change made. */
  config(config: AnyStateMachine['config']): AnyStateMachine['config'];
  /** The implementations with the change made. */
  implementations(implementations: AnyStateMachine['implementations']): AnyStateMachine['implementations'];
}

/** Every mutation of a machine, in document order; some may change nothing that can be seen. */
export function mutationsOf(machine: AnyStateMachine): readonly Mutation[] {
  return [...statesOf(machine).flatMap(stateMutationsOf), ...declaredAssignMutationsOf(machine)];
}

function stateMutationsOf(state: StateSite): readonly Mutation[] {
  const transitions = transitionsOf(state);
  return [
    ...stateActionsOf(state).flatMap(actionMutationsOf),
    ...fieldsOf(state.config.after).map(([delay]) => dropped(`the timer ${delay}`, [...state.path, 'after', delay])),
    ...transitions.flatMap((transition) => transitionMutationsOf(transition, state.node)),
    ...transitions.flatMap((transition, index) => swapMutationsOf(transition, transitions[index + 1])),
  ];
}

function transitionMutationsOf(site: TransitionSite, source: AnyStateNode): readonly Mutation[] {
  const { path, config, definition } = site;
  const guards =
    config.guard === undefined
      ? []
      : guardMutationsOf(config.guard).map(({ description, guard }) => {
          const place = [...path, 'guard'];
          return guard === undefined
            ? changed(description, place, (whole) => withoutValueAt(whole, place))
            : changed(description, place, (whole) => withValueAt(whole, place, guard));
        });
  const targets: readonly AnyStateNode[] = definition?.target ?? [];
  const leadsInside = targets.length > 0 && targets.every((target) => isWithin(target, source));
  const reenter = [...path, 'reenter'];
  const resets = [
    ...(config.reenter === true ? [dropped('the reenter', reenter)] : []),
    ...(config.reenter !== true && leadsInside
      ? [changed('adds reenter', reenter, (whole) => withValueAt(whole, path, { ...config, reenter: true }))]
      : []),
  ];
  return [
    dropped(`the transition ${transitionNameOf(site)}`, path),
    ...guards,
    ...transitionActionsOf(site).flatMap(actionMutationsOf),
    ...resets,
  ];
}

/** Two alternatives of one event in the other order. Where the second has no guard, that is no more than to drop the first. */
function swapMutationsOf(site: TransitionSite, next: TransitionSite | undefined): readonly Mutation[] {
  if (next?.trigger !== site.trigger || next.name !== site.name) return [];
  const { guard } = site.config;
  if (guard === undefined || next.config.guard === undefined) return [];
  const description = `swaps the alternatives ${guardNameOf(guard)} and ${guardNameOf(next.config.guard)}`;
  return [
    changed(description, site.path.slice(0, -1), (whole) =>
      withValueAt(withValueAt(whole, site.path, next.config), next.path, site.config),
    ),
  ];
}

function actionMutationsOf({ path, value }: Site): readonly Mutation[] {
  return [
    dropped(`the action ${actionNameOf(value)}`, path),
    ...assignMutationsOf(value).map(({ property, action }) =>
      changed(`drops the assignment of ${property}`, [...path, property], (whole) => withValueAt(whole, path, action)),
    ),
  ];
}

/** An assign that is declared is mutated where it is declared, and only if it is used. */
function declaredAssignMutationsOf(machine: AnyStateMachine): readonly Mutation[] {
  const declared = Object.entries(machine.implementations.actions);
  const used = statesOf(machine).flatMap((state) => [
    ...stateActionsOf(state).map(({ value }) => value),
    ...transitionsOf(state).flatMap((transition) => transitionActionsOf(transition).map(({ value }) => value)),
  ]);
  // What enqueueActions uses cannot be read, so with one of them anything may be used.
  const anyMayBeUsed = [...used, ...Object.values(machine.implementations.actions)].some(
    (action) => isBuiltInAction(action) && action.type === 'xstate.enqueueActions',
  );
  const names = new Set(used.map(actionNameOf));
  return declared
    .filter(([name]) => anyMayBeUsed || names.has(name))
    .flatMap(([name, action]) => declaredAssignMutations(name, action));
}

function declaredAssignMutations(name: string, declared: unknown): readonly Mutation[] {
  return assignMutationsOf(declared).map(({ property, action }) => ({
    ...changed(`drops the assignment of ${property}`, ['implementations', 'actions', name, property], (whole) => whole),
    implementations: (whole: AnyStateMachine['implementations']) => ({
      ...whole,
      actions: { ...whole.actions, [name]: action as (typeof whole.actions)[string] },
    }),
  }));
}

/** An assign of several properties with one of them left out, for each of them. */
function assignMutationsOf(action: unknown): readonly { readonly property: string; readonly action: unknown }[] {
  if (!isBuiltInAction(action) || action.type !== 'xstate.assign') return [];
  const properties = fieldsOf(action.assignment);
  if (properties.length < 2) return [];
  return properties.map(([property]) => {
    const others = properties.filter(([name]) => name !== property);
    return { property, action: assign(Object.fromEntries(others) as Parameters<typeof assign>[0]) };
  });
}

function changed(
  description: string,
  path: ConfigPath,
  change: (config: AnyStateMachine['config']) => AnyStateMachine['config'],
): Mutation {
  return { description, path, config: change, implementations: (implementations) => implementations };
}

function dropped(what: string, path: ConfigPath): Mutation {
  return changed(`drops ${what}`, path, (config) => withoutValueAt(config, path));
}
