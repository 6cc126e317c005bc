import { connect } from 'nats';
import { ConsumerClient, type ConsumerClientOptions } from '../../src/index.js';
import { recordInto } from './checked-recording.js';
import { readSetting, report } from './report.js';

/** A process that opens streams of one subject and reads them, until it is killed. */
export interface ConsumerSetting {
  readonly url: string;
  readonly subject: string;
  readonly streams: number;
  /** A file into which it records what it does. */
  readonly recording?: string;
  readonly options?: Omit<ConsumerClientOptions, 'connection'>;
}

const { url, subject, streams, recording, options } = readSetting() as ConsumerSetting;
const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
const consumer = new ConsumerClient({ connection, ...recordInto(recording), ...options });

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
