import {
  beginInflow,
  beginOutflow,
  beginRecovery,
  clientActorId,
  closeInflow,
  consume,
  creditOf,
  endOf,
  grantOf,
  isGrantDue,
  isSettled,
  maySend,
  noteGranted,
  receiveAnnouncement,
  receiveItems,
  sendClose,
  sendRecord,
  takeGrant,
  type Arrival,
  type Command,
  type Grant,
  type Inflow,
  type Outflow,
  type Window,
} from '../../../machines/index.js';
import { note, send, tell, type Effect } from '../explorer/effects.js';
import type { Effects, HostAdapter, HostScope, RecordedCommand } from '../explorer/host-adapter.js';
import type { Plain } from '../explorer/plain-data.js';
import { addressOf, inboxOf, readerOf, type ProtocolMessage } from './adapter.js';

/** What extended clients send each other besides: the frames of PROTOCOL.md, Delivery, without their bytes. */
export type DeliveryMessage =
  | ProtocolMessage
  | ({ readonly id: string; readonly run: number } & (
      | { readonly type: 'announcement'; readonly end: number; readonly isWanting: boolean }
      | { readonly type: 'records'; readonly first: number; readonly count: number }
      | { readonly type: 'end'; readonly number: number; readonly isFinal: boolean; readonly code: number }
    ))
  | ({ readonly type: 'grant' | 'resume'; readonly inbox: string; readonly run: number } & Grant)
  | { readonly type: 'cancel'; readonly inbox: string; readonly run: number };

/** What a producer's client keeps of a stream, besides its actor. */
export interface ModelOutflow {
  readonly flow: Outflow;
  /** Records that wait for credit; the model's source hands over one at a time. */
  readonly waiting: number;
  /** The code of the close that comes after them. */
  readonly close: number | null;
}

/** What a consumer's client keeps of a stream, besides its actor. */
export interface ModelInflow {
  readonly flow: Inflow;
  /** Which registration of the stream it hears; 0 before it has heard any. Others are told to stop. */
  readonly run: number;
  readonly isDetached: boolean;
}

export function outflowNote(inbox: string): string {
  return `outflow ${inbox}`;
}

export function inflowNote(id: string): string {
  return `inflow ${id}`;
}

/** How often a stream was registered: a late duplicate of its request registers it once more. */
function runNote(inbox: string): string {
  return `run ${inbox}`;
}

/** How many records the source of a stream has handed over, through crashes. */
export function producedNote(inbox: string): string {
  return `produced ${inbox}`;
}

type ModelCommand =
  Command | { readonly type: 'source.produce' | 'reader.take'; readonly params: { readonly id: string } };

/**
 * The adapter of extended clients: the plain one, with sequence, credit and recovery between it and the machines, by
 * the same arithmetic as in production. A frame holds what one step sends.
 */
