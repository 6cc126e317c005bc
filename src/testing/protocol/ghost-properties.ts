import { clientActorId, CloseCode } from '../../../machines/index.js';
import type { ActorView, Predicate } from '../explorer/system-view.js';
import { ghostsOf, isLinkDown } from './ghosts.js';
import { producerProcess, type ModelStream } from './model-stream.js';
import { viewStream } from './stream-view.js';
import type { ProtocolView } from './system.js';

/**
 * What must hold of the commands that change no actor, where they are written down.
 *
 * @param losesRecords whether a record may get lost on the way, or be overtaken.
 */
export function ghostProperties(
  streams: readonly ModelStream[],
  losesRecords: boolean,
): Readonly<Record<string, Predicate<ProtocolView>>> {
  const always: Record<string, Predicate<ProtocolView>> = {};

  for (const process of new Set([...streams.map(({ consumer }) => consumer), producerProcess])) {
    always[`${process}: gives back its subscriptions when it is over`] = (view) =>
      view[process]?.isAlive !== true ||
      view[process].actors[clientActorId] !== undefined ||
      ghostsOf(view[process]).released;
  }

  always[`${producerProcess}: no heartbeat runs while the connection is down`] = (view) =>
    !isLinkDown(view, producerProcess) ||
    (Object.values(view[producerProcess]?.actors ?? {}) as readonly ActorView[]).every(
      (actor) =>
        actor.machine !== 'heartbeat' || actor.matches({ open: { ticker: 'suspended', exchange: 'suspended' } }),
    );

  for (const stream of streams) {
    const { consumer, id, inbox } = stream;
    always[`${id}: no request is published while the connection is down`] = (view) =>
      !ghostsOf(view[consumer]).sentWhileDown;
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
      const { connectionClosed, closeCode } = ghostsOf(view[producerProcess]);
      if (!producerLives || sourceRuns || connectionClosed) return true;
      const code = closeCode(inbox);
      if (sourceCancelled) return code === CloseCode.GoingAway;
      if (sourceFailed) return code === CloseCode.InternalServerError;
      return !sourceEnded || code === CloseCode.Normal;
    };
    if (losesRecords) continue;
    always[`${id}: who is told a normal end has read every record`] = (view) =>
      viewStream(view, stream).end !== 'completed' ||
      ghostsOf(view[consumer]).read(id) >= ghostsOf(view[producerProcess]).produced(inbox);
  }
  return always;
}
