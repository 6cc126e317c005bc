import { assign, setup } from 'xstate';

/**
 * How the Go consumer hands records to its readers: one dispatcher for all streams, a channel of a few slots for each,
 * and a send into a full channel that blocks the dispatcher until there is room. What comes meanwhile waits in the NATS
 * client, which drops what it cannot hold without a word.
 */
export interface GoDispatcherContext {
  /** Records that wait in the channel of each stream. */
  readonly channels: Readonly<Record<string, number>>;
  /** What the NATS client holds while the dispatcher is blocked, oldest first. */
  readonly pending: readonly string[];
  readonly delivered: readonly string[];
  readonly hasDropped: boolean;
}

type Event =
  | { readonly type: 'frame'; readonly stream: string }
  /** The reader of the stream takes a record. */
  | { readonly type: 'read'; readonly stream: string };

/** Sixteen slots and hundreds of thousands of pending messages there; one and two are enough to see what follows. */
const channelSlots = 1;
const pendingMax = 2;

function dispatchAll(context: GoDispatcherContext): GoDispatcherContext {
  const [next, ...pending] = context.pending;
  if (next === undefined) return context;
  const waiting = context.channels[next] ?? 0;
  if (waiting >= channelSlots) return context;
  return dispatchAll({ ...context, pending, channels: { ...context.channels, [next]: waiting + 1 } });
}

export const goDispatcherMachine = setup({
  types: { context: {} as GoDispatcherContext, events: {} as Event },
  actions: {
    take: assign(({ context }, { stream }: { readonly stream: string }) =>
      context.pending.length >= pendingMax
        ? { hasDropped: true }
        : dispatchAll({ ...context, pending: [...context.pending, stream] }),
    ),
    read: assign(({ context }, { stream }: { readonly stream: string }) => {
      const waiting = context.channels[stream] ?? 0;
      return waiting === 0
        ? {}
        : dispatchAll({
            ...context,
            channels: { ...context.channels, [stream]: waiting - 1 },
            delivered: [...new Set([...context.delivered, stream])].sort(),
          });
    }),
  },
}).createMachine({
  id: 'goDispatcher',
  context: { channels: {}, pending: [], delivered: [], hasDropped: false },
  on: {
    frame: { actions: [{ type: 'take', params: ({ event }) => ({ stream: event.stream }) }] },
    read: { actions: [{ type: 'read', params: ({ event }) => ({ stream: event.stream }) }] },
  },
});
