import { raise, setup } from 'xstate';
import { CloseCode } from './close-code.js';
import { byId, clientActorId, declareCommands, type CommandParams } from './commands.js';
import type { ProducerStreamEvent } from './events.js';

/** The input of {@link producerStreamMachine}. */
export interface ProducerStreamInput {
  /** The stream's inbox subject: consumer id and stream id. */
  readonly id: string;
  /** The request subject. */
  readonly subject: string;
  /** Whether the consumer's reports are exact, so that one is enough. False towards a plain consumer. */
  readonly exact: boolean;
  /** Whether the consumer knows the delivery extension, so that records are kept until it has them. */
  readonly extended: boolean;
}

/** The context of {@link producerStreamMachine}: its input, unchanged. */
export type ProducerStreamContext = ProducerStreamInput;

type Scope = { readonly context: ProducerStreamContext };

const streamSetup = setup({
  types: {
    context: {} as ProducerStreamContext,
    input: {} as ProducerStreamInput,
    events: {} as ProducerStreamEvent,
  },
  actions: declareCommands(
    'wire.data',
    'wire.close',
    'wire.announce',
    'wire.probe',
    'wire.resend',
    'wire.finish',
    'source.start',
    'source.cancel',
    'actor.tell',
  ),
  guards: {
    reportsAreExact: ({ context }) => context.exact,
    isExtended: ({ context }) => context.extended,
  },
  delays: {
    cancellationBuffer: 10_000,
  },
});

const publish = byId('wire.data');

function closeLoudly(text: string) {
  return {
    type: 'wire.close',
    params: ({ context }: Scope) => ({ id: context.id, code: CloseCode.GoingAway, text }),
  } as const;
}

/** Every stop that is not the source's own end is loud: 1001, never 1000. */
function stop(text: string) {
  return [
    { type: 'source.cancel', params: ({ context }: Scope) => ({ id: context.id, text }) },
    closeLoudly(text),
  ] as const;
}

type TextScope = Scope & { readonly event: { readonly text: string } };

type CloseScope = Scope & { readonly event: { readonly code: number; readonly text: string } };

const endNormally = ({ context, event }: Scope & { readonly event: { readonly text: string } }) => ({
  id: context.id,
  code: CloseCode.Normal,
  text: event.text,
});

const endAsFailed = ({ context, event }: CloseScope) => ({ id: context.id, code: event.code, text: event.text });

/** What ends a stream in opening, active and cancelling alike. */
const whileRunning = {
  'heartbeat.lost': {
    target: '#producerStream.closed',
    actions: stop('the consumer does not answer heartbeats'),
  },
  'app.close': { target: '#producerStream.closed', actions: stop('the producer stops the stream') },
  'link.closed': {
    target: '#producerStream.closed',
    actions: [
      {
        type: 'source.cancel',
        params: ({ context, event }: Scope & { readonly event: { readonly text: string } }) => ({
          id: context.id,
          text: event.text,
        }),
      },
    ],
  },
} as const;

const closeNormally = {
  target: '#producerStream.closed',
  actions: [{ type: 'wire.close', params: endNormally }],
} as const;

const closeAsFailed = {
  target: '#producerStream.closed',
  actions: [{ type: 'wire.close', params: endAsFailed }],
} as const;

const cancelSource = {
  type: 'source.cancel',
  params: ({ context, event }: TextScope) => ({ id: context.id, text: event.text }),
} as const;

const closeAsTold = { type: 'wire.close', params: endAsFailed } as const;

const closeAsRefused = {
  type: 'wire.close',
  params: ({ context, event }: TextScope) => ({ id: context.id, code: CloseCode.NotPermitted, text: event.text }),
} as const;

/** The close frame may not arrive either, so the heartbeat tells the consumer, who can be told so. */
const tellUnreachable = {
  type: 'actor.tell',
  params: ({ context, event }: CloseScope): CommandParams['actor.tell'] => ({
    to: [clientActorId],
    event: { type: 'stream.unreachable', id: context.id, code: event.code, text: event.text },
  }),
} as const;

