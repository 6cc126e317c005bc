import { expect } from 'chai';
import {
  assign,
  createMachine,
  fromCallback,
  fromPromise,
  sendTo,
  setup,
  spawnChild,
  type AnyStateMachine,
} from 'xstate';
import {
  explore,
  simulate,
  system,
  type InvokedActor,
  type System,
  type SystemView,
} from '../../../../src/testing/index.js';
import { commands } from '../support/machines.js';

const never = fromPromise(() => new Promise<string>(() => undefined));

const asking = setup({ actors: { ask: never } }).createMachine({
  id: 'asking',
  initial: 'idle',
  states: {
    idle: { on: { go: 'asking' } },
    asking: { invoke: { src: 'ask', onDone: 'answered', onError: 'refused' }, on: { leave: 'idle' } },
    answered: { type: 'final' },
    refused: {},
  },
});

const yes: InvokedActor = { outcomes: { yes: () => ({ output: 'yes' }) } };

const one = (
  machine: AnyStateMachine,
  actors: Readonly<Record<string, InvokedActor>>,
  events: readonly string[],
): System =>
  system({
    processes: { page: { own: machine } },
    actors,
    stimuli: Object.fromEntries(events.map((type) => [type, { process: 'page', event: { type }, max: 2 } as never])),
  });

const isAt = (state: string) => (view: SystemView) => view['page']?.actors['own']?.matches(state) === true;
const refusal = (machine: AnyStateMachine) =>
  explore(one(machine, { ask: yes }, ['go']), { mayBeUnused: true }).violations[0]?.reason;

describe('what a machine invokes', () => {
  it('is refused where nothing says what may come of it, with the way to say it', () => {
    expect(() => one(asking, {}, ['go'])).to.throw(
      "machine 'asking' cannot be explored:\n  asking.asking → invoke: nothing says what may come of 'ask'; " +
        "let the system say it, like actors: { 'ask': { outcomes: {",
    );
    const inline = createMachine({ id: 'inline', invoke: { src: never } });
    expect(() => one(inline, {}, [])).to.throw(
      'give it a name in setup({ actors }), or an id, and let the system say it',
    );
    const spawning = setup({ actors: { other: never } }).createMachine({
      id: 'spawning',
      on: { go: { actions: [spawnChild('other', { id: 'mine' })] } },
    });
    expect(refusal(spawning)).to.include("nothing says what may come of 'other'");
  });

  it('ends with one of its outcomes, or is left, or never ends', () => {
    const outcomes = { yes: () => ({ output: 'yes' }), no: () => ({ error: { message: 'no' } }) };
    const result = explore(one(asking, { ask: { outcomes } }, ['go', 'leave']), {
      reachable: {
        refused: isAt('refused'),
        'answered, and over': (view) => view['page']?.actors['own'] === undefined,
      },
      leadsTo: { ends: { from: isAt('asking'), to: (view) => !isAt('asking')(view) } },
    });
    expect(result.violations.map(({ reason }) => reason)).to.deep.equal(["'ends' may wait for ever"]);
    expect(result.violations[0]?.replay().differences).to.deep.equal([]);
  });

  it('is not at rest while it is pending, and is one that may never come about where nobody waits for it', () => {
    const { atRest } = explore(one(asking, { ask: yes }, ['go']), {
      mayRest: (view) => !isAt('asking')(view),
    }).assert();
    expect(atRest).to.equal(1);
    const { unused, violations } = explore(one(asking, { ask: yes, other: yes }, ['go']));
    expect(unused).to.deep.equal([{ kind: 'outcome', name: 'other: yes' }]);
    expect(violations[0]?.reason).to.include("the outcome 'yes' of 'other' never happens");
    explore(one(asking, { ask: yes, other: { ...yes, mayBeUnused: true } }, ['go'])).assert();
  });

  it('may send events for as long as it is there, as a callback does', () => {
    const listening = setup({
      types: { context: {} as { readonly heard: number } },
      actors: { feed: fromCallback(() => () => undefined) },
    }).createMachine({
      id: 'listening',
      context: { heard: 0 },
      initial: 'on',
      states: {
        on: {
          invoke: { id: 'feed', src: 'feed' },
          entry: [sendTo('feed', { type: 'hello' })],
          on: {
            news: { actions: assign({ heard: ({ context }) => Math.min(2, context.heard + 1) }) },
            off: 'off',
          },
        },
        off: {},
      },
    });
    const heard = (count: number) => (view: SystemView) =>
      (view['page']?.actors['own']?.context as { readonly heard?: unknown } | undefined)?.heard === count;
    const feed: InvokedActor = { outcomes: { news: () => ({ event: { type: 'news' } }) }, within: 3 };
    const { worst, states } = explore(one(listening, { feed }, ['off']), {
      leadsTo: { 'hears twice': { from: () => true, to: (view) => heard(2)(view) || isAt('off')(view) } },
    }).assert();
    // While on: what was heard, 0 to 2, and up to 3 ticks left of it; while off: what was heard.
    expect({ worst, states }).to.deep.equal({ worst: { 'hears twice': 6 }, states: 3 * 4 + 3 });
    for (let seed = 0; seed < 5; seed += 1) {
      const walk = simulate(one(listening, { feed }, ['off']), { seed, steps: 30 });
      expect(walk.replay().differences, `seed ${seed}`).to.deep.equal([]);
    }
  });

  it('is refused where one child cannot be told from another, with the remedy', () => {
    const spawning = (id?: string) =>
      setup({ actors: { ask: never }, actions: commands }).createMachine({
        id: 'spawning',
        on: { go: { actions: [spawnChild('ask', id === undefined ? {} : { id })] } },
      });
    expect(refusal(spawning())).to.include('it spawned a child without an id: give spawnChild one');
    expect(refusal(spawning('mine'))).to.include(
      "it spawned 'mine' while another one of this id is pending: stop that first",
    );
  });

  it('has outcomes that are outcomes, or told', () => {
    const with_ = (outcome: unknown) => () =>
      explore(one(asking, { ask: { outcomes: { odd: outcome as () => never } } }, ['go'])).violations[0]?.reason;
    expect(with_(() => 'yes')()).to.equal(
      "page/own, the outcome 'odd' of '0.asking.asking': expected { output }, { error } or { event }, came 'yes'",
    );
    expect(with_(() => ({ output: 1, error: 2 }))()).to.include('came { output, error }');
    expect(with_(() => ({ output: new Map() }))()).to.include('the outcome.output is a Map, which is not plain data');
    expect(with_(async () => Promise.resolve({}))).to.throw(
      "outcome 'odd': expected a function, came an async function",
    );
    expect(() => one(asking, { ask: { outcomes: {} } }, [])).to.throw("actors 'ask': expected outcomes by name");
    expect(() => one(asking, { ask: { ...yes, witin: 1 } as never }, [])).to.throw(
      "came 'witin' (did you mean 'within'?)",
    );
  });
});
