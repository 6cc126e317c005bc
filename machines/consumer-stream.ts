import { assign, setup } from 'xstate';
import { CloseCode } from './close-code.js';
import { byId, clientActorId, declareCommands, type CommandParams, type StreamEnd } from './commands.js';
import type { ConsumerStreamEvent } from './events.js';

/** The input of {@link consumerStreamMachine}. */
export interface ConsumerStreamInput {
  /** The stream id. */
  readonly id: string;
  /** The request subject. */
  readonly subject: string;
  /** Whether the connection is up, so that the request can be published now. */
  readonly linkUp: boolean;
}

/** The context of {@link consumerStreamMachine}. */
export interface ConsumerStreamContext extends ConsumerStreamInput {
  /** Which request is the last one, counted from 0. */
  readonly attempt: number;
  /** Whether the server answered, right after a reconnect, that nobody subscribes to the request subject. */
  readonly isUnheard: boolean;
}

type Scope = { readonly context: ConsumerStreamContext };

function endOf({ context }: Scope, end: StreamEnd): { readonly id: string } & StreamEnd {
  return { id: context.id, ...end };
}

/** The end that is told where the peer sent no close frame. */
function abnormal(reason: StreamEnd['reason'], text: string): StreamEnd {
  return { reason, code: CloseCode.AbnormalClosure, text };
}

const streamSetup = setup({
  types: {
    context: {} as ConsumerStreamContext,
    input: {} as ConsumerStreamInput,
    events: {} as ConsumerStreamEvent,
  },
  actions: {
    ...declareCommands(
      'wire.open',
      'wire.resume',
      'wire.catchUp',
      'wire.cancel',
      'reader.deliver',
      'reader.attach',
      'reader.detach',
      'reader.end',
      'actor.tell',
    ),
    renew: assign(({ context }) => ({ attempt: context.attempt + 1, isUnheard: false })),
    noteUnheard: assign({ isUnheard: true }),
  },
  guards: {
    isLinkUp: ({ context }) => context.linkUp,
    isUnheard: ({ context }) => context.isUnheard,
    isNormal: (_, params: { readonly code: number }) => params.code === CloseCode.Normal,
    isNotPermitted: (_, params: { readonly code: number }) => params.code === CloseCode.NotPermitted,
  },
  delays: {
    openTimeout: 30_000,
    requestRetry: 250,
    silenceTimeout: 30_000,
    cancellationBuffer: 10_000,
  },
});

const request = {
  type: 'wire.open',
  params: ({ context }: Scope) => ({ id: context.id, attempt: context.attempt }),
} as const;

/** Only the request that is published next is live: whoever took an earlier one is told so at its next heartbeat. */
const renew = [
  { type: 'renew' },
  {
    type: 'actor.tell',
    params: ({ context }: Scope): CommandParams['actor.tell'] => ({
      to: [clientActorId],
      event: { type: 'stream.renewed', id: context.id, attempt: context.attempt },
    }),
  },
  request,
] as const;

const resume = byId('wire.resume');

/** An extended stream's producer hears in one trip that nobody reads; otherwise heartbeats tell it. */
const tellProducer = {
  type: 'wire.cancel',
  params: ({ context }: Scope) => ({ id: context.id, text: 'the reader has left' }),
} as const;

const deliver = byId('reader.deliver');

/**
 * The stream is not live from now on, for ever: the client must report it wherever a heartbeat lists it. Where the stream
 * closes at once the client forgets it in the same step, and reports what it does not know as well.
 */
const tellLeft = {
  type: 'actor.tell',
  params: ({ context }: Scope): CommandParams['actor.tell'] => ({
    to: [clientActorId],
    event: { type: 'stream.left', id: context.id },
  }),
} as const;

const tellClosed = {
  type: 'actor.tell',
  params: ({ context }: Scope): CommandParams['actor.tell'] => ({
    to: [clientActorId],
    event: { type: 'stream.closed', id: context.id },
  }),
} as const;

const endAsCancelled = {
  type: 'reader.end',
  params: ({
    context,
    event,
  }: Scope & { readonly event: { readonly reason: 'cancelled' | 'timedOut'; readonly text: string } }) =>
    endOf({ context }, abnormal(event.reason, event.text)),
} as const;

const endAsClosed = {
  type: 'reader.end',
  params: (scope: Scope) => endOf(scope, abnormal('cancelled', 'the client was closed')),
} as const;

const endAsRefused = {
  type: 'reader.end',
  params: ({ context, event }: Scope & { readonly event: { readonly text: string } }) =>
    endOf({ context }, { reason: 'notPermitted', code: CloseCode.NotPermitted, text: event.text }),
} as const;

