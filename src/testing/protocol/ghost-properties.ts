import { clientActorId, CloseCode } from '../../../machines/index.js';
import type { ActorView, Predicate } from '../explorer/description/system-view.js';
import { ghostsOf, isLinkDown, isUnanswerable } from './ghosts.js';
import { producerProcess, type ModelStream } from './model-stream.js';
import { viewStream } from './stream-view.js';
import type { ProtocolView } from './protocol-options.js';

/** What is known of a system whose ghosts are written down. */
export interface GhostScope {
  /** Whether a record may get lost on the way, or be overtaken. */
  readonly losesRecords: boolean;
  /** Whether every answer that comes is that of a request under way, and the producer may believe it at once. */
  readonly areReportsExact: boolean;
  readonly producers: readonly string[];
}

function heartbeatsOf(view: ProtocolView, producer: string): readonly ActorView[] {
  const actors = Object.values(view[producer]?.actors ?? {}) as readonly ActorView[];
  return actors.filter((actor) => actor.machine === 'heartbeat');
}

/**
 * What must hold of the commands that change no actor, where they are written down.
 */
export function ghostProperties(
  streams: readonly ModelStream[],
  { losesRecords, areReportsExact, producers }: GhostScope,
): Readonly<Record<string, Predicate<ProtocolView>>> {
  const always: Record<string, Predicate<ProtocolView>> = {};

  for (const process of new Set([...streams.map(({ consumer }) => consumer), ...producers])) {
    always[`${process}: gives back its subscriptions when it is over`] = (view) =>
      view[process]?.isAlive !== true ||
      view[process].actors[clientActorId] !== undefined ||
      ghostsOf(view[process]).released;
  }

  for (const producer of producers) {
    always[`${producer}: no heartbeat runs while the connection is down`] = (view) =>
      !isLinkDown(view, producer) ||
      heartbeatsOf(view, producer).every((heartbeat) =>
        heartbeat.matches({ open: { ticker: 'suspended', exchange: 'suspended' } }),
      );

    always[`${producer}: asks its consumers at once when the connection is back`] = (view) =>
      !ghostsOf(view[producer]).unasked || isLinkDown(view, producer) || heartbeatsOf(view, producer).length === 0;
  }

  for (const stream of streams) {
    const { consumer, id } = stream;
    const ofProducer = (view: ProtocolView) => ghostsOf(view[viewStream(view, stream).producer]);
    const isReadWhole = (view: ProtocolView): boolean =>
      ghostsOf(view[consumer]).read(id) >= ofProducer(view).produced(viewStream(view, stream).inbox);
    always[`${id}: a round that nobody can answer is over at once`] = (view) =>
      !isUnanswerable(view, consumer) ||
      view[producerProcess]?.actors[consumer]?.matches({ open: { exchange: 'asking' } }) !== true;
    always[`${id}: nobody is awaited who was never asked`] = (view) =>
      viewStream(view, stream).consumerState !== 'cancelling' || ghostsOf(view[consumer]).requested(id);
    if (areReportsExact) {
      always[`${id}: a report stops the source at once`] = (view) =>
        !ofProducer(view).reported(viewStream(view, stream).inbox) || !viewStream(view, stream).isServed;
    }
    always[`${id}: no request is published while the connection is down`] = (view) =>
      !ghostsOf(view[consumer]).sentWhileDown;
    always[`${id}: no request is asked again whose producer was heard`] = (view) =>
      !ghostsOf(view[consumer]).askedThoughHeard;
    always[`${id}: nobody is told of silence while the connection is down`] = (view) =>
      !ghostsOf(view[consumer]).toldWhileDown;
    always[`${id}: the open timeout runs from the request on`] = (view) =>
      view[consumer]?.actors[id]?.matches({ opening: 'waiting' }) !== true || ghostsOf(view[consumer]).requested(id);
    always[`${id}: records go to the reader while the stream is active, and nowhere while it is cancelling`] = (
      view,
    ) => {
      const { consumerState } = viewStream(view, stream);
      const gate = ghostsOf(view[consumer]).gate(id);
      return consumerState === 'active' ? gate === true : consumerState === 'cancelling' ? gate === false : true;
    };
    always[`${id}: how the source stopped is what the close says`] = (view) => {
      const { producerLives, sourceRuns, sourceEnded, sourceCancelled, sourceFailed } = viewStream(view, stream);
      const { connectionClosed, closeCode } = ofProducer(view);
      if (!producerLives || sourceRuns || connectionClosed) return true;
      const code = closeCode(viewStream(view, stream).inbox);
      if (sourceCancelled) return code === CloseCode.GoingAway || code === CloseCode.NotPermitted;
      if (sourceFailed) return code === CloseCode.InternalServerError;
      return !sourceEnded || code === CloseCode.Normal;
    };
    always[`${id}: who asked again is told that nobody subscribes only where the request was repeated in vain`] = (
      view,
    ) => {
      const { end, attempt } = viewStream(view, stream);
      return end !== 'noResponders' || attempt === 0 || ghostsOf(view[consumer]).repeated(id);
    };
    // The link of a consumer that asks again is whole from then on, for want of a further fault.
    always[`${id}: who asked again, and is told a normal end, has read every record`] = (view) =>
      ghostsOf(view[consumer]).requests(id) < 2 || viewStream(view, stream).end !== 'completed' || isReadWhole(view);
    if (losesRecords) continue;
    always[`${id}: who is told a normal end has read every record`] = (view) =>
      viewStream(view, stream).end !== 'completed' || isReadWhole(view);
  }
  return always;
}
