import { expect } from 'chai';
import { setup } from 'xstate';
import {
  deliveryProperties,
  deliverySystem,
  explore,
  exploreAll,
  exploreAsync,
  mutate,
  protocolProperties,
  protocolSystem,
  simulate,
  sweep,
  system,
  worstCase,
  type ExploreOptions,
  type System,
  type SystemView,
} from '../../../../src/testing/index.js';
import { askingClient, answeringServer } from '../support/machines.js';
import { isAsking, isDone, requestSystem } from '../support/request-system.js';

/** Options as JavaScript lets them pass. */
const loose = (options: object) => options as ExploreOptions<SystemView>;
const request = (given: object = {}) => requestSystem(given) as System;
const runs: Readonly<Record<string, (options: object) => unknown>> = {
  explore: (options) => explore(request(), loose(options)),
  simulate: (options) => simulate(request(), { seed: 1, steps: 5, ...loose(options) }),
  sweep: (options) => sweep(() => request(), { x: [1] }, loose(options)),
  mutate: (options) => mutate(request(), loose(options)),
};
const config = (given: object) => () =>
  system({
    processes: { client: { client: askingClient }, server: { server: answeringServer } },
    delays: { retry: 3 },
    ...given,
  });

describe('a slip of the pen', () => {
  const yes = () => true;

  for (const [name, run] of Object.entries(runs)) {
    it(`in the options of ${name} is refused, and told what may have been meant`, () => {
      expect(() => run({ alway: { rule: yes } })).to.throw("came 'alway' (did you mean 'always'?)");
      expect(() => run({ stimulus: {} })).to.throw("came 'stimulus' (did you mean 'stimuli'?)");
      expect(() => run({ leadsto: {} })).to.throw("came 'leadsto' (did you mean 'leadsTo'?)");
      expect(() => run({ faults: { dropp: 1 } }))
        .to.throw('faults: expected one of drop,')
        .with.property('message')
        .that.includes("came 'dropp' (did you mean 'drop'?)");
      expect(() => run({ leadsTo: { done: { from: yes, to: yes, witin: 1 } } })).to.throw(
        "leadsTo 'done': expected one of from, to, within, mayBeUnused, came 'witin' (did you mean 'within'?)",
      );
    });
  }

  it('rejects in an exploration that lets the event loop turn', async () => {
    const refused = await exploreAsync(request(), loose({ alway: {} })).catch(
      (error: unknown) => (error as Error).message,
    );
    expect(refused).to.include("did you mean 'always'?");
  });

  it('in the options of worstCase is refused', () => {
    const run = () => worstCase(request(), yes, yes, { faultss: {} } as never);
    expect(run).to.throw("came 'faultss' (did you mean 'faults'?)");
  });

  it('in the options of the protocol and of its properties is refused', () => {
    for (const [make, wrong, meant] of [
      [protocolSystem, 'stream', 'streams'],
      [protocolProperties, 'dela', 'delay'],
      [deliverySystem, 'windowRecord', 'windowRecords'],
      [deliveryProperties, 'symetric', 'symmetric'],
    ] as const) {
      expect(() => make({ [wrong]: 1 })).to.throw(`came '${wrong}' (did you mean '${meant}'?)`);
      expect(() => make({ ticks: { intervall: 1 } } as never)).to.throw(
        "ticks: expected one of interval, requestTimeout, silence, open, retry, producerBuffer, consumerBuffer, came 'intervall'",
      );
      expect(() => make({ incidents: ['consumerClose'] } as never)).to.throw("did you mean 'consumerCloses'?");
    }
  });

  it('in the options and scenarios of exploreAll is refused', async () => {
    const refusal = async (scenario: object, options: object) =>
      exploreAll([{ name: 'a', module: import.meta.url, ...scenario }], options).catch(
        (error: unknown) => (error as Error).message,
      );
    expect(await refusal({}, { worker: 1 })).to.include("came 'worker' (did you mean 'workers'?)");
    expect(await refusal({ arg: [] }, {})).to.include("the scenario 'a': expected one of name, module, export, args");
  });

  it('in a limit and in the words of an option is refused', () => {
    expect(() => explore(request(), loose({ limit: { state: 5 } }))).to.throw(
      "limit: expected one of states, seconds, partial, came 'state' (did you mean 'states'?)",
    );
    expect(() => explore(request(), loose({ limit: { states: '5' } }))).to.throw(
      "limit.states: expected a number, came '5'",
    );
    expect(() => explore(request(), loose({ stopAt: 'frist' }))).to.throw("came 'frist' (did you mean 'first'?)");
  });

  const descriptions: readonly (readonly [what: string, given: object, refusal: string])[] = [
    ['a field', { fault: { drop: 1 } }, "came 'fault' (did you mean 'faults'?)"],
    ['a fault', { faults: { dublicate: 1 } }, "came 'dublicate' (did you mean 'duplicate'?)"],
    [
      'a field of a fault',
      { faults: { crash: { max: 1, restarts: true } } },
      "came 'restarts' (did you mean 'restart'?)",
    ],
    ['the network', { network: { delya: 1 } }, "network: expected one of delay, order, loss, links, came 'delya'"],
    ['an order', { network: { order: 'conection' } }, "came 'conection' (did you mean 'connection'?)"],
    [
      'a link',
      { network: { links: { 'client->server': { dely: 1 } } } },
      "link 'client->server': expected one of delay, order, loss, came 'dely'",
    ],
    ['a stimulus', { stimuli: { go: { process: 'client', evnt: { type: 'go' } } } }, "stimulus 'go': expected one of"],
    [
      'an event and a message',
      { stimuli: { go: { process: 'client', event: { type: 'go' }, message: {} } } },
      'expected an event or a message, came both',
    ],
    [
      'an event without a type',
      { stimuli: { go: { process: 'client', event: 'go' } } },
      "expected an event { type }, came 'go'",
    ],
    [
      'an actor',
      { processes: { client: { client: { machin: askingClient } } } },
      "actor 'client': expected one of machine, input, recall, came 'machin'",
    ],
    ['an adapter', { adapter: { command: yes, recieve: yes } }, "came 'recieve' (did you mean 'receive'?)"],
  ];
  for (const [what, given, refusal] of descriptions) {
    it(`in a description, ${what}, is refused`, () => {
      expect(config(given)).to.throw(refusal);
    });
  }

  it('does not keep an adapter of a class with fields of its own from being one by a method it lacks', () => {
    expect(config({ adapter: { command: yes } })).to.throw('adapter.receive: expected a method, came undefined');
  });
});

