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
export const viewStream = viewPerStream(createStreamView);

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

function createStreamView(view: ProtocolView, stream: ModelStream): StreamView {
  const { consumer, id } = stream;
  const [last, ...earlier] = requestsOf(view, stream);
  const { inbox, producer } = last;
  const consumerView = view[consumer];
  const producerView = view[producer];
  const readerView = consumerView?.actors[readerOf(id)] as ActorView | undefined;
  const streamView = consumerView?.actors[id] as ActorView | undefined;
  const sourceView = producerView?.actors[sourceOf(inbox)] as ActorView | undefined;
  const served = producerView?.actors[inbox] as ActorView | undefined;
  const reader = readerView?.value;
  const source = sourceView?.value;
  const state = streamView?.value;
  return {
    isOpened: reader !== undefined,
    isRead: reader === 'waiting' || reader === 'reading',
    hasLeft: reader === 'left' || reader === 'leftAndTold',
    end: (readerView?.context['end'] as string | null | undefined) ?? null,
    isWronged: reader === 'wronged',
    consumerState: state === undefined ? null : typeof state === 'string' ? state : (Object.keys(state)[0] ?? null),
    sourceRuns: source === 'running',
    sourceCancelled: source === 'cancelled',
    sourceFailed: source === 'failed',
    sourceStopped: source !== undefined && source !== 'running',
    sourceEnded: producerView?.notes[endedNote(inbox)] === true,
    consumerLives: consumerView?.isAlive === true,
    producerLives: producerView?.isAlive === true,
    isServed: served !== undefined && !served.matches('unreachable'),
    isHeld: state !== undefined || [last, ...earlier].some((own) => isRegistered(view, own)),
    inbox,
    producer,
    attempt: earlier.length,
    ghostRuns: earlier.some((own) => isSourceRunning(view, own)),
  };
}
