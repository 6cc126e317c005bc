import { messageOf } from '../errors.js';
import type { NatsConnection } from './nats-connection.js';
import { violationOf, type Violation } from './violation.js';

export interface LinkListener {
  lost(): void;
  restored(): void;
  /** The server did not let the connection do something, which need not concern this client. */
  refused(violation: Violation): void;
  /** The connection is closed for good; the text says why. */
  closed(text: string): void;
}

/** Watches a connection until the returned function is called, which also gives back the connection's own listener. */
export function watchLink(connection: NatsConnection, listener: LinkListener): () => void {
  let watching = true;
  const statuses = connection.status();
  const read = async () => {
    for await (const status of statuses) {
      if (!watching) return;
      if (status.type === 'disconnect') listener.lost();
      else if (status.type === 'reconnect') listener.restored();
      else {
        const violation = violationOf(status);
        if (violation !== undefined) listener.refused(violation);
      }
    }
  };
  // A status iterator that breaks tells no more than that the connection is going; `closed` says so for certain.
  read().catch(() => undefined);
  const closed = (error: unknown) => {
    if (!watching) return;
    const cause = error instanceof Error ? `: ${messageOf(error)}` : '';
    listener.closed(`the NATS connection is closed${cause}`);
  };
  connection.closed().then(closed, closed);
  return () => {
    watching = false;
    // The iterators of the NATS clients wait for the next status for ever unless they are stopped.
    if ('stop' in statuses && typeof statuses.stop === 'function') (statuses as { stop(): void }).stop();
  };
}
