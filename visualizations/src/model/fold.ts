import { actorKey, linkKey } from './keys.js';
import { remember, type Folded } from './folded.js';
import { endActor, foldActor, foldStep, foldTimer } from './fold-actors.js';
import { foldCounts, foldEnd, signOfLife } from './fold-streams.js';
import type { TraceMessage, TraceSystem } from '../../../src/trace-events/trace-event.js';
import type { SequencedEvent } from './types.js';

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
    case 'link':
      view.links.set(linkKey(event.systems), { systems: event.systems, op: event.op, since: event.at });
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
    signOfLife(view, event.stream, event.to, event.at);
  }
}

function foldSystem(view: Folded, event: TraceSystem): void {
  const { system, role, op, at } = event;
  if (op === 'start') {
    view.systems.set(system, { system, role, status: 'running', startedAt: at });
    return;
  }
  const startedAt = view.systems.get(system)?.startedAt ?? at;
  view.systems.set(system, {
    system,
    role,
    status: op === 'crash' ? 'crashed' : 'stopped',
    startedAt,
    endedAt: at,
  });
  // A process takes its actors with it, and none of them has a chance to say so.
  for (const entry of view.actors.values()) {
    if (entry.system === system && entry.endedAt === undefined) endActor(view, actorKey(system, entry.actor), at);
  }
}
