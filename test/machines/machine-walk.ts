import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { isCommand, none, pathOf, rowOf } from '../support/transitions.js';
import type { SpecifiedState, SpecifiedTransition } from './specification-tables.js';

type Action = string | { readonly type: string; readonly event?: { readonly type: string } };

/** The states of a machine as its specification would list them, in the order of the code. */
export function statesOf(machine: AnyStateMachine): readonly SpecifiedState[] {
  return nodesOf(machine.root)
    .filter((node) => node !== machine.root)
    .map((node) => ({
      state: pathOf(node),
      kind: node.type === 'compound' ? `compound: ${node.initial.target[0]?.key ?? ''}` : node.type,
      entry: namesOf(node.entry).filter(isCommand),
    }));
}

/** The transitions of a machine as its specification would list them. */
export function transitionsOf(machine: AnyStateMachine): readonly SpecifiedTransition[] {
  return nodesOf(machine.root).flatMap((node) =>
    definitionsOf(node).map((definition) => {
      const names = namesOf(definition.actions);
      return {
        ...rowOf(definition),
        next: nextOf(definition),
        commands: names.filter(isCommand),
        changes: names.filter((name) => !isCommand(name)),
      };
    }),
  );
}

/** Actions that run when a state is left; the specification knows none but the engine's own. */
export function exitActionsOf(machine: AnyStateMachine): readonly string[] {
  return nodesOf(machine.root).flatMap((node) =>
    namesOf(node.exit)
      .filter((name) => name !== 'xstate.cancel')
      .map((name) => `${pathOf(node)}: ${name}`),
  );
}

/** States that have no description to show. */
export function undescribedStatesOf(machine: AnyStateMachine): readonly string[] {
  return nodesOf(machine.root)
    .filter((node) => (node.description ?? '') === '')
    .map((node) => `${machine.id}: ${pathOf(node)}`);
}

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => nodesOf(child as AnyStateNode))];
}

function definitionsOf(node: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...Array.from(node.transitions.values()).flat(), ...(node.always ?? [])] as AnyTransitionDefinition[];
}

function nextOf({ target, reenter }: AnyTransitionDefinition): string {
  if (target === undefined) return none;
  const paths = target.map((node) => pathOf(node as AnyStateNode)).join(', ');
  return reenter ? `${paths}, re-entered` : paths;
}

/** The names of actions; an event that the machine raises goes with its name, one that a delay raises is left out. */
function namesOf(actions: readonly unknown[]): readonly string[] {
  return (actions as readonly Action[]).flatMap((action) => {
    const type = typeof action === 'string' ? action : action.type;
    if (type !== 'xstate.raise') return [type];
    const raised = typeof action === 'string' ? '' : (action.event?.type ?? '');
    return raised.startsWith('xstate.after.') ? [] : [`raise(${raised})`];
  });
}
