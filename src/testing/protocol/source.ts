import { setup } from 'xstate';

interface SourceContext {
  /** The stream that is fed. */
  readonly stream: string;
}

type SourceEvent =
  /** The source has a record. */
  | { readonly type: 'produce' }
  /** The source comes to its own end. */
  | { readonly type: 'finish' }
  /** The source fails. */
  | { readonly type: 'fail' }
  /** The stream is over; nobody reads what the source makes. */
  | { readonly type: 'cancel' };

const stream = ({ context }: { readonly context: SourceContext }) => ({ id: context.stream });

const sourceSetup = setup({
  types: {
    context: {} as SourceContext,
    input: {} as { readonly stream: string },
    events: {} as SourceEvent,
  },
  actions: {
    'source.produce': (_: unknown, _params: { readonly id: string }) => undefined,
    'source.finish': (_: unknown, _params: { readonly id: string }) => undefined,
    'source.fail': (_: unknown, _params: { readonly id: string }) => undefined,
  },
});

const whileRunning = {
  produce: { actions: [{ type: 'source.produce', params: stream }] },
  finish: { target: 'ended', actions: [{ type: 'source.finish', params: stream }] },
  cancel: { target: 'cancelled' },
} as const;

const startContext = ({ input }: { readonly input: unknown }): SourceContext => ({
  stream: (input as { readonly stream: string } | undefined)?.stream ?? '',
});

/** The source of a stream, as an actor of the model. It outlives the stream, so that properties can check its end. */
export const sourceMachine = sourceSetup.createMachine({
  id: 'source',
  context: startContext,
  initial: 'running',
  states: {
    running: { on: whileRunning },
    ended: { description: 'By itself.' },
    cancelled: {},
  },
});

/** A source that may fail as well. */
export const failingSourceMachine = sourceSetup.createMachine({
  id: 'source',
  context: startContext,
  initial: 'running',
  states: {
    running: {
      on: { ...whileRunning, fail: { target: 'failed', actions: [{ type: 'source.fail', params: stream }] } },
    },
    ended: { description: 'By itself.' },
    failed: {},
    cancelled: {},
  },
});
