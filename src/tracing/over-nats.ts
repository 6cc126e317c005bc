import type { ConsumerClient } from '../consumer/consumer-client.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import type { ProducerClient } from '../producer/producer-client.js';
import { kindOf, refuse } from '../validation/argument-checks.js';
import { recordableOf, type Recordable } from '../host/recordable.js';
import { createRecorder, type Recorder } from './recorder.js';
import { publishRecords, type InspectionOverNats, type OverNatsOptions } from './records-publisher.js';

/** A client of this package, whichever role it has. */
export type InspectedClient = ConsumerClient | ProducerClient;

/**
 * Publishes what happens to a client, or to several, to whoever asks for it on `<subject>.ask`, and to each by itself on
 * `<subject>.to.<its token>`, in batches that fit into a message. A collector that does not ask again within six seconds
 * is let go, and while nobody asks nothing is recorded.
 *
 * Batches go out one after the other: the next one when the server has taken the last. What does not go out fast enough
 * is left out, and a `gap` tells so.
 *
 * @param clients They need no option for it; their streams are seen as they are, also those that are open already.
 * @throws {StreamError} `badArgument` for what is no client of this package, and for a subject that is none.
 * @example
 *   const consumer = new ConsumerClient({ connection });
 *   const inspection = inspectOverNats(consumer, { process: 'billing' });
 */
export function inspectOverNats(
  clients: InspectedClient | readonly InspectedClient[],
  options?: OverNatsOptions,
): InspectionOverNats;
/**
 * The same for all that a recorder records, such as actors of the application.
 *
 * @param connection Where the records go; it may be that of the clients.
 */
export function inspectOverNats(
  recorder: Recorder,
  connection: NatsConnection,
  options?: OverNatsOptions,
): InspectionOverNats;
export function inspectOverNats(
  what: Recorder | InspectedClient | readonly InspectedClient[],
  where: NatsConnection | OverNatsOptions | undefined,
  more?: OverNatsOptions,
): InspectionOverNats {
  if (isRecorder(what)) return publishRecords(what, where as NatsConnection, more);
  const options = where as OverNatsOptions | undefined;
  const recordables = (Array.isArray(what) ? (what as readonly unknown[]) : [what]).map(requireClient);
  const [first] = recordables;
  if (first === undefined) refuse('clients: expected one at least, came none');
  const recorder = createRecorder(options?.process === undefined ? {} : { system: options.process });
  const inspection = publishRecords(recorder, first.client.connection, options);
  const detach = recordables.map((recordable) => recordable.attach(recorder));
  return {
    get collectors() {
      return inspection.collectors;
    },
    stop: () => {
      inspection.stop();
      for (const takeOff of detach) takeOff();
    },
  };
}

function isRecorder(what: unknown): what is Recorder {
  return typeof what === 'object' && what !== null && 'listen' in what;
}

function requireClient(client: unknown): Recordable {
  const recordable = typeof client === 'object' && client !== null ? recordableOf(client) : undefined;
  return recordable ?? refuse(`client: expected a ConsumerClient or a ProducerClient, came ${kindOf(client)}`);
}
