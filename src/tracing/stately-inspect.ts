import type { ActorRefLike } from 'xstate';
import type { TraceActor, Json, TraceStateNode, TraceStep, TraceTransition } from '../trace-events/trace-event.js';
import type { StopListening } from './outlet.js';
import type { Tracer } from './tracer.js';

/**
 * Any inspector of `@statelyai/inspect` 0.7, from `createBrowserInspector()`, `createWebSocketInspector()` or
 * `createInspector(adapter)`. Only these three methods are used.
 */
export interface StatelyInspector {
  actor(actor: StatelyActor, snapshot: StatelySnapshot): void;
  event(actor: string, event: { readonly type: string }, info?: { readonly source?: string }): void;
  snapshot(actor: string, snapshot: StatelySnapshot, info?: { readonly event?: { readonly type: string } }): void;
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
}

/**
 * Shows what a tracer observes in Stately's inspector: a snapshot of everything alive, then each change. Contexts and
 * events are the tracer's, plain and bounded, so none of them can break the inspector. It gets actors, events and
 * snapshots, which is all it knows; timers, messages and ends of streams are not shown.
 *
 * @returns A function that stops it, which is also disposable.
 * @example
 *   const tracer = createTracer();
 *   const consumer = new ConsumerClient({ connection, tracer });
 *   const stop = showInStately(tracer, createWebSocketInspector({ url: 'ws://localhost:8080' }));
 */
export function showInStately(tracer: Tracer, inspector: StatelyInspector): StopListening {
  const machines = new Map<string, TraceStateNode>();
  const living = new Map<string, { readonly value: Json; readonly context: Json }>();

  const begin = (event: TraceActor): void => {
    const { system, actor, parent, machine, value, context } = event;
    const root = machine === undefined ? undefined : machines.get(machine);
    const sessionId = sessionOf(system, actor);
    living.set(sessionId, { value, context });
    inspector.actor(
      {
        ...standIn(system, actor),
        logic: { config: root === undefined ? { id: actor } : configOf(root) },
        ...(parent === undefined ? {} : { _parent: standIn(system, parent) }),
      },
      { status: 'active', value, context },
    );
  };

  const step = ({ system, actor, from, event, value, context, status }: TraceStep): void => {
    const sessionId = sessionOf(system, actor);
    const before = living.get(sessionId);
    const now = { value, context: context ?? before?.context ?? null };
    if (status === 'active') living.set(sessionId, now);
    else living.delete(sessionId);
    inspector.event(sessionId, event, from === undefined ? {} : { source: sessionOf(system, from) });
    inspector.snapshot(sessionId, { status, ...now }, { event });
  };

  return tracer.listen((events) => {
    for (const event of events) {
      if (event.type === 'machine') machines.set(event.machine, event.root);
      else if (event.type === 'actor') begin(event);
      else if (event.type === 'step') step(event);
    }
  });
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

/** A statechart as the configuration of a machine, by the names of its guards and actions. */
function configOf({ id, kind, initial, description, entry, transitions, children }: TraceStateNode): object {
  const of = (fits: (event: string) => boolean, nameOf = (event: string) => event) => {
    const told = new Map<string, object[]>();
    for (const transition of transitions.filter(({ event }) => fits(event))) {
      const name = nameOf(transition.event);
      told.set(name, [...(told.get(name) ?? []), configOfTransition(transition)]);
    }
    return Object.fromEntries(Array.from(told, ([name, some]) => [name, single(some)]));
  };
  const isTimer = (event: string) => event.startsWith('after:');
  return {
    id,
    ...(kind === 'atomic' || kind === 'compound' ? {} : { type: kind }),
    ...(initial === undefined ? {} : { initial }),
    ...(description === undefined ? {} : { description }),
    ...(entry.length === 0 ? {} : { entry: single(entry) }),
    on: of((event) => !isTimer(event) && event !== 'always'),
    after: of(isTimer, (event) => event.slice('after:'.length)),
    always: of((event) => event === 'always')['always'] ?? [],
    states: Object.fromEntries(children.map((child) => [child.key, configOf(child)])),
  };
}

function configOfTransition({ guard, targets, reenter, actions }: TraceTransition): object {
  return {
    ...(targets.length === 0 ? {} : { target: single(targets.map((id) => `#${id}`)) }),
    ...(guard === undefined ? {} : { guard }),
    reenter,
    ...(actions.length === 0 ? {} : { actions: single(actions) }),
  };
}
