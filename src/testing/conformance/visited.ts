import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { indexMachine } from '../../trace-events/machine-index.js';
import type { Json, TraceStep } from '../../trace-events/trace-event.js';
import { describeTransition, type Coverage } from '../explorer/processes/coverage.js';

interface MachineVisits {
  readonly machine: AnyStateMachine;
  readonly states: Set<string>;
  /** By the id of the source and the index. */
  readonly transitions: Set<string>;
}

/** Which states and transitions the actors of a trace have visited, by machine. */
export class Visited {
  readonly #machines = new Map<string, MachineVisits>();

  enter(machine: AnyStateMachine, name: string, value: Json): void {
    const visits = this.#of(machine, name);
    visits.states.add(machine.root.id);
    addStates(machine.root, value, visits.states);
  }

  take(machine: AnyStateMachine, name: string, { taken, value, status }: TraceStep): void {
    const visits = this.#of(machine, name);
    for (const { source, index } of taken) {
      visits.transitions.add(`${source}\n${index}`);
      visits.states.add(source);
    }
    if (status !== 'stopped' && value !== null) addStates(machine.root, value, visits.states);
  }

  /** What was not visited; guards are not told. */
  coverage(): Readonly<Record<string, Coverage>> {
    return Object.fromEntries(
      Array.from(this.#machines, ([name, { machine, states, transitions }]) => {
        const index = indexMachine(machine);
        const all = statesOf(machine.root);
        return [
          name,
          {
            unusedStates: all.map(({ id }) => id).filter((id) => !states.has(id)),
            unusedTransitions: all.flatMap((state) =>
              index
                .transitionsOf(state)
                .flatMap((transition, at) =>
                  transitions.has(`${state.id}\n${at}`) ? [] : [describeTransition(transition)],
                ),
            ),
            unusedGuards: [],
          },
        ];
      }),
    );
  }

  #of(machine: AnyStateMachine, name: string): MachineVisits {
    const known = this.#machines.get(name);
    if (known !== undefined) return known;
    const visits = { machine, states: new Set<string>(), transitions: new Set<string>() };
    this.#machines.set(name, visits);
    return visits;
  }
}

function statesOf(state: AnyStateNode): readonly AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap((child) => statesOf(child as AnyStateNode))];
}

function addStates(state: AnyStateNode, value: Json, states: Set<string>): void {
  if (typeof value === 'string') {
    const child = state.states[value] as AnyStateNode | undefined;
    if (child !== undefined) states.add(child.id);
    return;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, below] of Object.entries(value as Readonly<Record<string, Json>>)) {
    const child = state.states[key] as AnyStateNode | undefined;
    if (child === undefined) continue;
    states.add(child.id);
    addStates(child, below, states);
  }
}
