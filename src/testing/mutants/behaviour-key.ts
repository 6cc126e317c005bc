import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { combinatorOf, operandsOf } from '../machine-config/built-ins.js';
import { ancestorsOf, fieldsOf, isWithin, type StateConfig } from '../machine-config/machine-sites.js';

/**
 * Machines of one set of implementations that behave alike have the same key, as far as their configs show it: what
 * cannot be reached and what has no effect does not count. Machines with different keys may still behave alike.
 */
export function behaviourKeyOf(machine: AnyStateMachine): string {
  return JSON.stringify(stateKey(machine.root), (_, value: unknown) => {
    if (typeof value === 'function') return identityOf(value);
    return typeof value === 'bigint' ? `bigint ${value}` : value;
  });
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

/** Functions are known by identity, as two of the same text may close over different things. */
function identityOf(value: object): string {
  const identity = identities.get(value) ?? (identityCount += 1);
  identities.set(value, identity);
  return `#${identity}`;
}

function stateKey(node: AnyStateNode): unknown {
  const { id, type, initial, entry, exit, invoke, route, history, context, output, tags } = node.config as StateConfig;
  return {
    own: { id, type, invoke, route, history, tags, output, context: isObject(context) ? identityOf(context) : null },
    initial: isObject(initial) ? { ...initial, actions: actionKeys(actionsOf(initial)) } : initial,
    entry: actionKeys(entry),
    exit: actionKeys(exit),
    always: alternativeKeys(node.always ?? [], ancestorsOf(node).every(hasNoAlways)),
    transitions: [...node.transitions]
      .filter(([descriptor]) => descriptor !== 'xstate.route')
      .map(([descriptor, alternatives]) => ({
        descriptor,
        alternatives: alternativeKeys(alternatives, nobodyElseHandles(node, descriptor)),
      }))
      .filter(({ alternatives }) => alternatives.length > 0),
    states: fieldsOf(node.states).map(([key, child]) => [key, stateKey(child as AnyStateNode)]),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function actionsOf(config: object): unknown {
  return (config as { readonly actions?: unknown }).actions;
}

function actionKeys(actions: unknown): readonly unknown[] {
  const list: readonly unknown[] = actions === undefined ? [] : Array.isArray(actions) ? actions : [actions];
  return list.map((action) => (typeof action === 'string' ? { type: action } : action));
}

/**
 * The alternatives that can be taken, in order. An alternative without a guard hides those after it. The last one, if it
 * does nothing, only keeps the event from others, so it counts where there are others.
 */
function alternativeKeys(
  alternatives: readonly AnyTransitionDefinition[],
  nobodyElseHandlesIt: boolean,
): readonly unknown[] {
  const firstUnguarded = alternatives.findIndex((alternative) => alternative.guard === undefined);
  const reachable = firstUnguarded === -1 ? alternatives : alternatives.slice(0, firstUnguarded + 1);
  const keys = reachable.map((alternative) => ({
    guard: guardKey(alternative.guard),
    ...movementKey(alternative),
    actions: actionKeys(alternative.actions),
  }));
  if (!nobodyElseHandlesIt) return keys;
  return keys.slice(0, reachable.findLastIndex((alternative) => !isInert(alternative)) + 1);
}

/**
 * Where a transition leads. `reenter` matters only on the way to the state itself or into it, and there only to what the
 * state itself does as it is left and entered: the states inside are left and entered in any case.
 */
function movementKey(transition: AnyTransitionDefinition): {
  readonly target: readonly string[] | undefined;
  readonly reenter: boolean;
} {
  const { source, reenter } = transition;
  const targets: readonly AnyStateNode[] = transition.target ?? [];
  const leadsInside = targets.length > 0 && targets.every((target) => isWithin(target, source));
  const stays = leadsInside && !reenter && source.type === 'atomic';
  return {
    target: targets.length === 0 || stays ? undefined : targets.map((state) => state.id),
    reenter: leadsInside && reenter && (source.type === 'atomic' || noticesEntering(source)),
  };
}

function noticesEntering(node: AnyStateNode): boolean {
  return (
    [node.entry, node.exit, node.invoke, node.after].some((list) => list.length > 0) ||
    Object.values(node.states).some((child) => child.type === 'history')
  );
}

function guardKey(guard: unknown): unknown {
  if (typeof guard === 'string') return { type: guard };
  const combinator = combinatorOf(guard);
  if (combinator === undefined) return guard;
  const operands = operandsOf(guard).map(guardKey);
  const [first] = operands;
  if (combinator !== 'not') return operands.length === 1 ? first : [combinator, ...operands];
  return Array.isArray(first) && first[0] === 'not' ? (first[1] as unknown) : ['not', first];
}

function hasNoAlways(node: AnyStateNode): boolean {
  return (node.always ?? []).length === 0;
}

/** Whether an event of this descriptor, left alone here, would reach no other transition that does something. */
function nobodyElseHandles(node: AnyStateNode, descriptor: string): boolean {
  const handled = (state: AnyStateNode) =>
    [...state.transitions].filter(([, alternatives]) => !alternatives.every(isInert)).map(([other]) => other);
  const here = handled(node).filter((other) => other !== descriptor);
  return ![...here, ...ancestorsOf(node).flatMap(handled)].some((other) => mayOverlap(descriptor, other));
}

function isInert(transition: AnyTransitionDefinition): boolean {
  return movementKey(transition).target === undefined && transition.actions.length === 0;
}

/** Whether some event may match both descriptors: `a.*` and `a.b`, or two that are equal. */
function mayOverlap(one: string, other: string): boolean {
  if (!one.endsWith('*') && !other.endsWith('*')) return one === other;
  const [short, long] = [one, other]
    .map((descriptor) => descriptor.split('.').filter((token) => token !== '*'))
    .sort((a, b) => a.length - b.length) as [string[], string[]];
  return short.every((token, index) => token === long[index]);
}
