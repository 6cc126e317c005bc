import { actorKey, linkKey } from './keys.js';
import { remember, type Folded } from './folded.js';
import { endActor, foldActor, foldStep, foldTimer } from './fold-actors.js';
import { foldCounts, foldEnd, signOfLife } from './fold-streams.js';
import type { TraceMessage, TraceSystem } from '../../../src/trace-events/trace-event.js';
import type { SequencedRecord } from './types.js';

/**
 * Changes a view by one record. A function of the view and the record alone, so that folding the same records always
 * gives the same view. Types of records that are not known change nothing but the moment.
 */
export function fold(view: Folded, record: SequencedRecord): void {
  view.seq = record.seq;
  // Records of several processes are merged in about the right order; time must not go backwards on the page.
  view.at = Math.max(view.at, record.at);
  switch (record.type) {
    case 'counts':
      foldCounts(view, record);
      return;
    case 'message':
      foldMessage(view, record);
      return;
    case 'step':
      foldStep(view, record);
      return;
    case 'timer':
      foldTimer(view, record);
      return;
    case 'actor':
      foldActor(view, record);
      return;
    case 'end':
      foldEnd(view, record);
      return;
    case 'system':
      foldSystem(view, record);
      return;
    case 'machine':
      view.machines.set(record.machine, record);
      return;
    case 'link':
      view.links.set(linkKey(record.systems), { systems: record.systems, op: record.op, since: record.at });
      return;
    case 'gap':
      view.totals = { ...view.totals, recordsLost: view.totals.recordsLost + record.dropped };
      return;
    case 'mark':
      remember(view.marks, record);
  }
}

function foldMessage(view: Folded, record: TraceMessage): void {
  remember(view.messages, record);
  const { totals } = view;
  view.totals = {
    ...totals,
    messages: totals.messages + (record.op === 'send' ? 1 : 0),
    messagesDropped: totals.messagesDropped + (record.op === 'drop' ? 1 : 0),
  };
  if (record.op === 'deliver' && record.stream !== undefined && record.to !== undefined) {
    signOfLife(view, record.stream, record.to, record.at);
  }
}

function foldSystem(view: Folded, record: TraceSystem): void {
  const { system, role, op, at } = record;
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