/** Where nobody can be asked whether the stream is read, it is over; its close is heard. */
const onRefusedHeartbeat = { target: '#producerStream.closed', actions: [cancelSource, closeAsRefused] } as const;

const onUnreachable = [
  {
    guard: 'reportsAreExact',
    target: '#producerStream.unreachable',
    actions: [cancelSource, closeAsTold, tellUnreachable],
  },
  { target: '#producerStream.closed', actions: [cancelSource, closeAsTold] },
] as const;

/** The source's own ends before any report. An extended stream has none that could be withdrawn: its reports are exact. */
const whileRead = {
  'source.ended': [
    {
      guard: 'isExtended',
      target: '#producerStream.finishing',
      actions: [{ type: 'wire.finish', params: endNormally }],
    },
    closeNormally,
  ],
  'source.failed': [
    {
      guard: 'isExtended',
      target: '#producerStream.finishing',
      actions: [{ type: 'wire.finish', params: endAsFailed }],
    },
    closeAsFailed,
  ],
} as const;

const onReport = [
  {
    guard: 'reportsAreExact',
    target: '#producerStream.closed',
    actions: stop('the consumer no longer reads the stream'),
  },
  { target: '#producerStream.cancelling' },
] as const;

/** At a heartbeat an extended stream's consumer hears how far the stream has come: no other timer is needed. */
function probe(isRound: boolean) {
  return { type: 'wire.probe', params: ({ context }: Scope) => ({ id: context.id, isRound }) } as const;
}

/** The same, and what an extended stream's consumer asks for. */
const whileDelivering = {
  'peer.resumed': { actions: [byId('wire.resend')] },
  'heartbeat.confirmed': { actions: [probe(true)] },
  'flow.starved': { actions: [probe(false)] },
} as const;

/** The consumer, which waits for whatever may still come, need not. */
const closeForReader = {
  type: 'wire.close',
  params: ({ context, event }: TextScope) => ({ id: context.id, code: CloseCode.GoingAway, text: event.text }),
} as const;

const onCancel = {
  target: '#producerStream.closed',
  actions: [
    { type: 'source.cancel', params: ({ context, event }: TextScope) => ({ id: context.id, text: event.text }) },
    closeForReader,
  ],
} as const;

/**
 * A stream at its producer. Source: PROTOCOL.md, Producer stream.
 *
 * From the second record on, records go straight from the source to the wire: the transition of `source.record` then
 * changes neither state nor context, so the host publishes without asking.
 */
