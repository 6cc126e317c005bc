import type { ActorView } from '../explorer/description/system-view.js';
import { streamIdOf } from '../../../machines/index.js';
import { currentIdOf, endedNote, inboxOf, readerOf, sourceOf } from './adapter.js';
import type { ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';
import { producerOf } from './queue-group.js';
import { viewPerStream } from './view-per-stream.js';

/** What is true of one stream in one state of the system, in the words of the specification. */
export interface StreamView {
  /** The reader exists: the stream was opened, and the consumer has not crashed. */
  readonly isOpened: boolean;
  /** The reader wants records, and was told no end. */
  readonly isRead: boolean;
  /** The reader left by its own wish. */
  readonly hasLeft: boolean;
  /** How the stream ended, as the reader was told; null before. */
  readonly end: string | null;
  /** The reader got a record, or a second end, that it must not get. */
  readonly isWronged: boolean;
  /** The stream at the consumer is in opening, active or cancelling. */
  readonly consumerState: string | null;
  readonly sourceRuns: boolean;
  readonly sourceCancelled: boolean;
  readonly sourceFailed: boolean;
  /** The source came to its own end, also where the producer has crashed since. */
  readonly sourceEnded: boolean;
  readonly consumerLives: boolean;
  readonly producerLives: boolean;
  /** The source has run, and came to an end of whatever kind. */
  readonly sourceStopped: boolean;
  /** The stream at the producer is in opening, active or cancelling. */
  readonly isServed: boolean;
  /** Whether either client still keeps an actor of the stream, also of an earlier request. */
  readonly isHeld: boolean;
  /** The inbox of the last request. */
  readonly inbox: string;
  /** The process that took the last request, or will take it. */
  readonly producer: string;
  /** How often the request was asked again under a stream id of its own. */
  readonly attempt: number;
  /** A source runs that took an earlier request. */
  readonly ghostRuns: boolean;
}

/** Looks at one stream of a state from both of its ends. Made once for each state and stream. */
export const viewStream = viewPerStream<StreamView>((view, stream) => new LazyStreamView(view, stream));

/** A request of a stream: the inbox that it names, and the producer that took it. */
export interface RequestView {
  readonly inbox: string;
  readonly producer: string;
}

/** A stream's requests, the last one first. */
export function requestsOf(
  view: ProtocolView,
  { consumer, id }: ModelStream,
): readonly [RequestView, ...(readonly RequestView[])] {
  const notes = view[consumer]?.notes;
  const current = currentIdOf(id, notes);
  const attempt = Number(current.slice(id.length + 1));
  const of = (streamId: string): RequestView => ({
    inbox: inboxOf(consumer, streamId),
    producer: producerOf(streamId, notes),
  });
  return [of(current), ...Array.from({ length: attempt }, (_, index) => of(streamIdOf(id, index)))];
}

/** Whether a client keeps the stream of a request. */
export function isRegistered(view: ProtocolView, { inbox, producer }: RequestView): boolean {
  return view[producer]?.actors[inbox] !== undefined;
}

/** Whether the source of a request runs. */
export function isSourceRunning(view: ProtocolView, { inbox, producer }: RequestView): boolean {
  return view[producer]?.actors[sourceOf(inbox)]?.matches('running') === true;
}

/**
 * Looks only at what is asked for: an exploration evaluates a property once for all states that are alike in what it
 * reads, so that a property that read everything would be evaluated in each.
 */
class LazyStreamView implements StreamView {
  readonly #view: ProtocolView;
  readonly #stream: ModelStream;
  #requests: readonly [RequestView, ...(readonly RequestView[])] | undefined;

  constructor(view: ProtocolView, stream: ModelStream) {
    this.#view = view;
    this.#stream = stream;
  }

  get isOpened() {
    return this.#reader !== undefined;
  }

  get isRead() {
    return this.#reader?.value === 'waiting' || this.#reader?.value === 'reading';
  }

  get hasLeft() {
    return this.#reader?.value === 'left' || this.#reader?.value === 'leftAndTold';
  }

  get end() {
    return (this.#reader?.context['end'] as string | null | undefined) ?? null;
  }

  get isWronged() {
    return this.#reader?.value === 'wronged';
  }

  get consumerState() {
    const state = this.#atConsumer?.value;
    return state === undefined ? null : typeof state === 'string' ? state : (Object.keys(state)[0] ?? null);
  }

  get sourceRuns() {
    return this.#source === 'running';
  }

  get sourceCancelled() {
    return this.#source === 'cancelled';
  }

  get sourceFailed() {
    return this.#source === 'failed';
  }

  get sourceStopped() {
    return this.#source !== undefined && this.#source !== 'running';
  }

  get sourceEnded() {
    return this.#producer?.notes[endedNote(this.inbox)] === true;
  }

  get consumerLives() {
    return this.#consumer?.isAlive === true;
  }

  get producerLives() {
    return this.#producer?.isAlive === true;
  }

  get isServed() {
    const served = this.#producer?.actors[this.inbox] as ActorView | undefined;
    return served !== undefined && !served.matches('unreachable');
  }

  get isHeld() {
    return this.#atConsumer !== undefined || this.#all.some((own) => isRegistered(this.#view, own));
  }

  get inbox() {
    return this.#all[0].inbox;
  }

  get producer() {
    return this.#all[0].producer;
  }

  get attempt() {
    return this.#all.length - 1;
  }

  get ghostRuns() {
    return this.#all.slice(1).some((own) => isSourceRunning(this.#view, own));
  }

  get #all() {
    return (this.#requests ??= requestsOf(this.#view, this.#stream));
  }

  get #consumer() {
    return this.#view[this.#stream.consumer];
  }

  get #producer() {
    return this.#view[this.producer];
  }

  get #reader() {
    return this.#consumer?.actors[readerOf(this.#stream.id)] as ActorView | undefined;
  }

  get #atConsumer() {
    return this.#consumer?.actors[this.#stream.id] as ActorView | undefined;
  }

  get #source() {
    return (this.#producer?.actors[sourceOf(this.inbox)] as ActorView | undefined)?.value;
  }
}
