import type { RoutedMessage } from '../memory-broker/index.js';
import { describeMessage } from '../wire/describe-message.js';
import type { DraftLog } from '../trace-events/draft.js';
import type { TraceMessage } from '../trace-events/trace-event.js';

/** What a test broker tells of a message on its way. */
export type BrokerNews = 'sent' | 'delivered' | 'lost' | 'duplicated' | 'partitioned';

const ops: Readonly<Record<BrokerNews, TraceMessage['op']>> = {
  sent: 'send',
  delivered: 'deliver',
  lost: 'drop',
  duplicated: 'duplicate',
  partitioned: 'drop',
};

/**
 * Tells what becomes of each message on a test broker: both ends and all faults, where clients see their own end
 * alone. The lifelines are named like the connections. Messages that clients tell of themselves would come twice, so
 * their tracer has to be made with `messages: false`.
 *
 * @example
 *   const tracer = createTracer({ source: 'simulated', clock, messages: false });
 *   const broker = createTestBroker({ clock, loss: 0.1, observe: traceBroker(tracer) });
 *   new ConsumerClient({ ...broker.clientOptions('reader'), tracer: tracer.named('reader') });
 */
export function traceBroker(log: DraftLog): (news: BrokerNews, delivery: RoutedMessage) => void {
  const ids = new WeakMap<RoutedMessage, string>();
  let sent = 0;
  return (news, delivery) => {
    const { from, to, message } = delivery;
    let id = ids.get(delivery);
    if (id === undefined) {
      sent += 1;
      id = `${sent}`;
      ids.set(delivery, id);
    }
    const { kind, stream, text, frames } = describeMessage(message);
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
      ...(frames === undefined ? {} : { frames }),
      ...(news === 'partitioned' ? { text: 'partitioned' } : text === undefined ? {} : { text }),
    });
  };
}