describe('a rule that cannot say no', () => {
  it('is refused where it is async, a generator, or no function', () => {
    const always = (rule: unknown) => () => explore(request(), loose({ always: { rule } }));
    expect(always(async () => await Promise.resolve(false))).to.throw(
      "always 'rule': expected a function that gives true or false, came an async function: it must answer at once",
    );
    expect(
      always(function* () {
        yield false;
      }),
    ).to.throw('came a generator');
    expect(always(true)).to.throw("always 'rule': expected a function, came boolean true");
    const when = { go: { process: 'client', event: { type: 'go' }, when: async () => await Promise.resolve(true) } };
    expect(config({ stimuli: when })).to.throw("stimulus 'go': when: expected a function that gives true or false");
    const fault = { drop: { max: 1, when: async () => await Promise.resolve(true) } };
    expect(config({ faults: fault })).to.throw('faults.drop.when: expected a function that gives true or false');
  });

  it('is refused where it gives anything but true or false', () => {
    const rules: readonly (readonly [unknown, string])[] = [
      [undefined, 'came undefined'],
      [1, 'came number 1'],
      ['no', "came 'no'"],
      [Promise.resolve(false), 'came a promise'],
    ];
    for (const [answer, refusal] of rules) {
      const rule = (() => answer) as unknown as () => boolean;
      for (const options of [
        { always: { rule } },
        { reachable: { rule } },
        { leadsTo: { rule: { from: rule, to: () => true } } },
        { leadsTo: { rule: { from: () => true, to: rule } } },
        { faults: { drop: { max: 1, when: rule } } },
        { stimuli: { go: { process: 'client', event: { type: 'go' }, when: rule } } },
      ]) {
        expect(() => explore(request(), loose(options)), JSON.stringify(options)).to.throw(
          `expected true or false, ${refusal}`,
        );
      }
    }
  });
});

