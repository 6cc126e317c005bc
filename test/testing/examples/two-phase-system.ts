import { assign, setup } from 'xstate';
import { system, type StartActors, type Stimulus, type SystemView } from '../../../src/testing/index.js';
import { commands } from '../explorer/support/machines.js';

export type View = SystemView<Readonly<Record<string, StartActors>>>;

/**
 * Can one commit what another aborts? Two-phase commit as Lamport wrote it in TLA+: no clocks, messages that stay, and
 * whatever may happen may happen at any time. TLC and Stateright count its states, too.
 */
export const manager = setup({
  types: {
    context: {} as { readonly all: readonly string[]; readonly prepared: readonly string[] },
    events: {} as { readonly type: 'prepared'; readonly by: string } | { readonly type: 'decide' | 'giveUp' },
  },
  actions: {
    ...commands,
    remember: assign({
      prepared: ({ context }, { by }: { readonly by: string }) => [...new Set([...context.prepared, by])].sort(),
    }),
  },
  guards: { areAllPrepared: ({ context }) => context.prepared.length === context.all.length },
}).createMachine({
  id: 'manager',
  context: ({ input }) => ({
    all: (input as { readonly all: readonly string[] } | undefined)?.all ?? [],
    prepared: [],
  }),
  initial: 'undecided',
  states: {
    undecided: {
      on: {
        prepared: { actions: [{ type: 'remember', params: ({ event }) => ({ by: event.by }) }] },
        decide: { guard: 'areAllPrepared', target: 'committed' },
        giveUp: 'aborted',
      },
    },
    committed: { entry: [{ type: 'send', params: ({ context }) => ({ to: context.all, event: { type: 'commit' } }) }] },
    aborted: { entry: [{ type: 'send', params: ({ context }) => ({ to: context.all, event: { type: 'abort' } }) }] },
  },
});

export const keeper = setup({ types: { context: {} as { readonly name: string } }, actions: commands }).createMachine({
  id: 'keeper',
  context: ({ input }) => ({ name: (input as { readonly name: string } | undefined)?.name ?? '' }),
  initial: 'working',
  states: {
    working: { on: { prepare: 'prepared', refuse: 'aborted', commit: 'committed', abort: 'aborted' } },
    prepared: {
      entry: [
        { type: 'send', params: ({ context }) => ({ to: 'manager', event: { type: 'prepared', by: context.name } }) },
      ],
      on: { commit: 'committed', abort: 'aborted' },
    },
    committed: {},
    aborted: {},
  },
});

/** One manager, and so many keepers of resources. */
export function twoPhase(count: number) {
  const all = Array.from({ length: count }, (_, index) => `r${index + 1}`);
  const processes: Readonly<Record<string, StartActors>> = {
    manager: { manager: { machine: manager, input: { all } } },
    ...Object.fromEntries(all.map((name) => [name, { keeper: { machine: keeper, input: { name } } }])),
  };
  const at = (process: string, type: string): Stimulus<View> => ({ process, event: { type }, max: Infinity });
  return system({
    processes,
    network: { order: 'set', links: Object.fromEntries(all.map((name) => [`manager<->${name}`, {}])) },
    stimuli: {
      decide: at('manager', 'decide'),
      'give up': at('manager', 'giveUp'),
      ...Object.fromEntries(
        all.flatMap((name) => [
          [`${name} prepares`, at(name, 'prepare')],
          [`${name} refuses`, at(name, 'refuse')],
        ]),
      ),
    },
  });
}
