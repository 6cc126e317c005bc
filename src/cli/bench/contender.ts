import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConsumerClient, ProducerClient } from '../../index.js';
import type { OwnConnection } from '../nats-client.js';

/** What one stream of a bench carries: so many records of so many bytes. */
export interface Work {
  readonly records: number;
  readonly bytes: number;
}

/** Both ends of one way of streaming. */
export interface Contender {
  /** Opens a stream, and resolves when it has ended with all its records. */
  read(work: Work, onRecord: () => void): Promise<void>;
  close(): Promise<void>;
}

export type ContenderName = 'ours' | 'raw';

export const makeContender: Readonly<
  Record<ContenderName, (here: OwnConnection, there: OwnConnection, subject: string) => Promise<Contender>>
> = { ours: makeOurs, raw: makeRaw };

async function makeOurs(here: OwnConnection, there: OwnConnection, subject: string): Promise<Contender> {
  const consumer = new ConsumerClient({ connection: here });
  const producer = new ProducerClient({ connection: there });
  await producer.handle(subject, function* (request) {
    const { records, bytes } = request.object<Work>();
    const record = new Uint8Array(bytes).fill(7);
    for (let n = 0; n < records; n += 1) yield record;
  }).ready;
  return {
    read: async (work, onRecord) => {
      const records = consumer.openStream(subject, work)[Symbol.asyncIterator]();
      while ((await records.next()).done !== true) onRecord();
    },
    close: async () => {
      await consumer.close();
      await producer.close();
    },
  };
}

/** What is published before others get their turn. Bytes. */
const turnBytes = 64 * 1024;

/** The NATS client alone: records as they are, and an empty message as the end. */
async function makeRaw(here: OwnConnection, there: OwnConnection, subject: string): Promise<Contender> {
  const requests = there.subscribe(subject, {
    callback: (_, { data, reply = '' }) => {
      const { records, bytes } = JSON.parse(new TextDecoder().decode(data)) as Work;
      void publish(there, reply, records, new Uint8Array(bytes).fill(7));
    },
  });
  await there.flush();
  return {
    read: ({ records, bytes }, onRecord) =>
      new Promise((resolve, reject) => {
        let received = 0;
        const inbox = `_INBOX.${randomBytes(16).toString('hex')}`;
        const subscription = here.subscribe(inbox, {
          callback: (_, { data }) => {
            if (data.length > 0) {
              received += 1;
              onRecord();
              return;
            }
            subscription.unsubscribe();
            if (received === records) resolve();
            else reject(new Error(`raw NATS lost ${records - received} of ${records} records`));
          },
        });
        here.publish(subject, JSON.stringify({ records, bytes }), { reply: inbox });
      }),
    close: () => {
      requests.unsubscribe();
      return Promise.resolve();
    },
  };
}

/** At most two turns ahead of the server, which otherwise would hold what this process cannot read at the same time. */
async function publish(connection: OwnConnection, subject: string, records: number, record: Uint8Array): Promise<void> {
  let before = Promise.resolve();
  const aTurn = Math.max(1, Math.floor(turnBytes / record.length));
  for (let sent = 0; sent < records;) {
    const end = Math.min(records, sent + aTurn);
    for (; sent < end; sent += 1) connection.publish(subject, record);
    if (sent === records) break;
    const now = connection.flush();
    await before;
    before = now;
    await nextTurn();
  }
  connection.publish(subject, new Uint8Array());
}
