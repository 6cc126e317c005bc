import { expect } from 'chai';
import { assign, emit, fromPromise, setup, spawnChild, type AnyStateMachine } from 'xstate';
import { explore, system, type System, type SystemView } from '../../../src/testing/index.js';

/**
 * Is the response that comes late ignored? A search field as an app has it, with its `invoke`, its promise and what it
 * emits, unchanged. Nothing of it runs: what may come of the promise is said beside it.
 */
const search = fromPromise(async ({ input, signal }: { input: { q: string }; signal: AbortSignal }) => {
  const response = await fetch(`/search?q=${encodeURIComponent(input.q)}`, { signal });
  return (await response.json()) as readonly string[];
});

interface Context {
  readonly q: string;
  readonly results: readonly string[];
}

type Event = { readonly type: 'type'; readonly q: string };

const appSetup = setup({
  types: { context: {} as Context, events: {} as Event, emitted: {} as { readonly type: 'shown' } },
  actors: { search },
  delays: { debounce: 300 },
  actions: { keep: assign({ q: (_, { q }: { readonly q: string }) => q }) },
});

const keep = { type: 'keep', params: ({ event }: { readonly event: Event }) => ({ q: event.q }) } as const;

/** @param leaves whether the field leaves the search when something else is typed, which stops it. */
const typeahead = (leaves: boolean) =>
  appSetup.createMachine({
    id: 'typeahead',
    context: { q: '', results: [] },
    initial: 'idle',
    states: {
      idle: { on: { type: { target: 'waiting', actions: keep } } },
      waiting: {
        on: { type: { target: 'waiting', reenter: true, actions: keep } },
        after: { debounce: 'searching' },
      },
      searching: {
        invoke: {
          src: 'search',
          input: ({ context }) => ({ q: context.q }),
          onDone: {
            target: 'idle',
            actions: [assign({ results: ({ event }) => event.output }), emit({ type: 'shown' })],
          },
          onError: 'failed',
        },
        on: { type: leaves ? { target: 'waiting', actions: keep } : { actions: keep } },
      },
      failed: { on: { type: { target: 'waiting', actions: keep } } },
    },
  });

/** The same race with actors that the machine spawns, one for each key. */
const spawning = setup({
  types: {
    context: {} as Context & { readonly keys: number },
    events: {} as Event | { readonly type: `xstate.done.actor.${string}`; readonly output: readonly string[] },
  },
  actors: { search },
}).createMachine({
  id: 'spawning',
  context: { q: '', results: [], keys: 0 },
  on: {
    type: {
      actions: [
        assign({ q: ({ event }) => event.q, keys: ({ context }) => context.keys + 1 }),
        spawnChild('search', {
          id: ({ context }) => `search ${context.keys}`,
          input: ({ context }) => ({ q: context.q }),
        }),
      ],
    },
    'xstate.done.actor.*': { actions: [assign({ results: ({ event }) => event.output })] },
  },
});

const patience = 2;

function field(machine: AnyStateMachine, within?: number, mayFail = true): System {
  return system({
    processes: { page: { field: machine } },
    delays: machine.id === 'spawning' ? {} : { debounce: patience },
    actors: {
      search: {
        outcomes: {
          found: ({ q }: { readonly q: string }) => ({ output: [q] }),
          ...(mayFail ? { failed: () => ({ error: { message: 'offline' } }) } : {}),
        },
        ...(within === undefined ? {} : { within }),
      },
    },
    stimuli: {
      'types a': { process: 'page', event: { type: 'type', q: 'a' } },
      'types ab': { process: 'page', event: { type: 'type', q: 'ab' } },
    },
  });
}

const shown = ({ page }: SystemView) => page?.actors['field']?.context as unknown as Context | undefined;
const pendingIn = ({ page }: SystemView) => (page?.actors['field']?.pending.length ?? 0) > 0;
const rules = {
  always: {
    'what is shown is what was typed': (view: SystemView) => {
      const own = view['page']?.actors['field'];
      const isBusy = own?.matches('idle') === false || Object.keys(own?.timers ?? {}).length > 0;
      return isBusy || shown(view)?.results.every((result) => result === shown(view)?.q) === true;
    },
  },
  reachable: { 'something is shown': (view: SystemView) => (shown(view)?.results.length ?? 0) > 0 },
};

/** The states of the search field, counted by a search of its own. */
function countStates(leaves: boolean): number {
  type Field = { at: string; q: string; left: number; asked: string; results: string; keys: readonly string[] };
  const initial: Field = { at: 'idle', q: '', left: -1, asked: '', results: '', keys: ['a', 'ab'] };
  const stepsOf = (state: Field): Field[] => {
    const { at, q, left, asked, keys } = state;
    const waits = { at: 'waiting', left: patience, asked: '' };
    const next = keys.map((key): Field => {
      const typed = { ...state, q: key, keys: keys.filter((other) => other !== key) };
      return at === 'searching' && !leaves ? typed : { ...typed, ...waits };
    });
    if (at === 'waiting' && left > 0) next.push({ ...state, left: left - 1 });
    if (at === 'waiting' && left === 0) next.push({ ...state, at: 'searching', left: -1, asked: q });
    if (at === 'searching') {
      next.push({ ...state, at: 'idle', asked: '', results: asked }, { ...state, at: 'failed', asked: '' });
    }
    return next;
  };
  const seen = new Map([[JSON.stringify(initial), initial]]);
  for (const state of seen.values()) {
    for (const next of stepsOf(state)) if (!seen.has(JSON.stringify(next))) seen.set(JSON.stringify(next), next);
  }
  return seen.size;
}

describe('example: a search field', () => {
  it(`shows what was typed where it leaves a search that is out of date, in ${countStates(true)} states`, () => {
    expect(explore(field(typeahead(true)), rules).assert().states).to.equal(countStates(true));
  });

  it('shows what was typed before where it does not, in a trace that the actor itself takes', () => {
    const [violation] = explore(field(typeahead(false)), rules).violations;
    expect(violation?.steps.filter(({ kind }) => kind !== 'tick').map(({ kind, name }) => [kind, name])).to.deep.equal([
      ['stimulus', 'types a'],
      ['timer', 'xstate.after.debounce.typeahead.waiting'],
      ['stimulus', 'types ab'],
      ['settle', 'found'],
    ]);
    expect(violation?.toString()).to.include('⚑ 0.typeahead.searching: found');
    expect(violation?.replay().differences).to.deep.equal([]);
    const { states } = explore(field(typeahead(false)), { reachable: rules.reachable }).assert();
    expect(states).to.equal(countStates(false));
  });

  it('has the same race where it spawns a search for each key, and shows the one that comes last', () => {
    const [violation] = explore(field(spawning, undefined, false), {
      always: {
        'what is shown last is what was typed last': (view) =>
          pendingIn(view) || shown(view)?.results.every((result) => result === shown(view)?.q) === true,
      },
    }).violations;
    expect(violation?.steps.map(({ name }) => name)).to.deep.equal(['types a', 'types ab', 'found', 'found']);
    expect(violation?.replay().differences).to.deep.equal([]);
  });

  it('has an exact worst case where the server answers within a time', () => {
    const isSearching = ({ page }: SystemView) => page?.actors['field']?.matches('searching') === true;
    const leadsTo = { answered: { from: isSearching, to: (view: SystemView) => !isSearching(view) } };
    expect(explore(field(typeahead(true), 4), { leadsTo }).assert().worst).to.deep.equal({ answered: 4 });
    expect(explore(field(typeahead(true)), { leadsTo }).violations[0]?.reason).to.equal("'answered' may wait for ever");
  });
});