export function deliveryAdapter(
  plain: HostAdapter<RecordedCommand, ProtocolMessage>,
  { producer, window }: { readonly producer: string; readonly window: Window },
): HostAdapter<RecordedCommand, DeliveryMessage> {
  const outflowOf = (notes: HostScope['notes'], inbox: string) =>
    (notes[outflowNote(inbox)] ?? undefined) as ModelOutflow | undefined;
  const inflowOf = (notes: HostScope['notes'], id: string) =>
    (notes[inflowNote(id)] ?? undefined) as ModelInflow | undefined;
  const runOf = (notes: HostScope['notes'], inbox: string) => Number(notes[runNote(inbox)] ?? 0);
  const keepOutflow = (inbox: string, outflow: ModelOutflow): Effect =>
    note(outflowNote(inbox), outflow as unknown as Plain);
  const keepInflow = (id: string, inflow: ModelInflow): Effect => note(inflowNote(id), inflow as unknown as Plain);

  const announce = (inbox: string, { flow, waiting }: ModelOutflow, run: number): Effect => {
    const { consumer, stream } = addressOf(inbox);
    const isWanting = waiting > 0;
    return send(consumer, { type: 'announcement', id: stream, run, end: endOf(flow), isWanting }, inbox);
  };
  const sendRecords = (inbox: string, run: number, first: number, count: number): Effect => {
    const { consumer, stream } = addressOf(inbox);
    return send(consumer, { type: 'records', id: stream, run, first, count }, inbox);
  };
  const sendEnd = (inbox: string, run: number, number: number, isFinal: boolean, code: number): Effect => {
    const { consumer, stream } = addressOf(inbox);
    return send(consumer, { type: 'end', id: stream, run, number, isFinal, code }, inbox);
  };

  /** Sends what has credit, then the close, and tells the actor of the edges. */
  const pump = (inbox: string, outflow: ModelOutflow, run: number): readonly Effect[] => {
    const effects: Effect[] = [];
    let { flow, waiting } = outflow;
    const { close } = outflow;
    const wasBlocked = waiting > 0;
    for (; waiting > 0 && maySend(flow, 1); waiting -= 1) {
      effects.push(sendRecords(inbox, run, flow.sent, 1));
      flow = sendRecord(flow, 1);
    }
    if (wasBlocked && waiting === 0) effects.push(tell(inbox, { type: 'flow.open' }));
    if (waiting === 0 && close !== null && !flow.isClosed) {
      effects.push(sendEnd(inbox, run, flow.sent, false, close));
      flow = sendClose(flow);
    }
    return [keepOutflow(inbox, { flow, waiting, close }), ...effects];
  };

  const say = (id: string, consumer: string, run: number, type: 'grant' | 'resume', flow: Inflow): Effect =>
    send(producer, { type, inbox: inboxOf(consumer, id), run, ...grantOf(flow) }, `control ${inboxOf(consumer, id)}`);
  const cancel = (id: string, consumer: string, run: number): Effect =>
    send(producer, { type: 'cancel', inbox: inboxOf(consumer, id), run }, `control ${inboxOf(consumer, id)}`);

  const perform = (command: ModelCommand, scope: HostScope): Effects | undefined => {
    const { notes, process } = scope;
    switch (command.type) {
      case 'wire.open': {
        const { id } = command.params;
        const inflow = { flow: beginInflow(window), run: 0, isDetached: false };
        return [keepInflow(id, inflow), ...listOf(plain.command(command, scope))];
      }
      case 'wire.announce': {
        const inbox = command.params.id;
        const outflow: ModelOutflow = { flow: beginOutflow(window), waiting: 0, close: null };
        const run = runOf(notes, inbox) + 1;
        return [note(runNote(inbox), run), keepOutflow(inbox, outflow), announce(inbox, outflow, run)];
      }
      case 'source.produce': {
        const inbox = command.params.id;
        const outflow = outflowOf(notes, inbox);
        if (outflow === undefined) return [];
        const produced = note(producedNote(inbox), Number(notes[producedNote(inbox)] ?? 0) + 1);
        if (maySend(outflow.flow, 1)) return [produced, tell(inbox, { type: 'source.record' })];
        return [
          produced,
          keepOutflow(inbox, { ...outflow, waiting: outflow.waiting + 1 }),
          tell(inbox, { type: 'flow.blocked' }),
        ];
      }
      case 'wire.data': {
        const inbox = command.params.id;
        const outflow = outflowOf(notes, inbox);
        if (outflow === undefined) return [];
        const { flow } = outflow;
        return [
          keepOutflow(inbox, { ...outflow, flow: sendRecord(flow, 1) }),
          sendRecords(inbox, runOf(notes, inbox), flow.sent, 1),
        ];
      }
      case 'wire.finish': {
        const { id: inbox, code } = command.params;
        const outflow = outflowOf(notes, inbox);
        return outflow === undefined ? [] : pump(inbox, { ...outflow, close: code }, runOf(notes, inbox));
      }
      case 'wire.close': {
        const { id: inbox, code } = command.params;
        const outflow = outflowOf(notes, inbox);
        if (outflow === undefined) return [];
        const { flow, close } = outflow;
        return sendEnd(inbox, runOf(notes, inbox), flow.sent, true, flow.isClosed && close !== null ? close : code);
      }
      case 'wire.probe': {
        const inbox = command.params.id;
        const outflow = outflowOf(notes, inbox);
        if (outflow === undefined || (isSettled(outflow.flow) && outflow.waiting === 0)) return [];
        return announce(inbox, outflow, runOf(notes, inbox));
      }
      case 'wire.resend': {
        const inbox = command.params.id;
        const outflow = outflowOf(notes, inbox);
        if (outflow === undefined) return [];
        const { flow, close } = outflow;
        const run = runOf(notes, inbox);
        if (isSettled(flow)) return announce(inbox, outflow, run);
        const missing = flow.sent - flow.acknowledged;
        return [
          ...(missing > 0 ? [sendRecords(inbox, run, flow.acknowledged, missing)] : []),
          ...(flow.isClosed && close !== null ? [sendEnd(inbox, run, flow.sent, false, close)] : []),
        ];
      }
      case 'wire.resume': {
        const { id } = command.params;
        const inflow = inflowOf(notes, id);
        if (inflow === undefined) return [];
        const flow = noteGranted(beginRecovery(inflow.flow));
        return [keepInflow(id, { ...inflow, flow }), say(id, process, inflow.run, 'resume', flow)];
      }
      case 'wire.cancel': {
        const { id } = command.params;
        const inflow = inflowOf(notes, id);
        return inflow === undefined || inflow.run === 0 ? [] : cancel(id, process, inflow.run);
      }
      case 'reader.detach': {
        const inflow = inflowOf(notes, command.params.id);
        return inflow === undefined ? [] : keepInflow(command.params.id, { ...inflow, isDetached: true });
      }
      case 'reader.take': {
        const { id } = command.params;
        const inflow = inflowOf(notes, id);
        if (inflow === undefined || inflow.isDetached) return [];
        const flow = consume(inflow.flow, 1);
        if (!isGrantDue(flow)) return keepInflow(id, { ...inflow, flow });
        return [keepInflow(id, { ...inflow, flow: noteGranted(flow) }), say(id, process, inflow.run, 'grant', flow)];
      }
      case 'actor.tell': {
        const { event } = command.params;
        const told = listOf(plain.command(command, scope));
        if (event.type !== 'stream.closed') return told;
        // What is over is forgotten.
        const name = process === producer ? outflowNote(event.id) : inflowNote(event.id);
        return [note(name, null), ...told];
      }
      default:
        return plain.command(command, scope);
    }
  };

  /** What items bring about: the record for the reader, and the edges for the actor. */
  const take = (id: string, inflow: ModelInflow, arrival: Arrival, first: number): readonly Effect[] => [
    keepInflow(id, { ...inflow, flow: { ...arrival.inflow, receivedBytes: 0 } }),
    ...(arrival.edge === undefined ? [] : [tell(id, { type: `frame.${arrival.edge}` })]),
    ...Array.from({ length: arrival.taken }, (_, index) => {
      const event = { type: 'record', number: first + arrival.skipped + index };
      return tell(readerOf(id), event);
    }),
  ];

  const receive = (message: DeliveryMessage, scope: HostScope): Effects | undefined => {
    const { notes, process } = scope;
    switch (message.type) {
      case 'request': {
        const [requested] = listOf(plain.receive(message, scope));
        if (requested?.type !== 'tell') return undefined;
        return tell(clientActorId, { ...requested.event, extended: true } as never);
      }
      case 'announcement':
      case 'records':
      case 'end': {
        const { id, run } = message;
        const known = inflowOf(notes, id);
        if (known === undefined) return [];
        if (known.run !== 0 && known.run !== run) return cancel(id, process, run);
        const inflow = { ...known, run };
        if (known.isDetached && message.type === 'end') {
          const over = tell(id, { type: 'frame.close', code: message.code, text: '' } as never);
          return message.isFinal ? over : [cancel(id, process, run), over];
        }
        if (known.isDetached) {
          const late = tell(id, { type: 'frame.data' });
          return message.type === 'announcement' ? [late, cancel(id, process, run)] : late;
        }
        const heard = known.run === 0 || message.type === 'announcement' ? [tell(id, { type: 'frame.announced' })] : [];
        const alive = message.type === 'announcement' ? [] : [tell(id, { type: 'heartbeat.alive' })];
        const { flow } = inflow;
        if (message.type === 'announcement') {
          const arrival = receiveAnnouncement(flow, message.end, message.isWanting);
          if (arrival.edge === 'gap') return [...heard, ...take(id, inflow, arrival, 0)];
          const granted = { ...arrival, inflow: noteGranted(arrival.inflow) };
          return [...heard, ...take(id, inflow, granted, 0), say(id, process, run, 'grant', arrival.inflow)];
        }
        if (message.type === 'records') {
          const arrival = receiveItems(flow, message.first, message.count);
          return [...heard, ...alive, ...take(id, inflow, arrival, message.first)];
        }
        const { number, isFinal, code } = message;
        if (isFinal && number > flow.next) {
          return [keepInflow(id, inflow), ...heard, tell(id, { type: 'frame.lost', code, text: '' } as never)];
        }
        const arrival = receiveItems(flow, number, 1);
        if (arrival.taken === 0) return [...heard, ...alive, ...take(id, inflow, arrival, 0)];
        const closed = closeInflow(arrival.inflow);
        return [
          ...heard,
          ...take(id, inflow, { ...arrival, inflow: noteGranted(closed), taken: 0 }, 0),
          say(id, process, run, 'grant', closed),
          tell(id, { type: 'frame.close', code, text: '' } as never),
        ];
      }
      case 'grant':
      case 'resume': {
        const { inbox, run, type } = message;
        const outflow = outflowOf(notes, inbox);
        if (outflow === undefined || run !== runOf(notes, inbox)) return [];
        const flow = takeGrant(outflow.flow, message);
        const effects = [...pump(inbox, { ...outflow, flow }, run)];
        if (type === 'resume') effects.push(tell(inbox, { type: 'peer.resumed' }));
        if (flow.isClosed && isSettled(flow)) effects.push(tell(inbox, { type: 'peer.acknowledged' }));
        return effects;
      }
      case 'cancel':
        if (message.run !== runOf(notes, message.inbox)) return [];
        return tell(message.inbox, { type: 'peer.cancelled', text: '' } as never);
      default:
        return plain.receive(message, scope);
    }
  };

  return {
    ...plain,
    command: (command, scope) => perform(command as ModelCommand, scope),
    receive,
  };
}

/** How many records may be sent, for the properties to judge. */
export function creditRecords({ flow }: ModelOutflow): number {
  return flow.window.records - (flow.sent - flow.consumed) === creditOf(flow).records ? creditOf(flow).records : -1;
}

function listOf(effects: Effects | undefined): readonly Effect[] {
  if (effects === undefined) return [];
  return 'type' in effects ? [effects] : effects;
}
