import { messageOf } from '../../errors.js';
import { createMemoryBroker } from '../../memory-broker/index.js';
import { defaultServer, type ConnectionOptions } from '../connection-options.js';
import { openConnection } from '../connection.js';
import { withContext } from '../nats-context.js';
import type { OwnConnection } from '../nats-client.js';
import { findNatsServer, startNatsServer } from './nats-server.js';

/** What the demo runs on. */
export interface Stage {
  readonly kind: 'given' | 'started' | 'embedded';
  /** Which server it is and how it came about, in words. */
  readonly description: string;
  /** How other processes reach it; undefined where only this process can. */
  readonly options: ConnectionOptions | undefined;
  connect(name: string): Promise<OwnConnection>;
  close(): Promise<void>;
}

/** The server that is given, else one that is found on the machine and started, else the broker in memory. */
export async function chooseStage(options: ConnectionOptions & { readonly embedded?: true }): Promise<Stage> {
  if (options.embedded === true) return embeddedStage('as --embedded asks');
  if (options.server !== undefined || options.context !== undefined) return givenStage(withContext(options));
  const file = findNatsServer();
  if (file === undefined) {
    const named = process.env['NATS_SERVER'] ?? '';
    return embeddedStage(named === '' ? 'no nats-server was found' : `NATS_SERVER names ${named}, which cannot be run`);
  }
  try {
    const server = await startNatsServer(file);
    // The credentials of the user's own servers are not for this one.
    const reached: ConnectionOptions = { server: server.url, timeout: options.timeout };
    return {
      kind: 'started',
      description: `nats-server ${server.version} (${file}), started on ${server.url}`,
      options: reached,
      connect: (name) => openConnection(reached, { name, reconnectsMax: 5 }),
      close: () => server.stop(),
    };
  } catch (error) {
    return embeddedStage(`${file} did not start: ${messageOf(error)}`);
  }
}

async function givenStage(options: ConnectionOptions): Promise<Stage> {
  const probe = await openConnection(options, { name: 'nats-stream demo', reconnectsMax: 5 });
  const description = `${probe.info?.version ?? 'unknown'} on ${probe.getServer()}`;
  await probe.close();
  return {
    kind: 'given',
    description: `nats-server ${description}, given by --server, NATS_URL or --context`,
    options: { ...options, server: options.server ?? defaultServer },
    connect: (name) => openConnection(options, { name, reconnectsMax: 5 }),
    close: () => Promise.resolve(),
  };
}

function embeddedStage(why: string): Stage {
  const broker = createMemoryBroker();
  return {
    kind: 'embedded',
    description: `the embedded broker, in memory (${why})`,
    options: undefined,
    connect: (name) => Promise.resolve(broker.connect({ name })),
    close: () => Promise.resolve(),
  };
}
