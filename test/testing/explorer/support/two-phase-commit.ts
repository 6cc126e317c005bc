import { assign, setup } from 'xstate';
import { system, type Faults, type StartActors, type System } from '../../../../src/testing/explorer/index.js';
import { commands } from './machines.js';

/**
 * Two-phase commit, after Gray and Lamport, "Consensus on Transaction Commit" (2004), section 3: a coordinator commits
 * if all participants are prepared, and aborts if one refuses or does not answer in time.
 */
const coordinator = setup({
  types: {
    context: {} as { readonly participants: readonly string[]; readonly votes: readonly string[] },
    events: {} as { readonly type: 'prepared' | 'refused'; readonly from: string },
  },
  actions: {
    ...commands,
    count: assign({
      votes: ({ context }, { from }: { readonly from: string }) => [...new Set([...context.votes, from])].sort(),
    }),
  },
  guards: {
    isLastVote: ({ context }, { from }: { readonly from: string }) =>
      context.participants.every((name) => name === from || context.votes.includes(name)),
  },
  delays: { voteTimeout: 5_000 },
}).createMachine({
  id: 'coordinator',
  context: ({ input }) => ({
    participants: (input as { readonly participants: readonly string[] } | undefined)?.participants ?? [],
    votes: [],
  }),
  initial: 'asking',
  states: {
    asking: {
      entry: [{ type: 'send', params: ({ context }) => ({ to: context.participants, event: { type: 'prepare' } }) }],
      on: {
        prepared: [
          { guard: { type: 'isLastVote', params: ({ event }) => ({ from: event.from }) }, target: 'committed' },
          { actions: [{ type: 'count', params: ({ event }) => ({ from: event.from }) }] },
        ],
        refused: 'aborted',
      },
      after: { voteTimeout: 'aborted' },
    },
    committed: {
      entry: [{ type: 'send', params: ({ context }) => ({ to: context.participants, event: { type: 'commit' } }) }],
    },
    aborted: {
      entry: [{ type: 'send', params: ({ context }) => ({ to: context.participants, event: { type: 'abort' } }) }],
    },
  },
});

const participantSetup = setup({
  types: { context: {} as { readonly name: string } },
  actions: commands,
  delays: { decisionTimeout: 10_000 },
});

const vote = (type: 'prepared' | 'refused') =>
  ({
    type: 'send',
    params: ({ context }: { readonly context: { readonly name: string } }) => ({
      to: 'coordinator',
      event: { type, from: context.name },
    }),
  }) as const;

const context = ({ input }: { readonly input: unknown }) =>
  (input as { readonly name: string } | undefined) ?? { name: '' };

/**
 * A participant that is prepared gave its word, and waits for the decision however long it takes. An impatient one makes
 * the mistake that is made in practice: it frees its locks when the decision takes too long.
 */
const participant = (isImpatient: boolean) =>
  participantSetup.createMachine({
    id: 'participant',
    context,
    initial: 'working',
    states: {
      working: {
        on: {
          prepare: { target: 'prepared', actions: [vote('prepared')] },
          fail: 'refusing',
          abort: 'aborted',
        },
      },
      refusing: { on: { prepare: { target: 'aborted', actions: [vote('refused')] }, abort: 'aborted' } },
      prepared: {
        on: { commit: 'committed', abort: 'aborted' },
        ...(isImpatient ? { after: { decisionTimeout: 'aborted' as const } } : {}),
      },
      committed: {},
      aborted: {},
    },
  });

export interface CommitOptions {
  readonly participants?: number;
  readonly isImpatient?: boolean;
  readonly delay?: number;
  readonly decisionTimeout?: number;
  readonly faults?: Faults;
}

/** One coordinator and its participants, any of which may fail before it is asked. */
export function commit(options: CommitOptions = {}): System {
  const { participants = 2, isImpatient = false, delay = 1, decisionTimeout = 6, faults = {} } = options;
  const names = Array.from({ length: participants }, (_, index) => `p${index + 1}`);
  const machine = participant(isImpatient);
  const processes: Readonly<Record<string, StartActors>> = {
    coordinator: { coordinator: { machine: coordinator, input: { participants: names } } },
    ...Object.fromEntries(names.map((name) => [name, { participant: { machine, input: { name } } }])),
  };
  return system({
    processes,
    delays: { voteTimeout: 3, decisionTimeout },
    network: { delay, links: Object.fromEntries(names.map((name) => [`coordinator<->${name}`, {}])) },
    stimuli: Object.fromEntries(names.map((name) => [`${name} fails`, { process: name, event: { type: 'fail' } }])),
    faults,
  });
}
