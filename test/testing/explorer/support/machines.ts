import { assign, setup } from 'xstate';

/** Declares the plain adapter's commands: they do nothing by themselves. */
const declare = (_: unknown, __: object) => undefined;

export const commands = { send: declare, tell: declare, spawn: declare, stop: declare, note: declare };

/** Asks a server until it answers; one question at a time. */
export const askingClient = setup({ actions: commands, delays: { retry: 5_000 } }).createMachine({
  id: 'client',
  initial: 'idle',
  states: {
    idle: { on: { go: 'asking' } },
    asking: {
      entry: [{ type: 'send', params: { to: 'server', event: { type: 'request' } } }],
      on: { reply: 'done' },
      after: { retry: { target: 'asking', reenter: true } },
    },
    done: {},
  },
});

/** Answers each request at once. */
export const answeringServer = setup({ actions: commands }).createMachine({
  id: 'server',
  initial: 'up',
  states: {
    up: { on: { request: { actions: [{ type: 'send', params: { to: 'client', event: { type: 'reply' } } }] } } },
  },
});

/** Counts up to a number, then starts again from 0. */
export const counter = setup({
  types: { context: {} as { readonly count: number; readonly size: number } },
  actions: { count: assign({ count: ({ context }) => (context.count + 1) % context.size }) },
}).createMachine({
  id: 'counter',
  context: ({ input }) => ({ count: 0, size: (input as { readonly size: number } | undefined)?.size ?? 1 }),
  initial: 'counting',
  states: { counting: { on: { up: { actions: [{ type: 'count' }] } } } },
});
