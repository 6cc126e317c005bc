import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { explore, system, type CrashFault, type SystemView } from '../../../src/testing/index.js';
import { commands } from '../explorer/support/machines.js';
import { countElectionStates } from './support/raft-model.js';

/**
 * Can two leaders be elected in one term? Raft's election (Ongaro and Ousterhout, 2014, section 5.2) of three servers, on
 * a network in which messages stay, as in Ongaro's TLA+ model. A server may crash and start again, so that its term and
 * its vote must be on disk before anybody hears of them: here the disk is a note, and `recall` reads it.
 */
interface Vote {
  readonly term: number;
  readonly votedFor: string;
}

interface Context {
  readonly name: string;
  readonly others: readonly string[];
  readonly term: number;
  readonly votedFor: string;
  readonly termMax: number;
}

type Event =
  { readonly type: 'timeout' } | { readonly type: 'ask' | 'grant'; readonly term: number; readonly from: string };

const serverSetup = setup({
  types: { context: {} as Context, events: {} as Event },
  actions: {
    ...commands,
    vote: assign((_, vote: Vote) => vote),
  },
  guards: {
    mayStand: ({ context }) => context.term < context.termMax,
    isNewer: ({ context }, { term }: { readonly term: number }) => term > context.term,
    isOwnAgain: ({ context }, { term, from }: { readonly term: number; readonly from: string }) =>
      term === context.term && context.votedFor === from,
    // Its own vote and another one are two of three.
    isElected: ({ context }, { term }: { readonly term: number }) => term === context.term,
  },
});

type Scope = { readonly context: Context; readonly event: Event };
const asked = ({ event }: Scope) => event as Extract<Event, { readonly from: string }>;
const voteOf = (scope: Scope) => ({ term: asked(scope).term, votedFor: asked(scope).from });

/** @param answersFirst whether a server answers before its vote is on disk, which is the mistake. */
function serverMachine(answersFirst: boolean) {
  const write = {
    type: 'note',
    params: ({ context: { term, votedFor } }: Scope) => ({ name: 'vote', value: { term, votedFor } }),
  } as const;
  const grant = {
    type: 'send',
    params: (scope: Scope) => ({
      to: asked(scope).from,
      event: { type: 'grant', term: asked(scope).term, from: scope.context.name },
    }),
  } as const;
  return serverSetup.createMachine({
    id: 'server',
    context: ({ input }) => ({
      ...{ name: '', others: [], term: 0, votedFor: '', termMax: 1 },
      ...(input as Partial<Context> | undefined),
    }),
    initial: 'follower',
    on: {
      ask: [
        {
          guard: { type: 'isNewer', params: ({ event }) => ({ term: event.term }) },
          target: '.follower',
          actions: [{ type: 'vote', params: voteOf }, ...(answersFirst ? [grant, write] : [write, grant])],
        },
        { guard: { type: 'isOwnAgain', params: ({ event }) => event }, actions: [grant] },
      ],
    },
    states: {
      follower: { on: { timeout: { guard: 'mayStand', target: 'candidate' } } },
      candidate: {
        entry: [
          {
            type: 'vote',
            params: ({ context }) => ({ term: context.term + 1, votedFor: context.name }),
          },
          write,
          {
            type: 'send',
            params: ({ context: { others, term, name } }) => ({ to: others, event: { type: 'ask', term, from: name } }),
          },
        ],
        on: {
          timeout: { guard: 'mayStand', target: 'candidate', reenter: true },
          grant: [{ guard: { type: 'isElected', params: ({ event }) => event }, target: 'leader' }],
        },
      },
      leader: {},
    },
  });
}

const names = ['a', 'b', 'c'] as const;

interface Election {
  readonly termMax?: number;
  readonly crash?: CrashFault;
  readonly remembers?: boolean;
  readonly answersFirst?: boolean;
}

function election({ termMax = 1, crash, remembers = true, answersFirst = false }: Election) {
  const machine = serverMachine(answersFirst);
  const server = (name: string) => {
    const own = { name, others: names.filter((other) => other !== name), termMax };
    return {
      server: {
        machine,
        input: own,
        ...(remembers ? { recall: ({ vote }: { vote?: unknown }) => ({ ...own, ...(vote as Vote | undefined) }) } : {}),
      },
    };
  };
  const times = <Name extends 'a' | 'b' | 'c'>(process: Name) =>
    ({ process, event: { type: 'timeout' }, max: Infinity }) as const;
  return system({
    processes: { a: server('a'), b: server('b'), c: server('c') },
    network: { order: 'set' },
    stimuli: { 'a times out': times('a'), 'b times out': times('b'), 'c times out': times('c') },
    ...(crash === undefined ? {} : { faults: { crash } }),
  });
}

type View = SystemView<ReturnType<typeof election>['processes'] & object>;

const leaders = (view: View) =>
  names.flatMap((name) => {
    const own = view[name].actors.server;
    return own?.matches('leader') === true ? [own.context.term] : [];
  });
const rules = {
  always: {
    'one leader in a term': (view: View) => new Set(leaders(view)).size === leaders(view).length,
  },
  reachable: { 'somebody is elected': (view: View) => leaders(view).length > 0 },
};
const restarts = { max: 1, restart: true } as const;

describe("example: Raft's election", () => {
  for (const given of [
    { termMax: 1 },
    { termMax: 2 },
    { termMax: 1, crash: restarts },
    { termMax: 1, crash: { ...restarts, midStep: true } },
    { termMax: 1, crash: { max: 2, of: ['a', 'b'], restart: true, midStep: true } },
  ] as const satisfies readonly Election[]) {
    const expected = countElectionStates(given);
    it(`has one leader in a term, in ${expected} states: ${JSON.stringify(given)}`, () => {
      expect(explore(election(given), rules).assert().states).to.equal(expected);
    });
  }

  it('has two where the vote does not survive a crash', () => {
    const [violation] = explore(election({ crash: restarts, remembers: false }), rules).violations;
    expect(violation?.property).to.equal('one leader in a term');
    expect(violation?.steps.map(({ kind }) => kind)).to.include.members(['crash', 'restart']);
    expect(violation?.replay().differences).to.deep.equal([]);
  });

  it('has two where the answer is sent before the vote is written, and the server crashes between the two', () => {
    explore(election({ crash: restarts, answersFirst: true }), rules).assert();
    const [violation] = explore(
      election({ crash: { ...restarts, midStep: true }, answersFirst: true }),
      rules,
    ).violations;
    expect(violation?.property).to.equal('one leader in a term');
    expect(violation?.steps.find(({ kind }) => kind === 'crash')?.interrupted).to.deep.equal({
      kind: 'deliver',
      effects: 1,
    });
    expect(violation?.toString()).to.match(/✝ crashes amid ask \{.*\} from ., after 1 of its effects/);
    expect(violation?.replay().differences).to.deep.equal([]);
  });
});
