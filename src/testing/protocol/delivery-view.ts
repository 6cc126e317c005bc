import type { StateValue } from 'xstate';
import type { ActorView } from '../explorer/description/system-view.js';
import { readerOf, sourceOf } from './adapter.js';
import { inflowNote, type ModelInflow } from './delivery-inflow.js';
import { outflowNote, producedNote, type ModelOutflow } from './delivery-outflow.js';
import type { DeliveryReaderContext } from './delivery-reader.js';
import { isLinkDown } from './ghosts.js';
import { producerProcess, type ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';
import { viewPerStream } from './view-per-stream.js';

/** What is true of one extended stream in one state of the system. */
export interface DeliveryView {
  readonly reader: string | undefined;
  readonly delivered: number;
  readonly taken: number;
  readonly end: string | null;
  readonly produced: number;
  readonly sourceRuns: boolean;
  readonly isServed: boolean;
  readonly producerLives: boolean;
  /** The actor at the consumer, and that at the producer. */
  readonly at: StateValue | undefined;
  readonly from: StateValue | undefined;
  /** Whether the consumer has heard its producer, and so can tell it something. */
  readonly isKnown: boolean;
  readonly outflow: ModelOutflow | undefined;
  readonly inflow: ModelInflow | undefined;
  readonly isHeld: boolean;
  /** Whether a timer of the stream runs at the consumer. */
  readonly isTimed: boolean;
  readonly isConsumerLinked: boolean;
  /** Neither client believes that its link is down. */
  readonly isLinked: boolean;
}

export const viewDelivery = viewPerStream(createView);

function createView(view: ProtocolView, { consumer, id, inbox }: ModelStream): DeliveryView {
  const [at, from] = [view[consumer], view[producerProcess]];
  const reader = at?.actors[readerOf(id)] as ActorView<DeliveryReaderContext> | undefined;
  const stream = at?.actors[id] as ActorView | undefined;
  const served = from?.actors[inbox] as ActorView | undefined;
  const inflow = (at?.notes[inflowNote(id)] ?? undefined) as ModelInflow | undefined;
  return {
    reader: reader?.value as string | undefined,
    delivered: reader?.context.delivered ?? 0,
    taken: reader?.context.taken ?? 0,
    end: reader?.context.end ?? null,
    produced: Number(from?.notes[producedNote(inbox)] ?? 0),
    sourceRuns: from?.actors[sourceOf(inbox)]?.matches('running') === true,
    isServed: served !== undefined,
    producerLives: from?.isAlive === true,
    at: stream?.value,
    from: served?.value,
    outflow: (from?.notes[outflowNote(inbox)] ?? undefined) as ModelOutflow | undefined,
    inflow,
    isKnown: inflow !== undefined && inflow.run !== 0,
    isHeld: stream !== undefined || served !== undefined,
    isTimed: Object.keys(stream?.timers ?? {}).length > 0,
    isConsumerLinked: !isLinkDown(view, consumer),
    isLinked: !isLinkDown(view, consumer) && !isLinkDown(view, producerProcess),
  };
}
