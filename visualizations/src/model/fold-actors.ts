import type { TraceActor, TraceStep, TraceTimer } from '../../../src/trace-events/trace-event.js';
import { endStreamEnd, joinStream, signOfLife } from './fold-streams.js';
import { forgetEnded, type Folded } from './folded.js';
import { actorKey, transitionKey } from './keys.js';
import { stateText } from './state-text.js';
import type { ActorEntry, TimerEntry } from './types.js';

const noTimers: readonly TimerEntry[] = [];

export function foldActor(view: Folded, event: TraceActor): void {
  const { system, actor, parent, src, machine, stream, subject, value, context, at, seq } = event;
  if (!view.systems.has(system)) {
    view.systems.set(system, { system, role: 'other', status: 'running', startedAt: at });
  }
  const key = actorKey(system, actor);
  const cause = parent === undefined ? undefined : view.actors.get(actorKey(system, parent))?.lastTaken?.seq;
  view.actors.set(key, {
    key,
    system,
    actor,
    ...(parent === undefined ? {} : { parent }),
    ...(src === undefined ? {} : { src }),
    ...(machine === undefined ? {} : { machine }),
    ...(stream === undefined ? {} : { stream }),
    ...(subject === undefined ? {} : { subject }),
    value,
    state: stateText(value),
    context,
    status: 'active',
    startedAt: at,
    startedSeq: seq,
    ...(cause === undefined ? {} : { cause }),
    steps: 0,
    stateSince: at,
    timers: noTimers,
  });
  forgetEnded(view.actors);
  if (stream !== undefined) joinStream(view, event, stream);
}

export function foldStep(view: Folded, event: TraceStep): void {
  view.totals = { ...view.totals, steps: view.totals.steps + 1 };
  const key = actorKey(event.system, event.actor);
  const entry = view.actors.get(key);
  // The first records of a run may be lost; an actor of whom nothing else is known is shown from its next step on.
  const known = entry ?? strangerOf(event, key);
  const state = stateText(event.value);
  const over = event.status !== 'active';
  const isTaken = event.taken.length > 0;
  view.actors.set(key, {
    ...known,
    value: event.value,
    state,
    context: event.context === undefined ? known.context : event.context,
    status: event.status,
    ...(event.error === undefined ? {} : { error: event.error }),
    ...(over ? { endedAt: known.endedAt ?? event.at } : {}),
    steps: known.steps + 1,
    stateSince: state === known.state ? known.stateSince : event.at,
    lastStep: event,
    ...(isTaken ? { lastTaken: event } : { lastRefused: event }),
    timers: over ? noTimers : known.timers,
  });
  const { machine, stream } = known;
  if (machine !== undefined) {
    for (const { source, index } of event.taken) {
      const transition = transitionKey(machine, source, index);
      view.coverage.set(transition, (view.coverage.get(transition) ?? 0) + 1);
    }
  }
  if (stream === undefined) return;
  // A timer of its own says nothing about the other side.
  if (!/^(xstate\.)?after\b/.test(event.event.type)) signOfLife(view, stream, event.system, event.at);
  if (over) endStreamEnd(view, stream, key, event.at);
}

function strangerOf({ system, actor, value, at, seq }: TraceStep, key: string): ActorEntry {
  return {
    key,
    system,
    actor,
    value,
    state: stateText(value),
    context: null,
    status: 'active',
    startedAt: at,
    startedSeq: seq,
    steps: 0,
    stateSince: at,
    timers: noTimers,
  };
}

export function foldTimer(view: Folded, event: TraceTimer): void {
  const { op, system, actor, timer, state, delay, duration, at } = event;
  const key = actorKey(system, actor);
  const entry = view.actors.get(key);
  if (entry === undefined || entry.endedAt !== undefined) return;
  const others = entry.timers.filter((running) => running.timer !== timer);
  if (op === 'start') {
    const known = duration === undefined ? {} : { duration, deadline: at + duration };
    view.actors.set(key, { ...entry, timers: [...others, { timer, state, delay, startedAt: at, ...known }] });
  } else if (others.length < entry.timers.length) {
    view.actors.set(key, { ...entry, timers: others.length === 0 ? noTimers : others });
  }
}

/** Makes an actor a tombstone without a step of its own. */
export function endActor(view: Folded, key: string, at: number): void {
  const entry = view.actors.get(key);
  if (entry === undefined) return;
  view.actors.set(key, { ...entry, status: 'stopped', endedAt: at, timers: noTimers });
  if (entry.stream !== undefined) endStreamEnd(view, entry.stream, key, at);
}
