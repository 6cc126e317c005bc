import { actorKey, linkKey } from './keys.js';
import { remember, type Folded } from './folded.js';
import { endActor, foldActor, foldStep, foldTimer } from './fold-actors.js';
import { foldCounts, foldEnd, signOfLife } from './fold-streams.js';
import type { TraceContact, TraceMessage, TraceSnapshot, TraceSystem } from '../../../src/trace-events/trace-event.js';
import { happenedAt } from '../../../src/trace-events/happened.js';
import type { SequencedEvent, SystemEntry } from './types.js';

/**
 * Changes a view by one event. A function of the view and the event alone, so that folding the same events always
 * gives the same view. Types of events that are not known change nothing but the moment.
 */
export function fold(view: Folded, event: SequencedEvent): void {
  view.seq = event.seq;
  // Events of several processes are merged in about the right order; time must not go backwards on the page.
  view.at = Math.max(view.at, event.at);
  switch (event.type) {
    case 'counts':
      foldCounts(view, event);
      return;
    case 'message':
      foldMessage(view, event);
      return;
    case 'step':
      foldStep(view, event);
      return;
    case 'timer':
      foldTimer(view, event);
      return;
    case 'actor':
      foldActor(view, event);
      return;
    case 'end':
      foldEnd(view, event);
      return;
    case 'system':
      foldSystem(view, event);
      return;
    case 'machine':
      view.machines.set(event.machine, event);
      return;
    case 'contact':
      foldContact(view, event);
      return;
    case 'snapshot':
      foldSnapshot(view, event);
      return;
    case 'link':
      view.links.set(linkKey(event.systems), { systems: event.systems, op: event.op, since: happenedAt(event) });
      return;
    case 'gap':
      view.totals = { ...view.totals, recordsLost: view.totals.recordsLost + event.dropped };
      return;
    case 'mark':
      remember(view.marks, event);
  }
}

function foldMessage(view: Folded, event: TraceMessage): void {
  remember(view.messages, event);
  const { totals } = view;
  view.totals = {
    ...totals,
    messages: totals.messages + (event.op === 'send' ? 1 : 0),
    messagesDropped: totals.messagesDropped + (event.op === 'drop' ? 1 : 0),
  };
  if (event.op === 'deliver' && event.stream !== undefined && event.to !== undefined) {
    signOfLife(view, event.stream, event.to, happenedAt(event));
  }
}

function foldSystem(view: Folded, event: TraceSystem): void {
  const { system, role, op } = event;
  const at = happenedAt(event);
  const known = view.systems.get(system);
  if (op === 'start') {
    // One that runs is told anew.
    if (known?.status === 'running') view.systems.set(system, { ...known, role });
    else view.systems.set(system, { system, role, status: 'running', startedAt: at });
    return;
  }
  endSystem(view, { system, role, startedAt: known?.startedAt ?? at }, op === 'crash' ? 'crashed' : 'stopped', at);
}

function endSystem(
  view: Folded,
  { system, role, startedAt }: Pick<SystemEntry, 'system' | 'role' | 'startedAt'>,
  status: 'crashed' | 'stopped',
  at: number,
): void {
  view.systems.set(system, { system, role, status, startedAt, endedAt: at });
  // A process takes its actors with it, and none of them has a chance to say so.
  for (const entry of view.actors.values()) {
    if (entry.system === system && entry.endedAt === undefined) {
      endActor(view, actorKey(system, entry.actor), at, status);
    }
  }
}

function foldContact(view: Folded, { op, systems, since, reason, at }: TraceContact): void {
  for (const system of systems) {
    const known = view.systems.get(system);
    if (known === undefined) continue;
    const { unheardSince, isGone, ...heard } = known;
    if (op === 'restored') view.systems.set(system, heard);
    else {
      const gone = reason === 'gone' ? { isGone: true } : {};
      view.systems.set(system, { ...heard, unheardSince: unheardSince ?? since ?? at, ...gone });
    }
  }
}

/** What lives was told whole: what was not told has ended in the meantime, and nobody knows how. */
function foldSnapshot(view: Folded, { op, systems, seq, at }: TraceSnapshot): void {
  if (op === 'begin') {
    view.tellingSince = seq;
    return;
  }
  const since = view.tellingSince;
  view.tellingSince = undefined;
  if (since === undefined) return;
  for (const { key, endedAt, toldSeq } of view.actors.values()) {
    if (endedAt === undefined && toldSeq < since) endActor(view, key, at, 'unheard');
  }
  for (const entry of view.systems.values()) {
    if (entry.status === 'running' && !systems.includes(entry.system)) endSystem(view, entry, 'stopped', at);
  }
}
