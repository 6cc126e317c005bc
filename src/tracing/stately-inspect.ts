import type { ActorRefLike } from 'xstate';
import { systemClock } from '../host/clock.js';
import type {
  Json,
  TraceActor,
  TraceEnd,
  TraceEvent,
  TraceStateNode,
  TraceStep,
  TraceTransition,
} from '../trace-events/trace-event.js';
import type { StopListening } from './outlet.js';
import type { Tracer } from './tracer.js';

/**
 * Any inspector of `@statelyai/inspect` 0.7, from `createBrowserInspector()`, `createWebSocketInspector()` or
 * `createInspector(adapter)`. Only these three methods are used, and the status of an adapter that has one.
 */
export interface StatelyInspector {
  /** Where it sends to: `open` or `connected` while somebody is there. One without a status is taken to be so always. */
  readonly adapter?: object;
  actor(actor: StatelyActor, snapshot: StatelySnapshot): void;
  event(actor: string, event: { readonly type: string }, info?: { readonly source?: string }): void;
  snapshot(actor: string, snapshot: StatelySnapshot, info?: { readonly event?: { readonly type: string } }): void;
}

/** What {@link showInStately} gives: it stops the showing, and is disposable. */
export interface StatelyShow extends StopListening {
  /**
   * Tells again all that lives, for a viewer of which the inspector does not know: one that is connected to the same
   * server as others, say, or to an adapter of the application's own.
   */
  again(): void;
}

/** What stands in for an actor, which may be of another process. */
interface StatelyActor extends ActorRefLike {
  readonly id: string;
  readonly logic?: { readonly config: object };
  readonly _parent?: StatelyActor;
}

interface StatelySnapshot {
  readonly status: TraceStep['status'];
  readonly value: Json;
  readonly context: Json;
  /** How the stream ended, of an end of one. */
  readonly output?: Pick<TraceEnd, 'reason' | 'code' | 'text'>;
}

/** How often an adapter is looked at: it tells nobody when a viewer comes or goes. Milliseconds. */
const lookIntervalMs = 250;

/** Of how many actors that are over the end may still be told. They are told together, so that few suffice. */
const overMax = 1000;

/**
 * Shows what a tracer observes in Stately's inspector: a snapshot of everything alive, then each change. Streams have
 * the name of their subject, and how one ended is the output of its actor. Contexts and events are the tracer's, plain
 * and bounded, so none of them can break the inspector. It gets actors, events and snapshots, which is all it knows;
 * timers and messages are not shown.
 *
 * Nothing is traced while the inspector says that nobody is connected to it, and whoever connects, or connects again, is
 * told first what lives then.
 *
 * @returns A function that stops it, which is also disposable, with a method to tell again what lives.
 * @example
 *   const tracer = createTracer();
 *   const consumer = new ConsumerClient({ connection, tracer });
 *   const show = showInStately(tracer, createWebSocketInspector({ url: 'ws://localhost:8080' }));
 */
export function showInStately(tracer: Tracer, inspector: StatelyInspector): StatelyShow {
  let listening: StopListening | undefined;
  let looking: unknown;
  let isOver = false;
  const statusNow = (): unknown => (inspector.adapter as { readonly status?: unknown } | undefined)?.status;
  const hasViewer = (): boolean => {
    const status = statusNow();
    return status === undefined || status === 'open' || status === 'connected';
  };
  const rest = (): void => {
    listening?.();
    listening = undefined;
  };
  const look = (): void => {
    if (!hasViewer()) rest();
    else listening ??= tracer.listen(createTelling(inspector));
  };
  const lookOn = (): void => {
    look();
    if (statusNow() === undefined) return;
    looking = systemClock.setTimeout(lookOn, lookIntervalMs);
    // A viewer is no reason for a process to go on.
    (looking as { unref?: () => void } | undefined)?.unref?.();
  };
  const stop = (): void => {
    systemClock.clearTimeout(looking);
    isOver = true;
    rest();
  };
  lookOn();
  return Object.assign(stop, {
    [Symbol.dispose]: stop,
    again: () => {
      if (isOver) return;
      rest();
      look();
    },
  });
}

