import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { nameOf, nameOfLogic, namesOf } from './part-names.js';
import type { TraceStateNode, TraceTransition } from './trace-event.js';

/** A timed transition, in the words of trace events. */
export interface TimerName {
  /** The absolute id of the state whose timer it is. */
  readonly state: string;
  /** The name of the delay, or its milliseconds. */
  readonly delay: string;
}

/** A statechart as data, and where its parts are found again. */
export interface MachineIndex {
  readonly id: string;
  readonly root: TraceStateNode;
  /** Where a transition stands; undefined for one that is not of this machine. */
  placeOf(transition: AnyTransitionDefinition): Place | undefined;
  /** The transitions of a state in the order in which they are tried. */
  transitionsOf(state: AnyStateNode): readonly AnyTransitionDefinition[];
  /** What the timer is that raises this event. */
  timerOf(event: string): TimerName | undefined;
}

export interface Place {
  readonly source: string;
  readonly index: number;
}

const known = new WeakMap<object, MachineIndex>();

/** Built once for each machine; variants made with `provide` share what they share. */
export function indexMachine(machine: AnyStateMachine): MachineIndex {
  const found = known.get(machine.root);
  if (found !== undefined) return found;
  const places = new Map<AnyTransitionDefinition, Place>();
  const timers = new Map<string, TimerName>();
  const transitions = new Map<string, readonly AnyTransitionDefinition[]>();

  const describe = (state: AnyStateNode): TraceStateNode => {
    const own = orderedTransitions(state);
    transitions.set(state.id, own);
    const told = own.map((transition, index): TraceTransition => {
      places.set(transition, { source: state.id, index });
      const delay = delayOf(transition);
      const eventType = transition.eventType as string;
      if (delay !== undefined) timers.set(eventType, { state: state.id, delay });
      const guard = nameOf(transition.guard);
      return {
        index,
        event: delay !== undefined ? `after:${delay}` : eventType === '' ? 'always' : eventType,
        ...(guard === undefined ? {} : { guard }),
        targets: (transition.target ?? []).map(({ id }) => id),
        reenter: transition.reenter,
        actions: namesOf(transition.actions),
      };
    });
    const children = Object.values(state.states) as AnyStateNode[];
    const [initial] = state.type === 'compound' ? state.initial.target : [];
    const exit = namesOf(state.exit);
    const invokes = state.invoke.map(({ id, src }) => ({ id, src: nameOfLogic(src) }));
    return {
      id: state.id,
      key: state.key,
      kind: state.type,
      ...(state.description === undefined ? {} : { description: state.description }),
      ...(initial === undefined ? {} : { initial: initialKey(state, initial) }),
      ...(state.type === 'history' ? { isDeep: state.history === 'deep', targets: defaultTargets(state) } : {}),
      entry: namesOf(state.entry),
      ...(exit.length === 0 ? {} : { exit }),
      ...(invokes.length === 0 ? {} : { invokes }),
      transitions: told,
      children: children.map(describe),
    };
  };

  const root = describe(machine.root);
  const index: MachineIndex = {
    id: machine.id,
    root,
    placeOf: (transition) => places.get(transition),
    transitionsOf: (state) => transitions.get(state.id) ?? [],
    timerOf: (event) => timers.get(event),
  };
  known.set(machine.root, index);
  return index;
}

/** The child through which the initial transition leads, which may end deeper. */
function initialKey(state: AnyStateNode, target: AnyStateNode): string {
  let child = target;
  while (child.parent !== undefined && child.parent !== state) child = child.parent;
  return child.key;
}

/** Where a history state leads while there is nothing to remember, as far as its configuration says so. */
function defaultTargets(history: AnyStateNode): readonly string[] {
  const { target } = history.config as { readonly target?: string | readonly string[] };
  return [target ?? []].flat().flatMap((path) => {
    const found = path.startsWith('#') ? history.machine.getStateNodeById(path) : descend(history.parent, path);
    return found === undefined ? [] : [found.id];
  });
}

function descend(from: AnyStateNode | undefined, path: string): AnyStateNode | undefined {
  return path.split('.').reduce((state, key) => (key === '' ? state : state?.states[key]), from);
}

/** Those of events in the order of the configuration, then those that need none. */
function orderedTransitions(state: AnyStateNode): readonly AnyTransitionDefinition[] {
  return [...state.transitions.values(), state.always ?? []].flat() as AnyTransitionDefinition[];
}

function delayOf(transition: AnyTransitionDefinition): string | undefined {
  const { delay } = transition as { readonly delay?: unknown };
  return typeof delay === 'string' || typeof delay === 'number' ? String(delay) : undefined;
}
