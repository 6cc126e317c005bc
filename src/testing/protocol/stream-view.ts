import type { ActorView } from '../explorer/description/system-view.js';
import { streamIdOf } from '../../../machines/index.js';
import { currentIdOf, endedNote, inboxOf, readerOf, sourceOf } from './adapter.js';
import type { ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';
import { producerOf } from './queue-group.js';
import { viewPerStream } from './view-per-stream.js';

/** A stream in a state of the system, in the terms of PROTOCOL.md, for predicates. */
export interface StreamView {
  /** Whether the reader exists: the stream was opened, and the consumer has not crashed. */
  readonly isOpened: boolean;
  /** Whether the reader has neither left nor been told an end. */
  readonly isRead: boolean;
  /** Whether the reader has left of its own accord. */
  readonly hasLeft: boolean;
  /** How the stream ended, as reported to the reader; null before. */
  readonly end: string | null;
  /** Whether the reader received a record or an end after its end, or a record after leaving. */
  readonly isWronged: boolean;
  /** The top-level state of the consumer stream: opening, active or cancelling; null if there is no such actor. */
  readonly consumerState: string | null;
  /** Whether the source is running. */
  readonly sourceRuns: boolean;
  /** Whether the source was cancelled. */
  readonly sourceCancelled: boolean;
  /** Whether the source has failed. */
  readonly sourceFailed: boolean;
  /** Whether the source has ended by itself, even if the producer has crashed since. */
  readonly sourceEnded: boolean;
  /** Whether the consumer's process is alive. */
  readonly consumerLives: boolean;
  /** Whether the producer's process is alive. */
  readonly producerLives: boolean;
  /** Whether the source has run and stopped, for whatever reason. */
  readonly sourceStopped: boolean;
  /** Whether the producer stream exists and its inbox is not unreachable. */
  readonly isServed: boolean;
  /** Whether either client still has an actor for the stream, including those of earlier requests. */
  readonly isHeld: boolean;
  /** The inbox of the latest request. */
  readonly inbox: string;
  /** The name of the process that took the latest request, or will take it. */
  readonly producer: string;
  /** How many times the stream was requested again, each time under a new stream id. */
  readonly attempt: number;
  /** Whether a source of an earlier request is running. */
  readonly ghostRuns: boolean;
}

/** Returns the view of a stream in a state, from both of its ends. Memoized per state and stream, and lazy. */
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
