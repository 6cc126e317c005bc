import { setup } from 'xstate';
import { CloseCode } from './close-code.js';
import { clientActorId, declareCommands, type CommandParams } from './commands.js';
import type { ProducerStreamEvent } from './events.js';

export interface ProducerStreamInput {
  /** The stream's inbox subject: consumer id and stream id. */
  readonly id: string;
  /** The request subject. */
  readonly subject: string;
  /** Whether the consumer's reports are exact, so that one is enough. False towards a plain consumer. */
  readonly exact: boolean;
}

export type ProducerStreamContext = ProducerStreamInput;

type Scope = { readonly context: ProducerStreamContext };

const streamSetup = setup({
  types: {
    context: {} as ProducerStreamContext,
    input: {} as ProducerStreamInput,
    events: {} as ProducerStreamEvent,
  },
  actions: declareCommands('wire.data', 'wire.close', 'source.start', 'source.cancel', 'actor.tell'),
  guards: {
    reportsAreExact: ({ context }) => context.exact,
  },
  delays: {
    cancellationBuffer: 10_000,
  },
});

const publish = { type: 'wire.data', params: ({ context }: Scope) => ({ id: context.id }) } as const;

/** Every stop that is not the source's own end is loud: 1001, never 1000. */
function stop(text: string) {
  return [
    { type: 'source.cancel', params: ({ context }: Scope) => ({ id: context.id, text }) },
    {
      type: 'wire.close',
      params: ({ context }: Scope) => ({ id: context.id, code: CloseCode.GoingAway, text }),
    },
  ] as const;
}

/** What ends a stream in opening, active and cancelling alike. */
const whileRunning = {
  'source.ended': {
    target: '#producerStream.closed',
    actions: [
      {
        type: 'wire.close',
        params: ({ context, event }: Scope & { readonly event: { readonly text: string } }) => ({
          id: context.id,
          code: CloseCode.Normal,
          text: event.text,
        }),
      },
    ],
  },
  'source.failed': {
    target: '#producerStream.closed',
    actions: [
      {
        type: 'wire.close',
        params: ({ context, event }: Scope & { readonly event: { readonly code: number; readonly text: string } }) => ({
          id: context.id,
          code: event.code,
          text: event.text,
        }),
      },
    ],
  },
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

const onReport = [
  {
    guard: 'reportsAreExact',
    target: '#producerStream.closed',
    actions: stop('the consumer no longer reads the stream'),
  },
  { target: '#producerStream.cancelling' },
] as const;

/**
 * One stream as its producer sees it. Source: PROTOCOL.md, Producer stream.
 *
 * From the second record on, records go straight from the source to the wire: the transition of `source.record` then
 * changes neither state nor context, so the host publishes without asking.
 */
export const producerStreamMachine = streamSetup.createMachine({
  id: 'producerStream',
  description: 'PROTOCOL.md, Producer stream',
  context: ({ input }) => ({
    ...((input as ProducerStreamInput | undefined) ?? { id: '', subject: '', exact: false }),
  }),
  initial: 'opening',
  states: {
    opening: {
      description: 'Registered; the source starts. PROTOCOL.md, Producer stream: opening.',
      entry: [{ type: 'source.start', params: ({ context }) => ({ id: context.id }) }],
      on: {
        ...whileRunning,
        'source.record': { target: 'active', actions: [publish] },
        'heartbeat.reported': onReport,
      },
    },
    active: {
      description:
        'The source has handed over a record, or the reader was confirmed. PROTOCOL.md, Producer stream: active.',
      on: {
        ...whileRunning,
        'source.record': { actions: [publish] },
        'heartbeat.reported': onReport,
      },
    },
    cancelling: {
      description:
        'The consumer reported the stream, which a plain consumer may do to a live one: the source runs on and is ' +
        'published, until the report is withdrawn or the cancellation buffer is over. PROTOCOL.md, Producer stream: cancelling.',
      after: {
        cancellationBuffer: { target: 'closed', actions: stop('the consumer no longer reads the stream') },
      },
      on: {
        ...whileRunning,
        'source.record': { actions: [publish] },
        'heartbeat.confirmed': { target: 'active' },
        // No report can be withdrawn while the connection is down, so the judgement starts afresh with the next one.
        'link.lost': { target: 'active' },
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
