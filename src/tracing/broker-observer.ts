import type { Delivery } from '../memory-broker/index.js';
import { describeMessage } from '../wire/describe-message.js';
import type { DraftLog } from './draft.js';
import type { MessageRecord } from './record.js';

/** What a test broker tells of a delivery. */
export type BrokerNews = 'sent' | 'delivered' | 'lost' | 'duplicated' | 'partitioned';

const ops: Readonly<Record<BrokerNews, MessageRecord['op']>> = {
  sent: 'send',
  delivered: 'deliver',
  lost: 'drop',
  duplicated: 'duplicate',
  partitioned: 'drop',
};

/**
 * Records what becomes of each message on a test broker: both ends and all faults, where clients see their own end
 * alone. The lifelines are named like the connections. Messages that clients tell of themselves would come twice, so
 * their recorder has to be made with `messages: false`.
 *
 * @example
 *   const recorder = createRecorder({ source: 'simulated', clock, messages: false });
 *   const broker = createTestBroker({ clock, loss: 0.1, observe: recordBroker(recorder) });
 *   new ConsumerClient({ ...broker.clientOptions('reader'), recorder: recorder.named('reader') });
 */
export function recordBroker(log: DraftLog): (news: BrokerNews, delivery: Delivery) => void {
  const ids = new WeakMap<Delivery, string>();
  let sent = 0;
  return (news, delivery) => {
    const { from, to, message } = delivery;
    let id = ids.get(delivery);
    if (id === undefined) {
      sent += 1;
      id = `${sent}`;
      ids.set(delivery, id);
    }
    const { kind, stream, text } = describeMessage(message);
    log.write({
      type: 'message',
      op: ops[news],
      message: id,
      // What the server says itself comes from nobody.
      ...(kind === 'noResponders' ? {} : { from: from.name }),
      to: to.name,
      subject: message.subject,
      kind,
      ...(stream === undefined ? {} : { stream }),
      bytes: message.data.length,
      ...(news === 'partitioned' ? { text: 'partitioned' } : text === undefined ? {} : { text }),
    });
  };
}
