import { clientActorId } from '../../../machines/index.js';
import type { ActorView, Predicate } from '../explorer/description/system-view.js';
import { readerOf } from './adapter.js';
import { producerProcess, type ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';

interface KnownStream {
  readonly id: string;
  readonly live: boolean;
}

interface Registration {
  readonly id: string;
  readonly consumerId: string;
}

interface Count {
  readonly id: string;
  readonly streams: number;
}

function actorsOf(view: ProtocolView, process: string, machine: string): readonly ActorView[] {
  const actors = Object.values(view[process]?.actors ?? {}) as readonly ActorView[];
  return actors.filter((actor) => actor.machine === machine);
}

/** Whether the entries and the actors have the same ids; ids are unique in both. */
function isSame(entries: readonly { readonly id: string }[], actors: readonly ActorView[]): boolean {
  return entries.length === actors.length && entries.every(({ id }) => actors.some((actor) => actor.id === id));
}

/** The client's own context; undefined where there is no client any more. */
function clientContext<Context>(view: ProtocolView, process: string): Context | undefined {
  return (view[process]?.actors[clientActorId] as ActorView | undefined)?.context as Context | undefined;
}

function isWanted(view: ProtocolView, consumer: string, id: string): boolean {
  const reader = view[consumer]?.actors[readerOf(id)];
  return reader !== undefined && (reader.matches('waiting') || reader.matches('reading'));
}

/** What the clients know of their streams is what there is, and nothing outlives its client. */
export function clientProperties(
  streams: readonly ModelStream[],
  producers: readonly string[] = [producerProcess],
): Readonly<Record<string, Predicate<ProtocolView>>> {
  const consumers = [...new Set(streams.map(({ consumer }) => consumer))];
  const always: Record<string, Predicate<ProtocolView>> = {};

  for (const consumer of consumers) {
    always[`${consumer}: knows the streams that there are, and which of them are read`] = (view) => {
      const context = clientContext<{ readonly streams: readonly KnownStream[] }>(view, consumer);
      if (context === undefined) return true;
      return (
        isSame(context.streams, actorsOf(view, consumer, 'consumerStream')) &&
        context.streams.every(({ id, live }) => live === isWanted(view, consumer, id))
      );
    };
  }

  for (const producer of producers) {
    always[`${producer}: knows the streams that there are, and whose they are`] = (view) => {
      const context = clientContext<{
        readonly streams: readonly Registration[];
        readonly consumers: readonly Count[];
      }>(view, producer);
      if (context === undefined) return true;
      return (
        isSame(context.streams, actorsOf(view, producer, 'producerStream')) &&
        isSame(context.consumers, actorsOf(view, producer, 'heartbeat')) &&
        context.consumers.every(
          (consumer) =>
            consumer.streams === context.streams.filter(({ consumerId }) => consumerId === consumer.id).length,
        )
      );
    };

    always[`${producer}: a heartbeat lists the streams that there are`] = (view) => {
      const context = clientContext<{ readonly streams: readonly Registration[] }>(view, producer);
      if (context === undefined) return true;
      return actorsOf(view, producer, 'heartbeat').every((heartbeat) => {
        const known = heartbeat.context as unknown as {
          readonly streams: readonly { readonly id: string }[];
          readonly fresh: readonly { readonly id: string }[];
        };
        const registered = context.streams.filter(({ consumerId }) => consumerId === heartbeat.id);
        const isRegistered = ({ id }: { readonly id: string }) => registered.some((stream) => stream.id === id);
        return (
          known.streams.length === registered.length &&
          known.streams.every(isRegistered) &&
          known.fresh.every(isRegistered)
        );
      });
    };

    always[`${producer}: a round that is due does not wait for what is new`] = (view) =>
      actorsOf(view, producer, 'heartbeat').every(
        (heartbeat) =>
          !heartbeat.matches({ open: { exchange: 'introducing' } }) || heartbeat.context['roundDue'] !== true,
      );
  }

  for (const process of [...consumers, ...producers]) {
    always[`${process}: nothing is left of a client that is over`] = (view) =>
      view[process]?.isAlive !== true ||
      clientContext(view, process) !== undefined ||
      ['consumerStream', 'producerStream', 'heartbeat'].every(
        (machine) => actorsOf(view, process, machine).length === 0,
      );
  }
  return always;
}