describe('what never comes about', () => {
  const tells = (options: ExploreOptions<SystemView>, given: object = {}) => {
    const result = explore(request(given), options);
    return { unused: result.unused, reasons: result.violations.map(({ reason }) => reason), result };
  };

  it('a stimulus that no state takes is told, and fails', () => {
    const late = { process: 'client', event: { type: 'reply' } };
    const { unused, reasons, result } = tells({ stimuli: { late } });
    expect(unused).to.deep.equal([{ kind: 'stimulus', name: 'late' }]);
    expect(reasons).to.deep.equal([
      "the stimulus 'late' never happens: nothing ever comes of it, in 1 states. " +
        'Where that is right, say so with mayBeUnused: true',
    ]);
    expect(() => result.assert()).to.throw("the stimulus 'late' never happens");
    expect(result.ok).to.equal(false);
  });

  it('a stimulus whose guard never holds is told, and one that may not happen at all is not', () => {
    const go = { process: 'client', event: { type: 'go' } };
    expect(tells({ stimuli: { go: { ...go, when: () => false } } }).unused).to.deep.equal([
      { kind: 'stimulus', name: 'go' },
    ]);
    expect(tells({ stimuli: { go: { ...go, max: 0 } } }).unused).to.deep.equal([]);
  });

  it('a fault of whose budget nothing is used is told, and fails', () => {
    const never = { max: 1, when: () => false };
    const { unused, reasons } = tells(
      { stopAt: 'end' },
      { faults: { drop: never, duplicate: never }, network: { delay: 0 } },
    );
    expect(unused).to.deep.equal([
      { kind: 'fault', name: 'drop' },
      { kind: 'fault', name: 'duplicate' },
    ]);
    expect(reasons[0]).to.include("the fault 'drop' has a budget and never happens");
  });

  it('a leadsTo whose from never holds is told, and fails', () => {
    const { unused, reasons } = tells({ leadsTo: { never: { from: () => false, to: () => true } } });
    expect(unused).to.deep.equal([{ kind: 'leadsTo', name: 'never' }]);
    expect(reasons[0]).to.include("the leadsTo 'never' is never asked for: its 'from' never holds");
  });

  it('is all right where that is said, of one or of all, and told still', () => {
    const late = { process: 'client', event: { type: 'reply' } };
    const never = { from: () => false, to: () => true };
    const faults = { drop: { max: 1, mayBeUnused: true } };
    const each = tells({
      stimuli: { late: { ...late, mayBeUnused: true } },
      leadsTo: { never: { ...never, mayBeUnused: true } },
      faults,
    });
    expect(each.unused.map(({ name }) => name)).to.deep.equal(['late', 'drop', 'never']);
    expect(each.result.assert().ok).to.equal(true);
    const all = tells({ stimuli: { late }, leadsTo: { never }, faults: { drop: 1 }, mayBeUnused: true });
    expect(all.unused).to.deep.equal(each.unused);
    expect(all.result.assert().ok).to.equal(true);
  });

  it('is not judged where something else ended the exploration', () => {
    const never = { from: () => false, to: () => true };
    expect(tells({ leadsTo: { never }, limit: { states: 2, partial: true } }).unused).to.deep.equal([]);
    expect(tells({ leadsTo: { never }, always: { never: () => false } }).unused).to.deep.equal([]);
  });

  it('is told of ids that are exchanged as of those that are not', () => {
    const lamp = setup({}).createMachine({
      id: 'lamp',
      initial: 'off',
      states: { off: { on: { press: 'on' } }, on: {} },
    });
    const lamps = (ids: readonly string[]) =>
      system({
        processes: { house: { A: lamp, B: lamp } },
        stimuli: {
          'press A': { process: 'house', actor: 'A', event: { type: 'press' } },
          'press B': { process: 'house', actor: 'B', event: { type: 'press' } },
        },
        ids,
      });
    expect(explore(lamps([])).assert().states).to.equal(4);
    expect(explore(lamps(['A', 'B'])).assert().states).to.equal(3);
  });

  it('is not what worstCase calls a violation', () => {
    expect(worstCase(requestSystem(), () => false, isDone).ticks).to.equal(undefined);
    expect(worstCase(requestSystem(), isAsking, isDone).ticks).to.equal(2);
  });
});

describe('a stimulus that nobody handles', () => {
  /** Pressed, it blinks once; it hears nothing else. */
  const button = setup({ delays: { blink: 1 } }).createMachine({
    id: 'button',
    initial: 'dark',
    states: { dark: { on: { press: 'lit' } }, lit: { after: { blink: 'dark' } } },
  });
  const press = { process: 'p', event: { type: 'press' } } as const;
  const panel = (max: number, mayBeIgnored = false) =>
    system({
      processes: { p: { button } },
      delays: { blink: 2 },
      stimuli: { press: { ...press, max, mayBeIgnored } },
    });

  it('happens only where something comes of it, unless asked', () => {
    // Dark with 3, 2, 1 and 0 presses left, and lit with 2, 1 and 0 of them and 2, 1 and 0 ticks.
    expect(explore(panel(3)).assert().states).to.equal(4 + 9);
    const asked = explore(panel(3, true)).assert();
    expect(asked.states).to.equal(4 + 9);
    expect(asked.edges).to.be.above(explore(panel(3)).edges);
  });

  it('takes no steps of a simulation', () => {
    const walk = simulate(panel(Infinity), { seed: 1, steps: 200 });
    const idle = walk.trace().steps.filter(({ kind, changed }) => kind === 'stimulus' && changed.length === 0);
    expect(idle).to.have.length(0);
    const asked = simulate(panel(Infinity, true), { seed: 1, steps: 200 });
    expect(
      asked.trace().steps.filter(({ kind, changed }) => kind === 'stimulus' && changed.length === 0),
    ).to.not.have.length(0);
  });

  it('is one that changes a note or sends a message, and a message for the host alike', () => {
    const heard = system({
      processes: { p: { button } },
      delays: { blink: 2 },
      adapter: {
        command: () => [],
        receive: (message) =>
          (message as { readonly isNoted: boolean }).isNoted ? { type: 'note', name: 'heard', value: true } : [],
      },
      stimuli: {
        noted: { process: 'p', message: { isNoted: true } },
        passed: { process: 'p', message: { isNoted: false } },
      },
    });
    expect(explore(heard).unused).to.deep.equal([{ kind: 'stimulus', name: 'passed' }]);
  });
});