export const producerStreamMachine = streamSetup.createMachine({
  id: 'producerStream',
  description: 'PROTOCOL.md, Producer stream',
  context: ({ input }) => {
    const given = (input as ProducerStreamInput | undefined) ?? { id: '', subject: '', exact: false, extended: false };
    const { id, subject, exact, extended } = given;
    return { id, subject, exact, extended };
  },
  initial: 'opening',
  states: {
    opening: {
      description: 'Registered; the source starts. PROTOCOL.md, Producer stream: opening.',
      entry: [byId('wire.announce'), byId('source.start')],
      on: {
        ...whileRunning,
        ...whileRead,
        'heartbeat.confirmed': { actions: [probe(true)] },
        'source.record': { target: 'active', actions: [publish] },
        'heartbeat.reported': onReport,
        'heartbeat.refused': onRefusedHeartbeat,
        'peer.cancelled': onCancel,
        'peer.unreachable': onUnreachable,
      },
    },
    active: {
      description:
        'The source has handed over a record, or a report was withdrawn. PROTOCOL.md, Producer stream: active.',
      initial: 'flowing',
      on: {
        ...whileRunning,
        ...whileRead,
        ...whileDelivering,
        'source.record': { actions: [publish] },
        'heartbeat.reported': onReport,
        'heartbeat.refused': onRefusedHeartbeat,
        'peer.cancelled': onCancel,
        'peer.unreachable': onUnreachable,
      },
      states: {
        flowing: {
          description: 'What the source hands over is sent.',
          on: { 'flow.blocked': { target: 'blocked' } },
        },
        blocked: {
          description: 'The reader of an extended stream has granted no more: what the source hands over waits.',
          on: { 'flow.open': { target: 'flowing' } },
        },
      },
    },
    cancelling: {
      description:
        'Reported by a consumer whose reports are not exact, and may name a live stream: the source runs on and is ' +
        'published, until it is known for how long the reports go on. PROTOCOL.md, Producer stream: cancelling.',
      initial: 'reported',
      after: {
        // From the first report on, whatever is answered meanwhile.
        cancellationBuffer: { actions: [raise({ type: 'buffer.over' })] },
      },
      on: {
        ...whileRunning,
        'source.ended': closeNormally,
        'source.failed': closeAsFailed,
        'source.record': { actions: [publish] },
        'heartbeat.refused': onRefusedHeartbeat,
        // Only a consumer whose reports are not exact is ever here, and those know nothing of closes in heartbeats.
        'peer.unreachable': { target: 'closed', actions: [cancelSource, closeAsTold] },
        // No report can be withdrawn while the connection is down, so the judgement starts afresh with the next one.
        'link.lost': { target: 'active' },
      },
      states: {
        reported: {
          description: 'Every answer reported the stream: it is stopped when the buffer is over.',
          on: {
            'buffer.over': {
              target: '#producerStream.closed',
              actions: stop('the consumer no longer reads the stream'),
            },
            'heartbeat.confirmed': { target: 'withdrawn' },
          },
        },
        withdrawn: {
          description: 'An answer withdrew the report, which proves nothing yet: the buffer runs on.',
          on: { 'buffer.over': { target: 'suspected' } },
        },
        suspected: {
          description:
            'The buffer is over, and further streams that were opened in a row explain no report any more: the next ' +
            'one stops the stream, and it is active again where none comes for as long once more.',
          after: { cancellationBuffer: { target: '#producerStream.active' } },
          on: {
            'heartbeat.reported': {
              target: '#producerStream.closed',
              actions: stop('the consumer no longer reads the stream'),
            },
          },
        },
      },
    },
    finishing: {
      description:
        'The source of an extended stream is over: what it made and the close are kept and sent again until the ' +
        'consumer has them. PROTOCOL.md, Producer stream: finishing.',
      on: {
        ...whileDelivering,
        'peer.acknowledged': { target: 'closed' },
        'peer.unreachable': { target: 'unreachable', actions: [closeAsTold, tellUnreachable] },
        'heartbeat.refused': { target: 'closed', actions: [closeAsRefused] },
        'peer.cancelled': { target: 'closed', actions: [closeForReader] },
        'heartbeat.reported': { target: 'closed' },
        'heartbeat.lost': { target: 'closed', actions: [closeLoudly('the consumer does not answer heartbeats')] },
        'app.close': { target: 'closed', actions: [closeLoudly('the producer stops the stream')] },
        'link.closed': { target: 'closed' },
      },
    },
    unreachable: {
      description:
        'The stream is over, and its close may not arrive: heartbeats tell it, until the consumer reports the stream. ' +
        'PROTOCOL.md, Producer stream: unreachable.',
      on: {
        'heartbeat.reported': { target: 'closed' },
        // It was told, and knows nothing of closes in heartbeats.
        'heartbeat.confirmed': { target: 'closed' },
        'heartbeat.lost': { target: 'closed' },
        'heartbeat.refused': { target: 'closed' },
        'app.close': { target: 'closed' },
        'link.closed': { target: 'closed' },
      },
    },
    closed: {
      type: 'final',
      description: 'The actor is gone. PROTOCOL.md, Producer stream: closed.',
      entry: [
        {
          type: 'actor.tell',
          params: ({ context }): CommandParams['actor.tell'] => ({
            to: [clientActorId],
            event: { type: 'stream.closed', id: context.id },
          }),
        },
      ],
    },
  },
});
