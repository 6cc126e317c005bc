import { clientActorId } from '../../../machines/index.js';
import { note, tell, type Effect } from '../explorer/description/effects.js';
import type { Effects, HostAdapter, HostScope, RecordedCommand } from '../explorer/description/host-adapter.js';
import type { ProtocolMessage } from './adapter.js';
import type { DeliveryTerms } from './delivery-arithmetic.js';
import { modelInflows } from './delivery-inflow.js';
import type { DeliveryMessage } from './delivery-messages.js';
import { modelOutflows } from './delivery-outflow.js';
import { downNote, missedNote } from './ghosts.js';
import { isIncident, receiveIncident, type IncidentMessage } from './incident-messages.js';

/**
 * Creates the adapter of extended clients: puts sequencing, credit and recovery between the machines and the plain
 * adapter, with the same arithmetic as in production. Source: PROTOCOL.md, Delivery.
 *
 * @param plain The adapter for everything else, of {@link protocolAdapter}.
 */
export function deliveryAdapter(
  plain: HostAdapter<RecordedCommand, ProtocolMessage>,
  { producers, ...terms }: { readonly producers: readonly [string, ...string[]] } & DeliveryTerms,
): HostAdapter<RecordedCommand, DeliveryMessage | IncidentMessage> {
  const outflows = modelOutflows(terms);
  // What is said to a producer goes to the first one, unless a queue group says otherwise.
  const inflows = modelInflows(terms, producers[0]);
  const isProducer = ({ process }: HostScope): boolean => producers.includes(process);

  const command = (recorded: RecordedCommand, scope: HostScope): Effects | undefined => {
    switch (recorded.type) {
      case 'wire.announce':
      case 'wire.data':
      case 'wire.finish':
      case 'wire.close':
      case 'wire.probe':
      case 'wire.resend':
      case 'source.produce':
      case 'turn.begin':
        return outflows.command(recorded as never, scope);
      case 'wire.open':
        return [...listOf(inflows.command(recorded as never, scope)), ...listOf(plain.command(recorded, scope))];
      case 'wire.resume':
      case 'wire.catchUp':
      case 'wire.cancel':
      case 'reader.detach':
      case 'reader.take':
        return inflows.command(recorded as never, scope);
      case 'actor.tell': {
        const told = listOf(plain.command(recorded, scope));
        const { event } = recorded.params as { readonly event: { readonly type: string; readonly id: string } };
        if (event.type !== 'stream.closed') return told;
        // What is over is forgotten.
        return [...listOf(isProducer(scope) ? outflows.forget(event.id) : inflows.forget(event.id)), ...told];
      }
      default:
        return plain.command(recorded, scope);
    }
  };

  const restored = (scope: HostScope): readonly Effect[] => [
    note(downNote, false),
    ...(isProducer(scope) ? outflows.publishAll({ ...scope, notes: { ...scope.notes, [downNote]: false } }) : []),
  ];

  const receive = (message: DeliveryMessage | IncidentMessage, scope: HostScope): Effects | undefined => {
    if (isIncident(message)) return [...befall(message, scope), receiveIncident(message)];
    switch (message.type) {
      case 'request': {
        const [requested] = listOf(plain.receive(message, scope));
        if (requested?.type !== 'tell') return undefined;
        return tell(clientActorId, { ...requested.event, extended: true });
      }
      case 'announcement':
      case 'records':
      case 'part':
      case 'end':
      case 'joined':
        return inflows.receive(message, scope);
      case 'grant':
      case 'resume':
      case 'cancel':
        return outflows.receive(message, scope);
      case 'answer': {
        const heard = listOf(plain.receive(message, scope));
        const missed = missedNote(message.consumer);
        return heard.length === 0 || scope.notes[missed] === undefined ? heard : [note(missed, 'none'), ...heard];
      }
      default:
        return plain.receive(message, scope);
    }
  };

  /** What an incident changes in a client besides its actors. */
  const befall = (message: IncidentMessage, scope: HostScope): readonly Effect[] => {
    switch (message.type) {
      case 'link.lost':
      case 'link.closed':
        return [note(downNote, true)];
      case 'link.restored':
        return restored(scope);
      case 'heartbeat.unanswerable':
        return [note(missedNote(message.consumer), 'last')];
      case 'heartbeat.misreport':
      case 'requests.lost':
      case 'requests.taken':
      case 'inbox.deafened':
        return [];
    }
  };

  return {
    command,
    receive,
    disconnected: (scope) => [note(downNote, true), ...listOf(plain.disconnected?.(scope))],
    reconnected: (scope) => [...restored(scope), ...listOf(plain.reconnected?.(scope))],
  };
}

function listOf(effects: Effects | undefined): readonly Effect[] {
  if (effects === undefined) return [];
  return 'type' in effects ? [effects] : effects;
}
