import { clientActorId } from '../../../machines/index.js';
import type { Predicate } from '../explorer/description/system-view.js';
import { producerProcess, type ModelStream } from './model-stream.js';
import { viewStream } from './stream-view.js';
import type { ProtocolView } from './protocol-options.js';

/** None of the incidents is passed over: once it has happened, what it is about is over. */
export function incidentProperties(streams: readonly ModelStream[]): Readonly<Record<string, Predicate<ProtocolView>>> {
  const always: Record<string, Predicate<ProtocolView>> = {};
  const after = (stimulus: string, holds: (view: ProtocolView) => boolean): Predicate<ProtocolView> => {
    return (view, { left }) => left[stimulus] !== 0 || holds(view);
  };

  for (const process of new Set([...streams.map(({ consumer }) => consumer), producerProcess])) {
    const isOver = (view: ProtocolView) => view[process]?.actors[clientActorId] === undefined;
    always[`${process}: a client that is closed is over`] = after(`close ${process}`, isOver);
    always[`${process}: a client whose connection is closed is over`] = after(`close connection of ${process}`, isOver);
    always[`${process}: a client that drains opens no stream`] = after(
      `drain ${process}`,
      (view) => view[process]?.actors[clientActorId]?.matches({ open: { intake: 'accepting' } }) !== true,
    );
  }
  for (const stream of streams) {
    const isUnread = (view: ProtocolView) => !viewStream(view, stream).isRead;
    for (const stimulus of ['malformed frame for', 'full queue of', 'no responders for']) {
      const name = `${stimulus} ${stream.id}`;
      always[`${stream.id}: is over for its reader after ${name}`] = after(name, isUnread);
    }
    const { id } = stream;
    const ofConsumer = [`request of ${id} is refused`, `answers for ${id} are refused`];
    const ofProducer = [`frames of ${id} are refused`, `heartbeats for ${id} are refused`];
    for (const name of ofConsumer) {
      always[`${id}: is over for its reader where the ${name}`] = after(name, isUnread);
    }
    always[`${id}: its reader is told notPermitted only where the server refused something`] = (view, { left }) =>
      viewStream(view, stream).end !== 'notPermitted' ||
      [...ofConsumer, ...ofProducer].some((name) => left[name] === 0);
    always[`${id}: is over where its request is refused`] = after(
      `request of ${id} is refused`,
      (view) => viewStream(view, stream).consumerState === null,
    );
    for (const name of ofProducer) {
      always[`${id}: its source does not run where the ${name}`] = after(
        name,
        (view) => !viewStream(view, stream).sourceRuns,
      );
    }
    always[`${id}: is over at its producer where heartbeats are refused`] = after(
      `heartbeats for ${id} are refused`,
      (view) => view[producerProcess]?.actors[stream.inbox] === undefined,
    );
    always[`${stream.id}: is over where nobody subscribes to its subject`] = after(
      `no responders for ${stream.id}`,
      (view) => viewStream(view, stream).consumerState === null,
    );
  }
  return always;
}
