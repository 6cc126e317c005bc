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
  readonly hasHeardProducer: boolean;
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

/** Looks only at what is asked for, as the view of a plain stream does. */
class LazyDeliveryView implements DeliveryView {
  readonly #view: ProtocolView;
  readonly #stream: ModelStream;
  #requests: ReturnType<typeof requestsOf> | undefined;

  constructor(view: ProtocolView, stream: ModelStream) {
    this.#view = view;
    this.#stream = stream;
  }

  get reader() {
    return this.#reader?.value as string | undefined;
  }

  get delivered() {
    return this.#reader?.context.delivered ?? 0;
  }

  get taken() {
    return this.#reader?.context.taken ?? 0;
  }

  get end() {
    return this.#reader?.context.end ?? null;
  }

  get produced() {
    return Number(this.#producer?.notes[producedNote(this.#last.inbox)] ?? 0);
  }

  get sourceRuns() {
    return isSourceRunning(this.#view, this.#last);
  }

  get isServed() {
    return this.from !== undefined && this.from !== 'unreachable';
  }

  get producerLives() {
    return this.#producer?.isAlive === true;
  }

  get at() {
    return this.#atConsumer?.value;
  }

  get from() {
    return (this.#producer?.actors[this.#last.inbox] as ActorView | undefined)?.value;
  }

  get outflow() {
    return (this.#producer?.notes[outflowNote(this.#last.inbox)] ?? undefined) as ModelOutflow | undefined;
  }

  get inflow() {
    return (this.#consumer?.notes[inflowNote(this.#stream.id)] ?? undefined) as ModelInflow | undefined;
  }

  get hasHeardProducer() {
    const { inflow } = this;
    return inflow !== undefined && inflow.run !== 0;
  }

  get isHeld() {
    return this.#atConsumer !== undefined || this.#all.some((own) => isRegistered(this.#view, own));
  }

  get isDeaf() {
    return this.#consumer?.notes[deafNote] === true;
  }

  get attempt() {
    return this.#all.length - 1;
  }

  get ghostRuns() {
    return this.#all.slice(1).some((own) => isSourceRunning(this.#view, own));
  }

  get isTimed() {
    return Object.keys(this.#atConsumer?.timers ?? {}).length > 0;
  }

  get isConsumerLinked() {
    return !isLinkDown(this.#view, this.#stream.consumer);
  }

  get isLinked() {
    return ![this.#stream.consumer, ...producersOf(2)].some((process) => isLinkDown(this.#view, process));
  }

  get #all() {
    return (this.#requests ??= requestsOf(this.#view, this.#stream));
  }

  get #last() {
    return this.#all[0];
  }

  get #consumer() {
    return this.#view[this.#stream.consumer];
  }

  get #producer() {
    return this.#view[this.#last.producer];
  }

  get #reader() {
    return this.#consumer?.actors[readerOf(this.#stream.id)] as ActorView<DeliveryReaderContext> | undefined;
  }

  get #atConsumer() {
    return this.#consumer?.actors[this.#stream.id] as ActorView | undefined;
  }
}

/** Looks at one stream of a state from both of its ends. Made once for each state and stream. */
export const viewDelivery = viewPerStream<DeliveryView>((view, stream) => new LazyDeliveryView(view, stream));
