import { clientActorId } from '../../machines/index.js';
import { watchLink } from '../transport/link.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import type { Publisher } from '../transport/publisher.js';
import type { Violation } from '../transport/violation.js';
import type { Runner } from './runner.js';

/**
 * Tells a client's actor and what it publishes of what happens to the connection, until `release`: the client is
 * over then, and what it said last still goes out when a lost connection is back.
 */
export function linkClient(
  connection: NatsConnection,
  publisher: Publisher,
  runner: Runner,
  onRefused: (violation: Violation) => void,
): { release(): void } {
  let isReleased = false;
  const unwatch = watchLink(connection, {
    lost: () => {
      publisher.suspend();
      runner.dispatch(clientActorId, { type: 'link.lost' });
    },
    restored: () => {
      publisher.resume();
      runner.dispatch(clientActorId, { type: 'link.restored' });
      if (isReleased) unwatch();
    },
    refused: (violation) => {
      if (!isReleased) onRefused(violation);
    },
    closed: (text) => {
      runner.dispatch(clientActorId, { type: 'link.closed', text });
    },
  });
  return {
    release: () => {
      isReleased = true;
      publisher.release();
      if (!publisher.isSuspended) unwatch();
    },
  };
}
