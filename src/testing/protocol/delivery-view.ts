import type { StateValue } from 'xstate';
import type { ActorView } from '../explorer/description/system-view.js';
import { deafNote, readerOf } from './adapter.js';
import { inflowNote, type ModelInflow } from './delivery-inflow.js';
import { outflowNote, producedNote, type ModelOutflow } from './delivery-outflow.js';
import type { DeliveryReaderContext } from './delivery-reader.js';
import { isLinkDown } from './ghosts.js';
import { producersOf, type ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';
import { isRegistered, isSourceRunning, requestsOf } from './stream-view.js';
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
  /** Frames do not come any more. */
  readonly isDeaf: boolean;
  /** How often the request was asked again under a stream id of its own. */
  readonly attempt: number;
  /** A source runs that took an earlier request. */
  readonly ghostRuns: boolean;
  /** Whether a timer of the stream runs at the consumer. */
  readonly isTimed: boolean;
  readonly isConsumerLinked: boolean;
  /** Neither client believes that its link is down. */
  readonly isLinked: boolean;
}

export const viewDelivery = viewPerStream(createView);

function createView(view: ProtocolView, modelled: ModelStream): DeliveryView {
  const { consumer, id } = modelled;
  const [last, ...earlier] = requestsOf(view, modelled);
  const { inbox, producer } = last;
  const [at, from] = [view[consumer], view[producer]];
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
    sourceRuns: isSourceRunning(view, last),
    isServed: served !== undefined && served.value !== 'unreachable',
    producerLives: from?.isAlive === true,
    at: stream?.value,
    from: served?.value,
    outflow: (from?.notes[outflowNote(inbox)] ?? undefined) as ModelOutflow | undefined,
    inflow,
    isKnown: inflow !== undefined && inflow.run !== 0,
    isHeld: stream !== undefined || [last, ...earlier].some((own) => isRegistered(view, own)),
    isDeaf: at?.notes[deafNote] === true,
    attempt: earlier.length,
    ghostRuns: earlier.some((own) => isSourceRunning(view, own)),
    isTimed: Object.keys(stream?.timers ?? {}).length > 0,
    isConsumerLinked: !isLinkDown(view, consumer),
    isLinked: ![consumer, ...producersOf(2)].some((process) => isLinkDown(view, process)),
  };
}
