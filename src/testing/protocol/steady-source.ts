import { setup } from 'xstate';
import type { AnyStateMachine } from 'xstate';

const stream = ({ context }: { readonly context: { readonly stream: string } }) => ({ id: context.stream });

/**
 * A source that hands over a record again and again, after each `sourcePeriod`: for what must go on as long as records
 * come, which a source that may rest at any time does not show. It ends only when it is cancelled.
 */
export const steadySourceMachine: AnyStateMachine = setup({
  types: {
    context: {} as { readonly stream: string },
    input: {} as { readonly stream: string },
    events: {} as { readonly type: 'cancel' },
  },
  actions: { 'source.produce': (_: unknown, _params: { readonly id: string }) => undefined },
  delays: { sourcePeriod: 1_000 },
}).createMachine({
  id: 'source',
  context: ({ input }) => ({ stream: (input as { readonly stream: string } | undefined)?.stream ?? '' }),
  initial: 'running',
  states: {
    running: {
      after: {
        sourcePeriod: { target: 'running', reenter: true, actions: [{ type: 'source.produce', params: stream }] },
      },
      on: { cancel: { target: 'cancelled' } },
    },
    cancelled: {},
  },
});
