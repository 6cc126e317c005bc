import type { ConsumerClient } from '../consumer/consumer-client.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import type { ProducerClient } from '../producer/producer-client.js';
import { kindOf, lacksMethod, refuse, requireKnownNames } from '../validation/argument-checks.js';
import { traceableOf, type Traceable } from '../host/traceable.js';
import { createTracer, type Tracer } from './tracer.js';
import { publicationOptions, publishTrace, type PublicationOptions, type TracePublication } from './trace-publisher.js';

/** A client of this package, whichever role it has. */
export type TraceableClient = ConsumerClient | ProducerClient;

/** Options of {@link traceOverNats}. */
export interface TraceOverNatsOptions extends PublicationOptions {
  /**
   * The connection on which trace events are published; it may be the clients' own. Required with a tracer.
   *
   * @default the connection of the first client
   */
  readonly connection?: NatsConnection;
}

/**
 * Publishes the trace events of one or several clients to collectors: each asks for them on `<subject>.ask` and gets
 * them on `<subject>.to.<its token>`, in batches that fit into a message. A collector that does not ask again within six
 * seconds is dropped, and while there is none, nothing is traced.
 *
 * The next batch is sent when the server has taken the last one. Events that cannot be sent fast enough are dropped, and
 * a `gap` event says how many.
 *
 * @param clients Need no option of their own to be traced; streams that are open already are included.
 * @throws {StreamError} `badArgument` for anything but clients of this package, an unknown option, or an invalid
 *   connection or subject.
 * @example
 *   const consumer = new ConsumerClient({ connection });
 *   const publication = traceOverNats(consumer, { process: 'billing' });
 */
export function traceOverNats(
  clients: TraceableClient | readonly TraceableClient[],
  options?: TraceOverNatsOptions,
): TracePublication;
/**
 * The same for everything that a tracer observes, such as actors of the application.
 *
 * @param options Require the connection on which trace events are published.
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
