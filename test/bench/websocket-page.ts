import { createInbox, wsconnect, type NatsConnection } from '@nats-io/transport-node';
import { ConsumerClient } from '../../dist/src/index.js';

/** The reader of the bench, as the page of a browser has it. */
export interface WebsocketReader {
  /** Reads so many records of so many bytes, and resolves with how long that took, in milliseconds. */
  raw(records: number, bytes: number): Promise<number>;
  ours(records: number, bytes: number): Promise<number>;
}

let connection: NatsConnection;
let consumer: ConsumerClient;

async function connect(url: string): Promise<void> {
  connection = await wsconnect({ servers: url });
  consumer = new ConsumerClient({ connection });
}

function raw(records: number, bytes: number): Promise<number> {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    let received = 0;
    const inbox = createInbox();
    const subscription = connection.subscribe(inbox, {
      callback: (_, { data }) => {
        if (data.length === bytes) received += 1;
        if (received < records) return;
        subscription.unsubscribe();
        resolve(performance.now() - startedAtMs);
      },
    });
    connection.publish('raw', `${records} ${bytes}`, { reply: inbox });
  });
}

async function ours(records: number, bytes: number): Promise<number> {
  const startedAtMs = performance.now();
  let received = 0;
  for await (const { length } of consumer.openStream('ours', `${records} ${bytes}`))
    if (length === bytes) received += 1;
  if (received !== records) throw new Error(`expected ${records} records, came ${received}`);
  return performance.now() - startedAtMs;
}

Object.assign(globalThis, { bench: { connect, raw, ours } });
