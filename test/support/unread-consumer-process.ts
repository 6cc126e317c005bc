import { connect } from 'nats';
import { ConsumerClient, type ConsumerClientOptions } from '../../src/index.js';
import { measureMemory } from './memory.js';
import { readSetting, report } from './report.js';
import { tallyOf } from './tally.js';

/** A process that opens `endless` and never reads it, reads `counted`, and tells what it holds meanwhile. */
export interface UnreadConsumerSetting {
  readonly url: string;
  /** After how many records the process reports. */
  readonly reportEvery: number;
  readonly options?: Omit<ConsumerClientOptions, 'connection'>;
}

const { url, reportEvery, options } = readSetting() as UnreadConsumerSetting;
const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
const consumer = new ConsumerClient({ connection, ...options });

const unreadStream = consumer.openStream('endless');
const stream = consumer.openStream('counted');
void unreadStream.closed.then(({ reason, records }) => {
  report({ type: 'ended', streamId: 'endless', reason, records });
});
const { records, missing, repeated } = await tallyOf(stream, (count) => {
  if (count % reportEvery === 0) report({ type: 'memory', records: count, unread: 0, ...measureMemory() });
  return undefined;
});
const { reason } = await stream.closed;
report({ type: 'ended', streamId: 'counted', reason, records: missing + repeated === 0 ? records : -1 });
