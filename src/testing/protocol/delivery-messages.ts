import type { Grant } from '../../../machines/index.js';
import { send, type Effect } from '../explorer/description/effects.js';
import { addressOf, inboxOf, type ProtocolMessage } from './adapter.js';

/** A frame of an extended stream's producer, without its bytes. */
export type DeliveryFrame =
  | { readonly type: 'announcement'; readonly end: number; readonly isWanting: boolean }
  | { readonly type: 'records'; readonly first: number; readonly count: number }
  /** One of the fragments of a large record, counted from 0. */
  | { readonly type: 'part'; readonly number: number; readonly index: number }
  | { readonly type: 'end'; readonly number: number; readonly isFinal: boolean; readonly code: number };

/** What its consumer says. */
export type DeliveryControl = ({ readonly type: 'grant' | 'resume' } & Grant) | { readonly type: 'cancel' };

/**
 * The messages between extended clients in the model: those of the plain protocol, and the frames of the delivery
 * extension without their bytes. `run` identifies the registration of the stream, as the control subject does on the
 * wire. Source: PROTOCOL.md, Delivery.
 */
export type DeliveryMessage =
  | ProtocolMessage
  | (DeliveryFrame & { readonly id: string; readonly run: number })
  | { readonly type: 'joined'; readonly id: string; readonly run: number; readonly frames: readonly DeliveryFrame[] }
  | (DeliveryControl & { readonly inbox: string; readonly run: number });

/** Sends a frame from the producer to the consumer of a stream. */
export function sendFrame(inbox: string, run: number, frame: DeliveryFrame): Effect {
  const { consumer, stream } = addressOf(inbox);
  return send(consumer, { id: stream, run, ...frame }, inbox);
}

/** Sends the frames of one turn, which share a message where there are several. */
export function sendFrames(inbox: string, run: number, frames: readonly DeliveryFrame[]): readonly Effect[] {
  const [first] = frames;
  if (first === undefined) return [];
  if (frames.length === 1) return [sendFrame(inbox, run, first)];
  const { consumer, stream } = addressOf(inbox);
  return [send(consumer, { type: 'joined', id: stream, run, frames }, inbox)];
}

/** Sends what a consumer says of its stream. */
export function sendControl(
  producer: string,
  { consumer, id, run }: { readonly consumer: string; readonly id: string; readonly run: number },
  control: DeliveryControl,
): Effect {
  const inbox = inboxOf(consumer, id);
  return send(producer, { inbox, run, ...control }, `control ${inbox}`);
}
