import { CloseCode } from '../../machines/index.js';
import type { ClientHost } from '../host/client-host.js';
import type { Clock } from '../host/clock.js';
import type { Registrations } from './registrations.js';
import type { RunningStreams } from './running-stream.js';

/** What a producer has that comes to its end. */
export interface Draining {
  readonly host: ClientHost;
  readonly registrations: Registrations;
  readonly streams: RunningStreams;
  /** The sources that have not finished. */
  readonly sources: { readonly size: number; whenFinished(): Promise<void> };
  readonly clock: Clock;
  /** How long readers and sources are waited for, together. */
  readonly cancellationBufferMs: number;
}

/**
 * Ends a producer in good order: takes no more requests, waits until each reader with delivery has everything, closes
 * the client, waits for the sources, and until the server has taken everything. Warns of what took too long.
 */
export async function drain(draining: Draining): Promise<void> {
  const { host, registrations, streams, sources, clock, cancellationBufferMs } = draining;
  // Requests that the server has routed to this client already are taken, and told that it shuts down.
  await registrations.drain();
  let timer: unknown;
  const expired = new Promise<'expired'>((resolve) => {
    timer = clock.setTimeout(() => {
      resolve('expired');
    }, cancellationBufferMs);
  });
  const finishing = Array.from(streams.values()).filter(({ delivery }) => delivery !== undefined);
  const gone = finishing.map((stream) => stream.whenGone());
  for (const stream of finishing) stream.end(CloseCode.GoingAway, 'the producer drains');
  await Promise.race([Promise.all(gone), host.released, expired]);
  const late = finishing.filter(({ addresses }) => streams.has(addresses.inbox)).length;
  await host.close();
  const outcome = await Promise.race([sources.whenFinished(), expired]);
  clock.clearTimeout(timer);
  if (late > 0 || outcome === 'expired') {
    const left = `${late} readers have not received everything, ${sources.size} sources go on`;
    host.warn({ code: 'drainIncomplete', message: `drain: after ${cancellationBufferMs} ms ${left}` });
  }
  await host.publisher.flush();
}
