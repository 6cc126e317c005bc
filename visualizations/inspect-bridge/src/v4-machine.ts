import { typeOf } from '../../../src/trace-events/part-names.js';
import { eventNames } from './v4-events.js';
import type { AnyStateMachine, AnyStateNode, AnyTransition } from './v5.js';

export interface V4Transition {
  readonly target?: readonly string[];
  readonly cond?: string;
  readonly actions?: readonly { readonly type: string }[];
  readonly internal: boolean;
}

type Transitions = Readonly<Record<string, readonly V4Transition[]>>;

/** A state as the configuration of an XState 4 machine, of plain data only: functions are told by their names. */
export interface V4Node {
  readonly id: string;
  readonly key: string;
  readonly type: string;
  readonly order: number;
  readonly description?: string;
  readonly meta?: unknown;
  readonly tags?: readonly string[];
  readonly initial?: string;
  readonly history?: string;
  readonly target?: readonly string[];
  readonly entry?: readonly { readonly type: string }[];
  readonly exit?: readonly { readonly type: string }[];
  readonly on?: Transitions;
  readonly after?: Transitions;
  readonly always?: readonly V4Transition[];
  readonly onDone?: readonly V4Transition[];
  readonly invoke?: readonly V4Invoke[];
  readonly states?: Readonly<Record<string, V4Node>>;
}

interface V4Invoke {
  readonly id: string;
  readonly src: string;
  readonly onDone?: readonly V4Transition[];
  readonly onError?: readonly V4Transition[];
}

export interface V4Machine extends V4Node {
  readonly predictableActionArguments: true;
  readonly delimiter: string;
  readonly context: unknown;
}

/** What no key of a state has in it, so that version 4 never takes a part of a key for a path. */
const delimiter = '\u001f';

const known = new WeakMap<AnyStateNode, V4Node>();

/**
 * A machine of XState 5 as a configuration that XState 4 takes. Neither its definition nor its configuration would do:
 * version 4 takes both and throws later, at what it does not know.
 */
export function toV4Machine(machine: AnyStateMachine, context: unknown): V4Machine {
  const root = known.get(machine.root) ?? toV4Node(machine.root);
  known.set(machine.root, root);
  return { ...root, predictableActionArguments: true, delimiter, context };
}

function toV4Node(node: AnyStateNode): V4Node {
  const children: readonly AnyStateNode[] = Object.values(node.states);
  const { on, after, onDone, ofInvokes } = sortTransitions(node);
  const timers = Object.keys(after).length;
  const always = (node.always ?? []).map(toV4Transition);
  const [initial] = node.type === 'compound' ? node.initial.target : [];
  const invoke = node.invoke.map(({ id, src }): V4Invoke => ({
    id,
    src: typeof src === 'string' ? src : '(inline)',
    ...ofInvokes.get(id),
  }));
  return {
    id: node.id,
    key: node.key,
    type: node.type,
    order: node.order,
    ...(node.description === undefined ? {} : { description: node.description }),
    ...(node.meta === undefined ? {} : { meta: node.meta as unknown }),
    ...(node.tags.length === 0 ? {} : { tags: [...(node.tags as readonly string[])] }),
    ...(initial === undefined ? {} : { initial: childTowards(node, initial).key }),
    ...(node.type === 'history' ? historyOf(node) : {}),
    // Version 5 adds an action for each of its timers at the end, and version 4 adds its own.
    ...actionsOf('entry', node.entry, timers),
    ...actionsOf('exit', node.exit, timers),
    ...(Object.keys(on).length === 0 ? {} : { on }),
    ...(timers === 0 ? {} : { after }),
    ...(always.length === 0 ? {} : { always }),
    ...(onDone.length === 0 ? {} : { onDone }),
    ...(invoke.length === 0 ? {} : { invoke }),
    ...(children.length === 0
      ? {}
      : { states: Object.fromEntries(children.map((child) => [child.key, toV4Node(child)])) }),
  };
}

/** What version 5 keeps in one map by the type of the event, version 4 has in five places. */
function sortTransitions(node: AnyStateNode) {
  const on: Record<string, V4Transition[]> = {};
  const after: Record<string, V4Transition[]> = {};
  const onDone: V4Transition[] = [];
  const ofInvokes = new Map<string, { onDone?: V4Transition[]; onError?: V4Transition[] }>();
  const names = eventNames(node);
  for (const [event, transitions] of node.transitions) {
    for (const transition of transitions as readonly AnyTransition[]) {
      const told = toV4Transition(transition);
      const place = names.placeOf(event, transition);
      switch (place.kind) {
        case 'after':
          (after[place.delay] ??= []).push(told);
          break;
        case 'stateDone':
          onDone.push(told);
          break;
        case 'invokeDone':
        case 'invokeError': {
          const own = ofInvokes.get(place.invoke) ?? {};
          const name = place.kind === 'invokeDone' ? 'onDone' : 'onError';
          ofInvokes.set(place.invoke, { ...own, [name]: [...(own[name] ?? []), told] });
          break;
        }
        default:
          (on[event] ??= []).push(told);
      }
    }
  }
  return { on, after, onDone, ofInvokes };
}

function toV4Transition({ target, guard, actions, reenter }: AnyTransition): V4Transition {
  const cond = typeOf(guard);
  const told = namesOf(actions);
  return {
    ...(target === undefined ? {} : { target: target.map(({ id }) => `#${id}`) }),
    ...(cond === undefined ? {} : { cond }),
    ...(told.length === 0 ? {} : { actions: told }),
    internal: !reenter,
  };
}

function actionsOf(name: 'entry' | 'exit', actions: readonly unknown[], timers: number) {
  const told = namesOf(actions.slice(0, actions.length - timers));
  return told.length === 0 ? {} : { [name]: told };
}

function namesOf(actions: readonly unknown[]): readonly { readonly type: string }[] {
  return actions.map((action) => ({ type: safeName(typeOf(action) ?? '(inline)') }));
}

/** Version 4 would run what is called like its own actions. */
function safeName(name: string): string {
  return name.replace(/^xstate\./, '');
}

/** The child through which a way leads that may end deeper. */
function childTowards(node: AnyStateNode, target: AnyStateNode): AnyStateNode {
  let child = target;
  while (child.parent !== undefined && child.parent !== node) child = child.parent;
  return child;
}

function historyOf(node: AnyStateNode): Pick<V4Node, 'history' | 'target'> {
  const { target } = node as { readonly target?: readonly AnyStateNode[] | string };
  const ids = Array.isArray(target) ? (target as readonly AnyStateNode[]).map(({ id }) => `#${id}`) : undefined;
  return { history: String(node.history), ...(ids === undefined ? {} : { target: ids }) };
}
