import { setup } from 'xstate';

/** The next turn of the event loop: it comes before time goes on, and lets whatever is due at the same time in first. */
export const deliveryTurnMachine = setup({
  types: {
    context: {} as { readonly stream: string },
    input: {} as { readonly stream: string },
  },
  actions: { 'turn.begin': (_: unknown, _params: { readonly id: string }) => undefined },
  delays: { turn: 0 },
}).createMachine({
  id: 'turn',
  context: ({ input }) => ({ stream: (input as { readonly stream: string } | undefined)?.stream ?? '' }),
  initial: 'awaited',
  states: {
    awaited: {
      after: {
        turn: {
          target: 'over',
          actions: [{ type: 'turn.begin', params: ({ context }) => ({ id: context.stream }) }],
        },
      },
    },
    over: { type: 'final' },
  },
});
