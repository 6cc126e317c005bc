import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { ConfigPath } from './config-path.js';

/** The config of a state as a reader of any machine meets it: nothing in it is known to be right. */
export type StateConfig = Readonly<
  Partial<
    Record<
      | 'after'
      | 'always'
      | 'context'
      | 'entry'
      | 'exit'
      | 'history'
      | 'id'
      | 'initial'
      | 'invoke'
      | 'on'
      | 'onDone'
      | 'output'
      | 'route'
      | 'states'
      | 'tags'
      | 'type',
      unknown
    >
  >
>;

export interface TransitionConfig {
  readonly target?: unknown;
  readonly guard?: unknown;
  readonly actions?: unknown;
  readonly reenter?: unknown;
}

export interface StateSite {
  readonly path: ConfigPath;
  readonly config: StateConfig;
  /** What XState made of the config. */
  readonly node: AnyStateNode;
}

export interface TransitionSite {
  readonly path: ConfigPath;
  readonly trigger: 'on' | 'always' | 'after' | 'onDone' | 'route';
  /** The event descriptor or the delay; empty where the trigger says it all. */
  readonly name: string;
  readonly config: TransitionConfig;
  /** What XState made of the config; a route has none of its own. */
  readonly definition: AnyTransitionDefinition | undefined;
}

/** An action or a guard in its place. */
export interface Site {
  readonly path: ConfigPath;
  readonly value: unknown;
}

/** The states of a machine in document order, the root first. */
export function statesOf(machine: AnyStateMachine): readonly StateSite[] {
  const walk = (node: AnyStateNode, path: ConfigPath): StateSite[] => [
    { path, config: node.config as StateConfig, node },
    ...Object.entries(node.states).flatMap(([key, child]) => walk(child, [...path, 'states', key])),
  ];
  return walk(machine.root, []);
}

/** All transitions that a state declares, each alternative for itself. */
export function transitionsOf({ path, config, node }: StateSite): readonly TransitionSite[] {
  const sites = (
    trigger: TransitionSite['trigger'],
    name: string,
    declared: unknown,
    definitions: readonly AnyTransitionDefinition[] = [],
  ): TransitionSite[] =>
    itemsOf([...path, trigger, ...(name === '' ? [] : [name])], declared).map((item, index) => ({
      path: item.path,
      trigger,
      name,
      config: asTransition(item.value),
      definition: definitions[index],
    }));

  return [
    ...fieldsOf(config.on).flatMap(([event, declared]) => sites('on', event, declared, node.transitions.get(event))),
    ...('always' in config ? sites('always', '', config.always, node.always) : []),
    ...fieldsOf(config.after).flatMap(([delay, declared]) => {
      const type = `xstate.after.${Number.isNaN(Number(delay)) ? delay : Number(delay)}.${node.id}`;
      return sites('after', delay, declared, node.transitions.get(type));
    }),
    ...('onDone' in config
      ? sites('onDone', '', config.onDone, node.transitions.get(`xstate.done.state.${node.id}`))
      : []),
    ...('route' in config ? sites('route', '', config.route) : []),
  ];
}

/** The actions of a state itself: of its entry, its exit and its initial transition. */
export function stateActionsOf({ path, config }: StateSite): readonly Site[] {
  const initial = config.initial as { readonly actions?: unknown } | string | undefined;
  return [
    ...definedItemsOf([...path, 'entry'], config.entry),
    ...definedItemsOf([...path, 'exit'], config.exit),
    ...(typeof initial === 'object' ? definedItemsOf([...path, 'initial', 'actions'], initial.actions) : []),
  ];
}

export function transitionActionsOf({ path, config }: TransitionSite): readonly Site[] {
  return definedItemsOf([...path, 'actions'], config.actions);
}

/** The states around a state, the nearest first. */
export function ancestorsOf(state: AnyStateNode): readonly AnyStateNode[] {
  // The types of XState leave out that the root has no parent.
  const { parent } = state as { readonly parent?: AnyStateNode };
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
}

/** Whether a state is another one or stands in it. */
export function isWithin(state: AnyStateNode, other: AnyStateNode): boolean {
  return state === other || ancestorsOf(state).includes(other);
}

export function fieldsOf(record: unknown): readonly (readonly [string, unknown])[] {
  return typeof record === 'object' && record !== null ? Object.entries(record) : [];
}

/** XState takes a list, or a single value in place of a list of one. */
function itemsOf(path: ConfigPath, declared: unknown): readonly Site[] {
  return Array.isArray(declared)
    ? declared.map((value: unknown, index) => ({ path: [...path, index], value }))
    : [{ path, value: declared }];
}

function definedItemsOf(path: ConfigPath, declared: unknown): readonly Site[] {
  return declared === undefined ? [] : itemsOf(path, declared);
}

/** A bare target stands for a transition, and nothing at all for one that swallows its event. */
function asTransition(declared: unknown): TransitionConfig {
  return typeof declared === 'object' && declared !== null ? declared : { target: declared };
}
