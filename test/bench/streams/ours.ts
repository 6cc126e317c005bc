import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import type { Clock } from '../../../src/host/clock.js';
import { built } from '../../support/bench.js';
import { recordBytes, type Contender, type MakeContender } from './contender.js';
import { trafficOf } from './raw.js';

const { ConsumerClient, ProducerClient } = (await built('index.js')) as typeof import('../../../src/index.js');

/** Long, so that no round falls into what is measured; the bench asks for one when it wants it. */
const heartbeatIntervalMs = 3_600_000;

/** What only this package has. */
export interface OwnContender extends Contender {
  /** Lets the heartbeat interval pass. */
  beat(): void;
}

/** The package itself, as its users have it: a generator as the source, a callback or a loop as the reader. */
export function makeOurs(reader: 'callback' | 'loop'): (url: string) => Promise<OwnContender> {
  return async (url) => {
    const options = { servers: url, reconnectTimeWait: 20, maxReconnectAttempts: -1 };
    const connections = await Promise.all([connect(options), connect(options)]);
    const [here, there] = connections;
    let due: (() => void) | undefined;
    const clock: Clock = {
      now: () => performance.now(),
      setTimeout: (fn, ms) => {
        if (ms !== heartbeatIntervalMs) return setTimeout(fn, ms);
        due = fn;
        return undefined;
      },
      clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout | undefined),
    };
    const producer = new ProducerClient({ connection: there, clock, heartbeatIntervalMs });
    const consumer = new ConsumerClient({ connection: here, silenceTimeoutMs: 4 * heartbeatIntervalMs });
    const record = new Uint8Array(recordBytes).fill(7);
    producer.handle('bench', async function* (request) {
      const [records = 0, endless = 0] = request.text().split(' ').map(Number);
      for (let index = 0; index < records; index += 1) yield record;
      if (endless === 1) await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
    });
    await there.flush();
    return {
      open({ records, endless }, onRecord) {
        const body = `${records} ${endless ? 1 : 0}`;
        if (reader === 'callback') {
          const stream = consumer.openStream('bench', body, { onRecord });
          return { ended: stream.closed, cancel: () => stream.cancel() };
        }
        const stream = consumer.openStream('bench', body);
        const read = async () => {
          const records = stream[Symbol.asyncIterator]();
          while ((await records.next()).done !== true) onRecord();
        };
        return { ended: read(), cancel: () => stream.cancel() };
      },
      traffic: () => trafficOf(connections),
      beat: () => {
        const fire = due;
        due = undefined;
        fire?.();
      },
      close: async () => {
        await Promise.all([consumer.close(), producer.close()]);
        await sleep(0);
        await Promise.all(connections.map((connection) => connection.close()));
      },
    };
  };
}

export const makeOursLoop: MakeContender = makeOurs('loop');
