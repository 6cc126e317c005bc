import { connect } from 'nats';
import { ProducerClient, type ProducerClientOptions } from '../../src/index.js';
import { numberedRecords } from './numbered.js';
import { recordInto } from './checked-recording.js';
import { readSetting, report } from './report.js';

/** A process that serves one subject with numbered records, until it is killed. */
export interface ProducerSetting {
  readonly url: string;
  readonly subject: string;
  readonly queue?: string;
  /** How many records each stream has; without end unless told. */
  readonly records?: number;
  readonly bytes?: number;
  /** The time between two records; as fast as they are taken unless told. */
  readonly everyMs?: number;
  /** A file into which it records what it does. */
  readonly recording?: string;
  readonly options?: Omit<ProducerClientOptions, 'connection'>;
}

const { url, subject, queue, records, bytes, everyMs, recording, options } = readSetting() as ProducerSetting;
const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
const producer = new ProducerClient({ connection, ...recordInto(recording), ...options });

producer.handle(
  subject,
  async function* ({ streamId, signal }) {
    report({ type: 'started', streamId });
    let written = 0;
    try {
      const paced = {
        signal,
        ...(bytes === undefined ? {} : { bytes }),
        ...(everyMs === undefined ? {} : { everyMs }),
      };
      for await (const record of numberedRecords(records ?? Infinity, paced)) {
        yield record;
        written += 1;
      }
    } finally {
      report({ type: 'finished', streamId, written });
    }
  },
  queue === undefined ? {} : { queue },
);
// The server has the subscription when it answers, and from then on no request finds nobody.
await connection.flush();
report({ type: 'ready' });
