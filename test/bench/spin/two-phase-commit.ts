import { assign, setup } from 'xstate';
import type { StartActors, Stimulus, System, SystemView } from '../../../src/testing/index.js';
import { built } from '../../support/bench.js';

const { system } = (await built('testing/index.js')) as typeof import('../../../src/testing/index.js');

type Send = {
  readonly to: string | readonly string[];
  readonly event: { readonly type: string; readonly by?: string };
};
const send = (_: unknown, __: Send) => undefined;
type Names = { readonly names: readonly string[] };
type Name = { readonly name: string };

const tellAll = (type: string) =>
  ({
    type: 'send',
    params: ({ context }: { readonly context: Names }) => ({ to: context.names, event: { type } }),
  }) as const;

const coordinator = setup({
  types: {
    context: {} as Names & { readonly votes: readonly string[] },
    events: {} as { readonly type: 'prepared'; readonly by: string } | { readonly type: 'giveUp' },
  },
  actions: {
    send,
    count: assign({
      votes: ({ context }, { by }: { readonly by: string }) => [...new Set([...context.votes, by])].sort(),
    }),
  },
  guards: { isLast: ({ context }) => context.votes.length + 1 === context.names.length },
}).createMachine({
  id: 'coordinator',
  context: ({ input }) => ({ names: (input as Names | undefined)?.names ?? [], votes: [] }),
  initial: 'asking',
  states: {
    asking: {
      on: {
        prepared: [
          { guard: 'isLast', target: 'committed' },
          { actions: [{ type: 'count', params: ({ event }) => ({ by: event.by }) }] },
        ],
        giveUp: 'aborted',
      },
    },
    committed: { entry: [tellAll('commit')] },
    aborted: { entry: [tellAll('abort')] },
  },
});

const isPrepared = {
  type: 'send',
  params: ({ context }: { readonly context: Name }) => ({
    to: 'coordinator',
    event: { type: 'prepared', by: context.name },
  }),
} as const;

const participant = setup({ types: { context: {} as Name }, actions: { send } }).createMachine({
  id: 'participant',
  context: ({ input }) => ({ name: (input as Name | undefined)?.name ?? '' }),
  initial: 'working',
  states: {
    working: { on: { prepare: 'prepared', refuse: 'aborted', abort: 'aborted' } },
    prepared: { entry: [isPrepared], on: { commit: 'committed', abort: 'aborted' } },
    committed: {},
    aborted: {},
  },
});

type Processes = Readonly<Record<string, StartActors>>;

/** Two-phase commit with so many participants: each prepares or refuses, and the coordinator may give up. */
export function twoPhaseCommit(participants: number): System<Processes> {
  const names = Array.from({ length: participants }, (_, index) => `p${index}`);
  const processes: Processes = {
    coordinator: { coordinator: { machine: coordinator, input: { names } } },
    ...Object.fromEntries(names.map((name) => [name, { participant: { machine: participant, input: { name } } }])),
  };
  const stimuli: Readonly<Record<string, Stimulus<SystemView<Processes>>>> = {
    'give up': { process: 'coordinator', event: { type: 'giveUp' }, max: Infinity },
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`${name} prepares`, { process: name, event: { type: 'prepare' }, max: Infinity }],
        [`${name} refuses`, { process: name, event: { type: 'refuse' }, max: Infinity }],
      ]),
    ),
  };
  return system({
    processes,
    network: { links: Object.fromEntries(names.map((name) => [`coordinator<->${name}`, {}])) },
    stimuli,
  });
}
