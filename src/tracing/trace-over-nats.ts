import type { ConsumerClient } from '../consumer/consumer-client.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import type { ProducerClient } from '../producer/producer-client.js';
import { kindOf, lacksMethod, refuse, requireKnownNames } from '../validation/argument-checks.js';
import { traceableOf, type Traceable } from '../host/traceable.js';
import { createTracer, type Tracer } from './tracer.js';
import { publicationOptions, publishTrace, type PublicationOptions, type TracePublication } from './trace-publisher.js';

/** A client of this package, whichever role it has. */
export type TraceableClient = ConsumerClient | ProducerClient;

/** How trace events are published, see {@link traceOverNats}. */
export interface TraceOverNatsOptions extends PublicationOptions {
  /**
   * Where the trace events go; it may be the connection of the clients.
   *
   * @default for clients the connection of the first of them; a tracer has none
   */
  readonly connection?: NatsConnection;
}

/**
 * Publishes what happens to a client, or to several, to whoever asks for it on `<subject>.ask`, and to each by itself on
 * `<subject>.to.<its token>`, in batches that fit into a message. A collector that does not ask again within six seconds
 * is let go, and while nobody asks nothing is traced.
 *
 * Batches go out one after the other: the next one when the server has taken the last. What does not go out fast enough
 * is left out, and a `gap` tells so.
 *
 * @param clients They need no option for it; their streams are seen as they are, also those that are open already.
 * @throws {StreamError} `badArgument` for what is no client of this package, for an unknown option, for a connection or
 *   a subject that is none.
 * @example
 *   const consumer = new ConsumerClient({ connection });
 *   const publication = traceOverNats(consumer, { process: 'billing' });
 */
export function traceOverNats(
  clients: TraceableClient | readonly TraceableClient[],
  options?: TraceOverNatsOptions,
): TracePublication;
/**
 * The same for all that a tracer sees, such as actors of the application.
 *
 * @param options With the connection on which the trace events go.
 */
export function traceOverNats(
  tracer: Tracer,
  options: TraceOverNatsOptions & { readonly connection: NatsConnection },
): TracePublication;
export function traceOverNats(
  what: Tracer | TraceableClient | readonly TraceableClient[],
  options: TraceOverNatsOptions = {},
): TracePublication {
  requireKnownNames('options', options, ['connection', ...publicationOptions]);
  const { connection, ...publication } = options;
  if (isTracer(what)) return publishTrace(what, requireConnection(connection), publication);
  const traceables = (Array.isArray(what) ? (what as readonly unknown[]) : [what]).map(requireClient);
  const [first] = traceables;
  if (first === undefined) refuse('clients: expected one at least, came none');
  const tracer = createTracer(options.process === undefined ? {} : { system: options.process });
  const where = connection === undefined ? first.client.connection : requireConnection(connection);
  const published = publishTrace(tracer, where, publication);
  const detach = traceables.map((traceable) => traceable.attach(tracer));
  const stop = (): void => {
    published.stop();
    for (const takeOff of detach) takeOff();
  };
  return {
    get collectors() {
      return published.collectors;
    },
    stop,
    [Symbol.dispose]: stop,
  };
}

/** Whether it is a tracer, and no client. */
export function isTracer(what: unknown): what is Tracer {
  return typeof what === 'object' && what !== null && 'listen' in what;
}

function requireClient(client: unknown): Traceable {
  const traceable = typeof client === 'object' && client !== null ? traceableOf(client) : undefined;
  return traceable ?? refuse(`client: expected a ConsumerClient or a ProducerClient, came ${kindOf(client)}`);
}

function requireConnection(connection: NatsConnection | undefined): NatsConnection {
  if (typeof connection !== 'object' || lacksMethod(connection, ['publish', 'subscribe', 'flush']) !== undefined) {
    refuse(`connection: expected a NATS connection, came ${kindOf(connection)}`);
  }
  return connection;
}
