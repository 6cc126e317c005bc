import type { ActorRefLike, AnyActor, AnyMachineSnapshot, EventObject, InspectionEvent, Snapshot } from 'xstate';
import { messageOf } from '../errors.js';
import { ActorEntry } from './actor-entry.js';
import type { DraftLog, TraceEventDraft } from '../trace-events/draft.js';
import { indexMachine, type MachineIndex } from '../trace-events/machine-index.js';
import { plain, type PlainLimits } from '../trace-events/plain.js';
import type { Json, TraceStep } from '../trace-events/trace-event.js';
import { refusedTransitions } from '../trace-events/refused-transitions.js';

/** Who an actor is, which only its host knows. */
export interface ActorDescription {
  readonly parent?: string;
  readonly stream?: string;
  readonly subject?: string;
}

export interface ActorTraceOptions {
  readonly system: string;
  readonly log: DraftLog;
  /** Milliseconds since the start of the run. */
  readonly now: () => number;
  readonly limits: PlainLimits;
  /** What the machine is called in this run; tells of it first where it is new. */
  readonly machineName: (machine: MachineIndex) => string;
  /** How long an actor has been running, in milliseconds; undefined where that is not known. */
  readonly ageMsOf: (actor: AnyActor) => number | undefined;
  readonly describe: (actor: AnyActor, context: unknown) => ActorDescription;
  /** An actor records a command; what is given back is told after the step. */
  readonly onCommand: (actor: string, type: string, params: unknown) => readonly TraceEventDraft[];
  /** An actor takes an event. */
  readonly onEvent: (actor: string, event: EventObject) => readonly TraceEventDraft[];
  readonly onGone: (actor: string) => void;
}

/** Turns what XState tells of the actors of one system into trace events. */
export interface ActorTrace {
  readonly inspect: (event: InspectionEvent) => void;
  /** An actor that lives already; it is not told until it is asked for with `snapshot`, or takes an event. */
  adopt(actor: AnyActor): void;
  /** The actors that live, and their timers. */
  snapshot(): readonly TraceEventDraft[];
  /** The timers of this actor were restarted so long ago, without its knowing. */
  touch(actor: string, agoMs: number): void;
  /** Forgets everything: nobody listens any more. */
  clear(): void;
}

const initEvent = 'xstate.init';

