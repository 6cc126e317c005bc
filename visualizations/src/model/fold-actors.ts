import type { TraceActor, TraceStep, TraceTimer } from '../../../src/trace-events/trace-event.js';
import { endStreamEnd, joinStream, reviveStream, signOfLife } from './fold-streams.js';
import { forgetEnded, type Folded } from './folded.js';
import { happenedAt } from '../../../src/trace-events/happened.js';
import { actorKey, transitionKey } from './keys.js';
import { isDoubtfulEnd, isEndUnheard, isSameLife } from './same-life.js';
import { stateText } from './state-text.js';
import type { ActorEntry, ActorStatus, TimerEntry } from './types.js';

const noTimers: readonly TimerEntry[] = [];

/** An actor has come, or is told anew: then it goes on, and all that is known of it stays. */
export function foldActor(view: Folded, event: TraceActor): void {
  const { system, actor, parent, src, machine, stream, subject, since, value, context, seq } = event;
  const at = happenedAt(event);
  if (!view.systems.has(system)) {
    view.systems.set(system, { system, role: 'other', status: 'running', startedAt: at });
  }
  const key = actorKey(system, actor);
  const state = stateText(value);
  const known = view.actors.get(key);
  const goesOn =
    known !== undefined &&
    (isSameLife(known, since) || (since === undefined && isDoubtfulEnd(known.lastStep, view.unit)));
  const description = {
    ...(parent === undefined ? {} : { parent }),
    ...(src === undefined ? {} : { src }),
    ...(machine === undefined ? {} : { machine }),
    ...(stream === undefined ? {} : { stream }),
    ...(subject === undefined ? {} : { subject }),
    value,
    state,
    context,
    toldSeq: seq,
  };
  if (goesOn) {
    view.actors.set(key, {
      ...alive(known),
      ...description,
      startedAt: Math.min(known.startedAt, since ?? known.startedAt),
      stateSince: state === known.state ? known.stateSince : Math.max(known.stateSince, at),
      // Those that run are told anew with it.
      timers: noTimers,
    });
  } else {
    const cause = parent === undefined ? undefined : view.actors.get(actorKey(system, parent))?.lastTaken?.seq;
    view.actors.set(key, {
      key,
      system,
      actor,
      ...description,
      status: 'active',
      startedAt: since ?? at,
      startedSeq: seq,
      ...(cause === undefined ? {} : { cause }),
      steps: 0,
      stateSince: at,
      timers: noTimers,
    });
  }
  forgetEnded(view.actors);
  if (stream !== undefined) joinStream(view, event, stream, goesOn);
}

/** It lives, whatever was told of its end. */
function alive(entry: ActorEntry): ActorEntry {
  if (entry.endedAt === undefined) return entry;
  const { endedAt, ...rest } = entry;
  return { ...rest, status: 'active' };
}

export function foldStep(view: Folded, event: TraceStep): void {
  view.totals = { ...view.totals, steps: view.totals.steps + 1 };
  const at = happenedAt(event);
  const key = actorKey(event.system, event.actor);
  const entry = view.actors.get(key);
  const over = event.status !== 'active';
  // The first events of a run may be lost; an actor of whom nothing else is known is shown from its next step on. One that
  // takes a step lives.
  const known = entry === undefined ? strangerOf(event, key) : over ? entry : alive(entry);
  const isUnheard = over && isEndUnheard(event, view.unit);
  // Nobody knows in which state one was that has ended unheard.
  const value = isUnheard ? known.value : event.value;
  const state = stateText(value);
  const isTaken = event.taken.length > 0;
  view.actors.set(key, {
    ...known,
    value,
    state,
    context: event.context === undefined ? known.context : event.context,
    status: isUnheard ? 'unheard' : event.status,
    ...(event.error === undefined ? {} : { error: event.error }),
    ...(over ? { endedAt: known.endedAt ?? at } : {}),
    steps: known.steps + 1,
    stateSince: state === known.state ? known.stateSince : at,
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
  if (!isUnheard && !/^(xstate\.)?after\b/.test(event.event.type)) signOfLife(view, stream, event.system, at);
  if (over) endStreamEnd(view, stream, key, at);
  else if (entry?.endedAt !== undefined) reviveStream(view, stream, key);
}

function strangerOf(event: TraceStep, key: string): ActorEntry {
  const { system, actor, value, seq } = event;
  const at = happenedAt(event);
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
    toldSeq: seq,
    steps: 0,
    stateSince: at,
    timers: noTimers,
  };
}

export function foldTimer(view: Folded, event: TraceTimer): void {
  const { op, system, actor, timer, state, delay, duration } = event;
  const at = happenedAt(event);
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
export function endActor(view: Folded, key: string, at: number, status: ActorStatus): void {
  const entry = view.actors.get(key);
  if (entry === undefined) return;
  view.actors.set(key, { ...entry, status, endedAt: at, timers: noTimers });
  if (entry.stream !== undefined) endStreamEnd(view, entry.stream, key, at);
}