/** Tells an inspector the trace events of one run, from its header on. */
function createTelling(inspector: StatelyInspector): (events: readonly TraceEvent[]) => void {
  const machines = new Map<string, TraceStateNode>();
  const living = new Map<string, StatelySnapshot>();
  /** The last snapshots of those that are over, of which it may not have been told yet how they ended. */
  const over = new Map<string, StatelySnapshot>();

  const begin = (event: TraceActor): void => {
    const { system, actor, parent, machine, subject, value, context } = event;
    const root = machine === undefined ? undefined : machines.get(machine);
    const sessionId = sessionOf(system, actor);
    const snapshot: StatelySnapshot = { status: 'active', value, context };
    living.set(sessionId, snapshot);
    inspector.actor(
      {
        ...standIn(system, actor),
        logic: { config: root === undefined ? { id: subject ?? actor } : definitionOf(root, subject) },
        ...(parent === undefined ? {} : { _parent: standIn(system, parent) }),
      },
      snapshot,
    );
  };

  const step = ({ system, actor, from, event, value, context, status }: TraceStep): void => {
    const sessionId = sessionOf(system, actor);
    const before = living.get(sessionId);
    const now: StatelySnapshot = { ...before, status, value, context: context ?? before?.context ?? null };
    inspector.event(sessionId, event, from === undefined ? {} : { source: sessionOf(system, from) });
    if (status === 'active') {
      living.set(sessionId, now);
      // A reader may be told of the end before its actor is over.
      inspector.snapshot(sessionId, { status, value, context: now.context }, { event });
      return;
    }
    living.delete(sessionId);
    if (now.output === undefined) over.set(sessionId, now);
    for (const [oldest] of over) if (over.size > overMax) over.delete(oldest);
    inspector.snapshot(sessionId, now, { event });
  };

  const end = ({ system, actor, reason, code, text }: TraceEnd): void => {
    const sessionId = sessionOf(system, actor);
    const output = { reason, code, text };
    const before = living.get(sessionId);
    if (before !== undefined) living.set(sessionId, { ...before, output });
    const last = over.get(sessionId);
    over.delete(sessionId);
    if (last !== undefined) inspector.snapshot(sessionId, { ...last, output }, { event: { type: 'stream.end' } });
  };

  return (events) => {
    for (const event of events) {
      if (event.type === 'machine') machines.set(event.machine, event.root);
      else if (event.type === 'actor') begin(event);
      else if (event.type === 'step') step(event);
      else if (event.type === 'end') end(event);
    }
  };
}

function standIn(system: string, id: string): StatelyActor {
  return { id, sessionId: sessionOf(system, id), send: () => undefined, getSnapshot: () => undefined };
}

/** Ids of actors are unique within their system only. */
function sessionOf(system: string, actor: string): string {
  return `${system}/${actor}`;
}

/** One thing by itself: the inspector looks into nothing that is deeper than ten levels. */
function single<Item>(items: readonly Item[]): Item | readonly Item[] {
  const [first] = items;
  return items.length === 1 && first !== undefined ? first : items;
}

/**
 * The configuration of a machine, by the names of its guards and actions; the inspector takes its id for the name. In the
 * id of a target a dot leads to a child, so that ids have slashes instead, and the name, a subject, is escaped.
 */
function definitionOf(root: TraceStateNode, name: string = root.id): object {
  const idOf = (id: string): string => (id === root.id ? name : id.replaceAll('.', '/'));
  return configOf(root, idOf, (id) => `#${idOf(id).replaceAll('.', '\\.')}`);
}

function configOf(node: TraceStateNode, idOf: (id: string) => string, targetOf: (id: string) => string): object {
  const { id, kind, initial, description, entry, transitions, children } = node;
  const of = (fits: (event: string) => boolean, nameOf = (event: string) => event) => {
    const told = new Map<string, object[]>();
    for (const transition of transitions.filter(({ event }) => fits(event))) {
      const name = nameOf(transition.event);
      told.set(name, [...(told.get(name) ?? []), configOfTransition(transition, targetOf)]);
    }
    return Object.fromEntries(Array.from(told, ([name, some]) => [name, single(some)]));
  };
  const isTimer = (event: string) => event.startsWith('after:');
  return {
    id: idOf(id),
    ...(kind === 'atomic' || kind === 'compound' ? {} : { type: kind }),
    ...(initial === undefined ? {} : { initial }),
    ...(description === undefined ? {} : { description }),
    ...(entry.length === 0 ? {} : { entry: single(entry) }),
    on: of((event) => !isTimer(event) && event !== 'always'),
    after: of(isTimer, (event) => event.slice('after:'.length)),
    always: of((event) => event === 'always')['always'] ?? [],
    states: Object.fromEntries(children.map((child) => [child.key, configOf(child, idOf, targetOf)])),
  };
}

function configOfTransition(
  { guard, targets, reenter, actions }: TraceTransition,
  targetOf: (id: string) => string,
): object {
  return {
    ...(targets.length === 0 ? {} : { target: single(targets.map(targetOf)) }),
    ...(guard === undefined ? {} : { guard }),
    reenter,
    ...(actions.length === 0 ? {} : { actions: single(actions) }),
  };
}