type CloseScope = Scope & { readonly event: { readonly code: number; readonly text: string } };

const codeOf = ({ event }: { readonly event: { readonly code: number } }) => ({ code: event.code });

/** The end that a close tells. */
function endAs(reason: StreamEnd['reason']) {
  return {
    target: '#consumerStream.closed',
    actions: [
      {
        type: 'reader.end',
        params: ({ context, event }: CloseScope) => endOf({ context }, { reason, code: event.code, text: event.text }),
      },
    ],
  } as const;
}

/** Ends that come from outside while the reader is there: the same in opening and in active. */
const whileRead = {
  'frame.close': [
    { guard: { type: 'isNormal', params: codeOf }, ...endAs('completed') },
    { guard: { type: 'isNotPermitted', params: codeOf }, ...endAs('notPermitted') },
    endAs('closed'),
  ],
  'frame.malformed': {
    target: '#consumerStream.cancelling',
    actions: [
      {
        type: 'reader.end',
        params: ({ context, event }: Scope & { readonly event: { readonly text: string } }) =>
          endOf({ context }, { reason: 'unsupportedData', code: CloseCode.UnsupportedData, text: event.text }),
      },
      tellLeft,
    ],
  },
  'reader.overflow': {
    target: '#consumerStream.cancelling',
    actions: [
      {
        type: 'reader.end',
        params: ({ context, event }: Scope & { readonly event: { readonly text: string } }) =>
          endOf({ context }, abnormal('slowReader', event.text)),
      },
      tellLeft,
    ],
  },
  'app.cancel': { target: '#consumerStream.cancelling', actions: [endAsCancelled, tellLeft] },
  'link.closed': {
    target: '#consumerStream.closed',
    actions: [
      {
        type: 'reader.end',
        params: ({ context, event }: Scope & { readonly event: { readonly text: string } }) =>
          endOf({ context }, abnormal('connectionClosed', event.text)),
      },
    ],
  },
} as const;

const endAsUnheard = {
  type: 'reader.end',
  params: (scope: Scope) => endOf(scope, abnormal('noResponders', `nobody subscribes to ${scope.context.subject}`)),
} as const;

const endAsUnanswered = {
  type: 'reader.end',
  params: (scope: Scope) =>
    endOf(scope, abnormal('noAnswer', 'nothing was heard of a producer within the open timeout')),
} as const;

/** What may come of a request that was published. */
const whileAwaited = {
  'frame.data': { target: '#consumerStream.active.listening', actions: [deliver] },
  'frame.announced': { target: '#consumerStream.active.listening' },
  'heartbeat.alive': { target: '#consumerStream.active.listening' },
  'link.lost': { target: '#consumerStream.opening.suspended' },
} as const;

/**
 * A stream at its consumer. Source: PROTOCOL.md, Consumer stream.
 *
 * Records do not pass through this machine one by one. Between `reader.attach` and `reader.detach` the transition of
 * `frame.data` changes neither state nor context, it only delivers and restarts the silence timer, so the host does
 * both itself; the same holds for what is dropped while cancelling.
 */