export function createActorTrace(options: ActorTraceOptions): ActorTrace {
  const { system, log, now, limits, onCommand, onEvent } = options;
  const entries = new Map<ActorRefLike, ActorEntry>();
  const byId = new Map<string, ActorEntry>();
  /** Who told an event: events that actors tell each other through their host are the same objects throughout. */
  const tellers = new WeakMap<EventObject, string>();
  let isLooking = false;

  const entryOf = (ref: ActorRefLike): ActorEntry => {
    const known = entries.get(ref);
    if (known !== undefined) return known;
    const actor = ref as AnyActor;
    // Ids are unique among siblings only; the session id is among all.
    const id = byId.has(actor.id) ? `${actor.id} ${actor.sessionId}` : actor.id;
    const entry = new ActorEntry(actor, id);
    entries.set(ref, entry);
    byId.set(id, entry);
    return entry;
  };

  const forget = (entry: ActorEntry): void => {
    entries.delete(entry.actor);
    byId.delete(entry.id);
    options.onGone(entry.id);
  };

  const draftOf = (entry: ActorEntry, isToldAnew: boolean): TraceEventDraft => {
    const { value, context, machine } = look(entry.actor.getSnapshot() as Snapshot<unknown>);
    entry.context = context;
    const index = machine === undefined ? undefined : indexMachine(machine);
    const at = now();
    // Once and for all: by this time an actor is known to be the one that was told before.
    const startedAt = (entry.startedAt ??= Math.round((at - (options.ageMsOf(entry.actor) ?? 0)) * 1000) / 1000);
    const { _parent: parent, src } = entry.actor as {
      readonly _parent?: ActorRefLike & { readonly id: string };
      readonly src?: unknown;
    };
    return {
      type: 'actor',
      system,
      actor: entry.id,
      ...(parent === undefined ? {} : { parent: entries.get(parent)?.id ?? parent.id }),
      ...(typeof src === 'string' && !src.startsWith('xstate.invoke.') ? { src } : {}),
      ...options.describe(entry.actor, context),
      ...(index === undefined ? {} : { machine: options.machineName(index) }),
      ...(isToldAnew || at - startedAt >= 1 ? { since: startedAt } : {}),
      value,
      context: plain(context, limits),
    };
  };

  const announce = (entry: ActorEntry): void => {
    if (entry.isTold) return;
    entry.isTold = true;
    log.write(draftOf(entry, false));
    entry.adoptTimers(now());
    for (const draft of entry.runningTimers(system, now())) log.write(draft);
  };

  /** Writes the macrostep of the event that the entry is at. */
  const flush = (
    entry: ActorEntry,
    event: EventObject,
    from: string | undefined,
    snapshot: Snapshot<unknown>,
  ): void => {
    const { value, context, machine } = look(snapshot);
    const index = machine === undefined ? undefined : indexMachine(machine);
    const { taken, commands, followers } = entry.takeStep();
    const places = taken.flatMap((transition) => index?.placeOf(transition) ?? []);
    const refused =
      index === undefined || event.type === initEvent ? [] : refusedTransitions(index, entry.nodes, event, taken);
    const isChanged = context !== entry.context;
    entry.context = context;
    entry.nodes = (snapshot as Partial<AnyMachineSnapshot>)._nodes ?? [];
    const isOver = snapshot.status !== 'active';
    const step: Omit<TraceStep, 'seq' | 'at'> = {
      type: 'step',
      system,
      actor: entry.id,
      event: plainEvent(event, limits),
      ...(from === undefined ? {} : { from }),
      taken: places,
      ...(refused.length === 0 ? {} : { refused }),
      value,
      ...(isChanged ? { context: plain(context, limits) } : {}),
      status: snapshot.status,
      commands,
      ...(snapshot.status === 'error' ? { error: messageOf(snapshot.error) } : {}),
    };
    log.write(step);
    for (const draft of followers) log.write(draft);
    if (!isOver) return;
    for (const draft of entry.cancelAll(system)) log.write(draft);
    forget(entry);
  };

  /** An actor that throws is over without a word of XState's. */
  const lookForBroken = (): void => {
    if (isLooking) return;
    isLooking = true;
    void Promise.resolve().then(() => {
      isLooking = false;
      for (const entry of [...entries.values()]) {
        if (entry.pending.length === 0) continue;
        const snapshot = entry.actor.getSnapshot() as Snapshot<unknown>;
        const [{ event, from } = { event: { type: initEvent }, from: undefined }] = entry.pending;
        if (snapshot.status === 'error') flush(entry, event, from, snapshot);
      }
    });
  };

  const onEventTaken = (ref: ActorRefLike, source: ActorRefLike | undefined, event: EventObject): void => {
    const entry = entryOf(ref);
    // XState tells of what a step sets off before it tells that the step is over.
    const other = source === undefined || source === ref ? undefined : (source as AnyActor);
    const sender = other === undefined ? undefined : entries.get(other);
    // The name is taken first: one whose last step is told is forgotten.
    const from = tellers.get(event) ?? sender?.id ?? other?.id;
    if (sender !== undefined) flushEarly(sender);
    announce(entry);
    const timer = source === ref ? entry.fire(event, system) : undefined;
    if (timer !== undefined) log.write(timer);
    for (const draft of onEvent(entry.id, event)) log.write(draft);
    entry.pending.push({ event, from });
    lookForBroken();
  };

  const flushEarly = (entry: ActorEntry): void => {
    const [current] = entry.pending;
    if (current === undefined || entry.stepped === undefined) return;
    entry.pending.shift();
    flush(entry, current.event, current.from, entry.stepped);
  };

  const onAction = (ref: ActorRefLike, type: string, params: unknown): void => {
    const entry = entryOf(ref);
    if (entry.noteTimer(type, params, system, now())) return;
    entry.commands.push(type);
    if (type === 'actor.tell' || type === 'actor.tellAll') {
      const { event } = (params ?? {}) as { readonly event?: EventObject };
      if (event !== undefined) tellers.set(event, entry.id);
    }
    entry.followers.push(...onCommand(entry.id, type, params));
  };

  const onSnapshot = (ref: ActorRefLike, event: EventObject, snapshot: Snapshot<unknown>): void => {
    const entry = entries.get(ref);
    // It was over, and told so, before.
    if (entry === undefined) return;
    const [current] = entry.pending;
    if (current?.event === event) {
      entry.pending.shift();
      flush(entry, event, current.from, snapshot);
    } else if (snapshot.status !== 'active') {
      flush(entry, event, undefined, snapshot);
    }
  };

  return {
    inspect: (inspected) => {
      switch (inspected.type) {
        case '@xstate.actor':
          entryOf(inspected.actorRef);
          return;
        case '@xstate.event':
          onEventTaken(inspected.actorRef, inspected.sourceRef, inspected.event);
          return;
        case '@xstate.microstep':
          entryOf(inspected.actorRef).noteMicrostep(inspected._transitions, inspected.snapshot);
          return;
        case '@xstate.action':
          onAction(inspected.actorRef, inspected.action.type, inspected.action.params);
          return;
        case '@xstate.snapshot':
          onSnapshot(inspected.actorRef, inspected.event, inspected.snapshot);
          return;
        default:
      }
    },
    adopt: (actor) => {
      const entry = entryOf(actor);
      entry.isTold = true;
      entry.nodes = (actor.getSnapshot() as Partial<AnyMachineSnapshot>)._nodes ?? [];
      entry.adoptTimers(now());
    },
    snapshot: () =>
      [...entries.values()]
        .filter(({ isTold }) => isTold)
        .flatMap((entry) => [draftOf(entry, true), ...entry.runningTimers(system, now())]),
    touch: (actor, agoMs) => {
      const entry = byId.get(actor);
      if (entry !== undefined) for (const draft of entry.restart(system, now(), agoMs)) log.write(draft);
    },
    clear: () => {
      entries.clear();
      byId.clear();
    },
  };
}

function look(snapshot: Snapshot<unknown>): {
  readonly value: Json;
  readonly context: unknown;
  readonly machine: AnyMachineSnapshot['machine'] | undefined;
} {
  const { value, context, machine } = snapshot as {
    readonly value?: Json;
    readonly context?: unknown;
    readonly machine?: AnyMachineSnapshot['machine'];
  };
  return machine === undefined
    ? { value: snapshot.status, context: context ?? null, machine }
    : { value: value ?? null, context, machine };
}

function plainEvent(event: EventObject, limits: PlainLimits): TraceStep['event'] {
  const fields = plain(event, limits);
  return typeof fields === 'object' && fields !== null && !Array.isArray(fields)
    ? { ...(fields as Readonly<Record<string, Json>>), type: event.type }
    : { type: event.type };
}
