import { connect, createInbox, type NatsConnection } from 'nats';
import { recordBytes, type MakeContender } from './contender.js';

/**
 * The NATS client alone: a request with an inbox of its own for each stream, records as they are, an empty message as
 * the end. Nothing supervises either end.
 */
export const makeRaw: MakeContender = async (url) => {
  const connections = await Promise.all([connect({ servers: url }), connect({ servers: url })]);
  const [here, there] = connections;
  serve(there);
  await there.flush();
  return {
    open({ records, endless }, onRecord) {
      const inbox = createInbox();
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const subscription = here.subscribe(inbox, {
        callback: (_, { data }) => {
          if (data.length > 0) {
            onRecord();
            return;
          }
          subscription.unsubscribe();
          end();
        },
      });
      here.publish('bench', `${records} ${endless ? 1 : 0}`, { reply: inbox });
      return {
        ended,
        cancel: () => {
          subscription.unsubscribe();
          end();
        },
      };
    },
    traffic: () => trafficOf(connections),
    close: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
    },
  };
};

function serve(connection: NatsConnection): void {
  const record = new Uint8Array(recordBytes).fill(7);
  connection.subscribe('bench', {
    callback: (_, message) => {
      const [records = 0, endless = 0] = message.string().split(' ').map(Number);
      for (let index = 0; index < records; index += 1) message.respond(record);
      if (endless === 0) message.respond();
    },
  });
}

/** What these connections have published. */
export function trafficOf(connections: readonly NatsConnection[]): { messages: number; bytes: number } {
  const stats = connections.map((connection) => connection.stats());
  return {
    messages: stats.reduce((sum, { outMsgs }) => sum + outMsgs, 0),
    bytes: stats.reduce((sum, { outBytes }) => sum + outBytes, 0),
  };
}
