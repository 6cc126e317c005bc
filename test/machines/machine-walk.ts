import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { isCommand, none, pathOf, rowOf } from '../support/transitions.js';
import { summaryOf } from './command-summary.js';
import type { SpecifiedState, SpecifiedTransition } from './specification-tables.js';

type Action = string | { readonly type: string; readonly params?: unknown; readonly event?: { readonly type: string } };

/** A transition as XState has it; the type of its event is a text in every machine here. */
export type Definition = Omit<AnyTransitionDefinition, 'eventType'> & { readonly eventType: string };

/** The states of a machine as its specification would list them, in the order of the code. */
export function statesOf(machine: AnyStateMachine): readonly (SpecifiedState & { readonly description: string })[] {
  return nodesOf(machine.root)
    .filter((node) => node !== machine.root)
    .map((node) => ({
      state: pathOf(node),
      kind: node.type === 'compound' ? `compound: ${node.initial.target[0]?.key ?? ''}` : node.type,
      entry: summariesOf(machine, node.entry).filter(isSummaryOfCommand),
      description: node.description ?? '',
    }));
}

/** The transitions of a machine as its specification would list them. */
export function transitionsOf(machine: AnyStateMachine): readonly SpecifiedTransition[] {
  return definitionsOfMachine(machine).map((definition) => {
    const names = summariesOf(machine, definition.actions, definition.eventType);
    return {
      ...rowOf(definition),
      next: nextOf(definition),
      commands: names.filter(isSummaryOfCommand),
      changes: names.filter((name) => !isSummaryOfCommand(name)),
    };
  });
}

/** The transitions of a machine as XState has them, in the order of its states. */
export function definitionsOfMachine(machine: AnyStateMachine): readonly Definition[] {
  return nodesOf(machine.root).flatMap(definitionsOf);
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

function definitionsOf(node: AnyStateNode): readonly Definition[] {
  const all = [...(node.always ?? []), ...Array.from(node.transitions.values()).flat()] as Definition[];
  // What happens without any event from outside comes first.
  return [...all.filter(isInner), ...all.filter((definition) => !isInner(definition))];
}

function isInner({ eventType }: { readonly eventType: string }): boolean {
  return eventType === '' || eventType.startsWith('xstate.after.');
}

function nextOf({ target, reenter }: AnyTransitionDefinition): string {
  if (target === undefined) return none;
  const paths = target.map((node) => pathOf(node as AnyStateNode)).join(', ');
  return reenter ? `${paths}, re-entered` : paths;
}

/** Actions as the tables name them: a command goes with what tells it from others of its type. */
function summariesOf(machine: AnyStateMachine, actions: readonly unknown[], eventType = ''): readonly string[] {
  return actions.flatMap((action) =>
    namesOf([action]).map((name) =>
      isCommand(name) ? summaryOf(machine, name, (action as { readonly params?: unknown }).params, eventType) : name,
    ),
  );
}

function isSummaryOfCommand(summary: string): boolean {
  return isCommand(summary.replace(/\(.*\)$/, ''));
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
