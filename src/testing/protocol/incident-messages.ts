import { clientActorId } from '../../../machines/index.js';
import { awayNote, deafNote } from './adapter.js';
import { note, tell, type Effect } from '../explorer/description/effects.js';

/** What befalls a client, as a message without a sender, so that the ghosts of its host see it too. */
export type IncidentMessage =
  | { readonly type: 'link.lost' | 'link.restored' | 'link.closed' }
  /** The producer takes no requests, or takes them again. */
  | { readonly type: 'requests.lost' | 'requests.taken' }
  /** Frames do not reach the consumer any more; heartbeats do. */
  | { readonly type: 'inbox.deafened' }
  | { readonly type: 'heartbeat.unanswerable'; readonly consumer: string }
  | { readonly type: 'heartbeat.misreport'; readonly consumer: string; readonly reported: readonly string[] };

/** The messages that clients send each other have plain names. */
export function isIncident(message: { readonly type: string }): message is IncidentMessage {
  return message.type.includes('.');
}

/** What an incident does at the process that it befalls. */
export function receiveIncident(message: IncidentMessage): Effect {
  switch (message.type) {
    case 'link.lost':
    case 'link.restored':
      return tell(clientActorId, { type: message.type });
    case 'requests.lost':
    case 'requests.taken':
      return note(awayNote, message.type === 'requests.lost');
    case 'inbox.deafened':
      return note(deafNote, true);
    case 'link.closed': {
      const event = { type: 'link.closed', text: '' };
      return tell(clientActorId, event);
    }
    case 'heartbeat.unanswerable':
      return tell(message.consumer, { type: 'heartbeat.unanswerable' });
    case 'heartbeat.misreport': {
      const event = { type: 'heartbeat.answered', reported: message.reported };
      return tell(message.consumer, event);
    }
  }
}
