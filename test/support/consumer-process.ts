import { connect } from 'nats';
import { ConsumerClient, type ConsumerClientOptions } from '../../src/index.js';
import { readSetting, report } from './report.js';

/** A process that opens streams of one subject and reads them, until it is killed. */
export interface ConsumerSetting {
  readonly url: string;
  readonly subject: string;
  readonly streams: number;
  readonly options?: Omit<ConsumerClientOptions, 'connection'>;
}

const { url, subject, streams, options } = readSetting() as ConsumerSetting;
const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
const consumer = new ConsumerClient({ connection, ...options });

for (let index = 0; index < streams; index += 1) {
  let flows = false;
  const stream = consumer.openStream(subject, undefined, {
    onRecord: () => {
      if (!flows) report({ type: 'flowing', streamId: stream.id });
      flows = true;
    },
  });
  void stream.closed.then(({ reason, records }) => {
    report({ type: 'ended', streamId: stream.id, reason, records });
  });
}
