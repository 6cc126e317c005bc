import { setImmediate } from 'node:timers/promises';
import { connect } from 'nats';
import { ProducerClient, type ProducerClientOptions } from '../../src/index.js';
import { measureMemory } from './memory.js';
import { numberedRecord } from './numbered.js';
import { readSetting, report } from './report.js';

/**
 * A process that serves numbered records and tells what it holds meanwhile: on `counted` so many as asked for, on
 * `endless` without end, and on `confirmed` without end with a report each time that the server has taken some more.
 */
export interface DeliveryProducerSetting {
  readonly url: string;
  /** How many records the streams of `counted` have. */
  readonly records: number;
  readonly bytes: number;
  /** After how many records the process reports. */
  readonly reportEvery: number;
  readonly options?: Omit<ProducerClientOptions, 'connection'>;
}

const { url, records, bytes, reportEvery, options } = readSetting() as DeliveryProducerSetting;
const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
const producer = new ProducerClient({ connection, ...options });

let unread = 0;

producer.handle('counted', async function* () {
  for (let index = 0; index < records; index += 1) {
    if (index % reportEvery === 0) report({ type: 'memory', records: index, unread, ...measureMemory() });
    yield numberedRecord(index, bytes);
  }
  await Promise.resolve();
});

producer.handle('endless', function* () {
  for (; ; unread += 1) yield numberedRecord(unread, bytes);
});

producer.handle('confirmed', async function* () {
  for (let index = 0; ; index += 1) {
    if (index > 0 && index % reportEvery === 0) {
      // Records are gathered until the turn is over; the server answers when it has taken what came before.
      await setImmediate();
      await connection.flush();
      report({ type: 'sent', records: index });
    }
    yield numberedRecord(index, bytes);
  }
});

await connection.flush();
report({ type: 'ready' });
