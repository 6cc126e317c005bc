import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { explore, system, type StartActors, type Stimulus, type SystemView } from '../../../src/testing/index.js';
import { commands } from '../explorer/support/machines.js';

type View = SystemView<Readonly<Record<string, StartActors>>>;

/**
 * Can one commit what another aborts? Two-phase commit as Lamport wrote it in TLA+: no clocks, messages that stay, and
 * whatever may happen may happen at any time. TLC and Stateright count its states, too.
 */
const manager = setup({
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

const keeper = setup({ types: { context: {} as { readonly name: string } }, actions: commands }).createMachine({
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

function twoPhase(count: number) {
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

const someIs = (state: string) => (view: View) =>
  Object.values(view).some(({ actors }) => actors['keeper']?.matches(state) === true);
const isDecided = (view: View) =>
  Object.values(view).every(({ actors }) => actors['keeper']?.matches('prepared') !== true);

describe('example: two-phase commit as in TLA+', () => {
  // For 3 and 5 of them as TLC and Stateright count.
  for (const [count, states] of [
    [3, 288],
    [4, 1_568],
    [5, 8_832],
  ] as const) {
    it(`has ${states} states for ${count} resource managers, and in none of them one commits what another aborts`, () => {
      const result = explore(twoPhase(count), {
        always: { agreement: (view) => !(someIs('committed')(view) && someIs('aborted')(view)) },
        reachable: { committed: someIs('committed'), aborted: someIs('aborted') },
        mayRest: isDecided,
      }).assert();
      expect(result.states).to.equal(states);
    });
  }

  it('shows a trace that the actors themselves take', () => {
    const [violation] = explore(twoPhase(2), {
      always: { 'nobody commits': (view) => !someIs('committed')(view) },
    }).violations;
    const kinds = violation?.steps.map(({ kind }) => kind).sort();
    expect(kinds).to.deep.equal(['deliver', 'deliver', 'deliver', 'stimulus', 'stimulus', 'stimulus']);
    expect(violation?.replay().differences).to.deep.equal([]);
  });
});