export const consumerStreamMachine = streamSetup.createMachine({
  id: 'consumerStream',
  description: 'PROTOCOL.md, Consumer stream',
  context: ({ input }) => {
    const given = (input as ConsumerStreamInput | undefined) ?? { id: '', subject: '', linkUp: true };
    const { id, subject, linkUp } = given;
    return { id, subject, linkUp, attempt: 0, isUnheard: false };
  },
  initial: 'opening',
  states: {
    opening: {
      description: 'Nothing heard yet. PROTOCOL.md, Consumer stream: opening.',
      initial: 'starting',
      on: {
        ...whileRead,
        // No producer has been heard, so there is none that could be told.
        'app.close': { target: 'closed', actions: [endAsClosed] },
        'frame.noResponders': { target: 'closed', actions: [endAsUnheard] },
        // The request is refused, so nobody has it.
        'link.refused': { target: 'closed', actions: [endAsRefused] },
      },
      states: {
        starting: {
          description: 'Left at once.',
          always: [{ guard: 'isLinkUp', target: 'waiting', actions: [request] }, { target: 'unsent' }],
        },
        unsent: {
          description:
            'The link is down: what is published now is lost, so the request waits until it is back. No timer runs.',
          on: {
            'link.restored': { target: 'returning', actions: [request] },
            // Nobody was asked, so there is nobody to be told.
            'app.cancel': { target: '#consumerStream.closed', actions: [endAsCancelled] },
          },
        },
        waiting: {
          description: 'Requested; the open timeout runs.',
          after: {
            openTimeout: {
              target: '#consumerStream.cancelling',
              actions: [endAsUnanswered, tellLeft],
            },
          },
          on: whileAwaited,
        },
        returning: {
          description:
            'The link has just come back, and so may producers after it: that nobody subscribes yet proves nothing, so ' +
            'the request is asked again until the open timeout is over, which runs here.',
          initial: 'asked',
          after: {
            openTimeout: [
              { guard: 'isUnheard', target: '#consumerStream.cancelling', actions: [endAsUnheard, tellLeft] },
              { target: '#consumerStream.cancelling', actions: [endAsUnanswered, tellLeft] },
            ],
          },
          on: {
            ...whileAwaited,
            'frame.noResponders': { target: '.resting', actions: [{ type: 'noteUnheard' }] },
          },
          states: {
            asked: { description: 'The request is on its way, or a producer has it.' },
            resting: {
              description: 'Nobody had the request, so it is asked again after R as it is.',
              after: { requestRetry: { target: 'asked', actions: [request] } },
            },
          },
        },
        suspended: {
          description: 'The link is down: silence proves nothing, no timer runs.',
          on: {
            'frame.data': { target: '#consumerStream.active.suspended', actions: [deliver] },
            'frame.announced': { target: '#consumerStream.active.suspended' },
            'heartbeat.alive': { target: '#consumerStream.active.suspended' },
            // The request, or all that answered it, may have gone down with the connection.
            'link.restored': { target: 'returning', actions: renew },
          },
        },
      },
    },
    active: {
      description: 'A record or a heartbeat has been heard. PROTOCOL.md, Consumer stream: active.',
      entry: [byId('reader.attach')],
      initial: 'listening',
      on: {
        ...whileRead,
        'app.close': { target: 'closed', actions: [endAsClosed, tellProducer] },
        // The producer cannot be told that the stream is read, nor that it is not: it misses the heartbeats.
        'link.refused': { target: 'cancelling', actions: [endAsRefused, tellLeft] },
        'frame.lost': {
          target: 'closed',
          actions: [
            {
              type: 'reader.end',
              params: ({ context, event }) =>
                endOf({ context }, abnormal('recordsLost', `the producer closed with ${event.code}: ${event.text}`)),
            },
          ],
        },
      },
      states: {
        listening: {
          description: 'The silence timeout runs from the last sign of life.',
          after: {
            silenceTimeout: {
              target: '#consumerStream.cancelling',
              actions: [
                {
                  type: 'reader.end',
                  params: (scope) =>
                    endOf(
                      scope,
                      abnormal('producerSilent', 'neither a record nor a heartbeat came within the silence timeout'),
                    ),
                },
                tellLeft,
              ],
            },
          },
          on: {
            'frame.data': { target: 'listening', reenter: true, actions: [deliver] },
            'frame.gap': { target: 'recovering', actions: [resume] },
            'heartbeat.alive': { target: 'listening', reenter: true },
            'link.lost': { target: 'suspended' },
          },
        },
        recovering: {
          description: 'Items of an extended stream are missing, and were asked for. The silence timeout runs.',
          after: {
            silenceTimeout: {
              target: '#consumerStream.cancelling',
              actions: [
                {
                  type: 'reader.end',
                  params: (scope) =>
                    endOf(scope, abnormal('recordsLost', 'the producer was not heard within the silence timeout')),
                },
                tellLeft,
              ],
            },
          },
          on: {
            'frame.gap': { actions: [resume] },
            'frame.recovered': { target: 'listening' },
            'heartbeat.alive': { target: 'recovering', reenter: true },
            'link.lost': { target: 'suspended' },
          },
        },
        suspended: {
          description: 'The link is down: silence proves nothing, no timer runs.',
          on: {
            'frame.data': { actions: [deliver] },
            'link.restored': {
              target: 'listening',
              // What was sent meanwhile is lost, and so may be what had just been sent.
              actions: [byId('wire.catchUp')],
            },
          },
        },
      },
    },
    cancelling: {
      description:
        'The reader has gone, the producer may not know yet: late records are absorbed and heartbeats report the ' +
        'stream, until nothing has been heard for the cancellation buffer. PROTOCOL.md, Consumer stream: cancelling.',
      entry: [byId('reader.detach'), tellProducer],
      after: { cancellationBuffer: { target: 'closed' } },
      on: {
        'frame.data': { target: 'cancelling', reenter: true },
        'heartbeat.listed': { target: 'cancelling', reenter: true },
        'frame.close': { target: 'closed' },
        'frame.noResponders': { target: 'closed' },
        'app.close': { target: 'closed' },
        'link.closed': { target: 'closed' },
      },
    },
    closed: {
      type: 'final',
      description: 'The actor is gone. PROTOCOL.md, Consumer stream: closed.',
      entry: [tellClosed],
    },
  },
});
