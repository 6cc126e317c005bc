import { traceOverNats, type TraceableClient } from '../../tracing/index.js';
import type { NatsConnection } from '../../transport/index.js';

/**
 * Publishes what happens to the clients of a demo, where somebody watches it.
 *
 * @param process What their lifelines begin with.
 * @returns What ends it; resolves when the server has taken the last trace event.
 */
export function publishDemo(
  clients: readonly TraceableClient[],
  connection: NatsConnection,
  subject: string | undefined,
  process?: string,
): () => Promise<void> {
  if (subject === undefined) return () => Promise.resolve();
  const inspection = traceOverNats(clients, { subject, ...(process === undefined ? {} : { process }) });
  return async () => {
    inspection.stop();
    await connection.flush().catch(() => undefined);
  };
}
