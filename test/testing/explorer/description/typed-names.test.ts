import { expect } from 'chai';
import { setup } from 'xstate';
import {
  explore,
  simulate,
  system,
  tell,
  type StartActors,
  type StimulusOf,
} from '../../../../src/testing/explorer/index.js';

const field = setup({
  types: { events: {} as { readonly type: 'key'; readonly q: string } | { readonly type: 'clear' } },
}).createMachine({
  id: 'field',
  initial: 'empty',
  states: { empty: { on: { key: 'typed' } }, typed: { on: { clear: 'empty' } } },
});

const lamp = setup({ types: { events: {} as { readonly type: 'toggle'; readonly by: number } } }).createMachine({
  id: 'lamp',
  initial: 'off',
  states: { off: { on: { toggle: 'on' } }, on: { on: { toggle: 'off' } } },
});

/** What a description that the compiler refuses says when it comes from JavaScript. */
const refusal = (make: () => unknown) => {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it passes';
};

/** Is only compiled. */
const refused = (_: () => unknown) => undefined;

describe('stimuli, typed by the machines', () => {
  const processes = { page: { field, lamp } };
  const given = (it: StimulusOf<typeof processes, object>) => system({ processes, stimuli: { it } });

  it('an event may have a payload, for the first actor and for one that is named', () => {
    const page = system({
      processes,
      stimuli: {
        type: { process: 'page', event: { type: 'key', q: 'a' } },
        switch: { process: 'page', actor: 'lamp', event: { type: 'toggle', by: 1 } },
      },
    });
    expect(explore(page).assert().states).to.equal(4);
    const again = { process: 'page', actor: 'field', event: { type: 'key', q: 'b' } } as const;
    expect(explore(page, { stimuli: { again } }).assert().states).to.equal(2);
    expect(simulate(page, { seed: 1, steps: 3, stimuli: { again } }).ok).to.equal(true);
  });

  it('names of processes, actors and events are checked by the compiler and at run time', () => {
    const stimulus = (given: object) => refusal(() => system({ processes, stimuli: { it: given as never } }));
    // @ts-expect-error there is no such process
    refused(() => given({ process: 'pgae', event: { type: 'clear' } }));
    expect(stimulus({ process: 'pgae', event: { type: 'clear' } })).to.equal(
      "the stimulus 'it' goes to an unknown process 'pgae' (did you mean 'page'?)",
    );
    // @ts-expect-error there is no such actor
    refused(() => given({ process: 'page', actor: 'feild', event: { type: 'clear' } }));
    expect(stimulus({ process: 'page', actor: 'feild', event: { type: 'clear' } })).to.equal(
      "the stimulus 'it' goes to an unknown actor 'feild' (did you mean 'field'?): expected one of field, lamp",
    );
    // @ts-expect-error the field knows no such event
    refused(() => given({ process: 'page', actor: 'field', event: { type: 'claer' } }));
    expect(stimulus({ process: 'page', event: { type: 'claer' } })).to.equal(
      "the stimulus 'it': no state of 'field' has a transition for the event 'claer' (did you mean 'clear'?): " +
        'expected one of key, clear',
    );
    // @ts-expect-error the event lacks its payload
    refused(() => given({ process: 'page', actor: 'field', event: { type: 'key' } }));
    // @ts-expect-error the payload is of another type
    refused(() => given({ process: 'page', event: { type: 'key', q: 1 } }));
    // @ts-expect-error an exploration's own stimuli are checked alike
    refused(() => explore(system({ processes }), { stimuli: { it: { process: 'pgae', event: { type: 'clear' } } } }));
  });

  it('a spawned actor gets events of the machines that can be spawned', () => {
    const stimuli = { switch: { process: 'page', actor: 'spawned', event: { type: 'toggle', by: 1 } } } as const;
    expect(refusal(() => system({ processes: { page: { field } }, machines: { lamp }, stimuli }))).to.equal(
      'it passes',
    );
    // @ts-expect-error nothing is ever spawned here
    const nothingSpawned = () => system({ processes: { page: { field } }, stimuli });
    expect(refusal(nothingSpawned)).to.include("unknown actor 'spawned'");
  });

  it('a machine that takes any event takes any stimulus', () => {
    const wild = setup({}).createMachine({ id: 'wild', initial: 'a', states: { a: { on: { '*': 'b' } }, b: {} } });
    const part = setup({}).createMachine({ id: 'part', initial: 'a', states: { a: { on: { 'x.*': 'b' } }, b: {} } });
    const given = { process: 'p', event: { type: 'x.y', payload: 1 } } as const;
    expect(refusal(() => system({ processes: { p: { wild } }, stimuli: { given } }))).to.equal('it passes');
    expect(refusal(() => system({ processes: { p: { part } }, stimuli: { given } }))).to.equal('it passes');
    const other = { process: 'p', event: { type: 'y' } } as const;
    expect(refusal(() => system({ processes: { p: { part } }, stimuli: { other } }))).to.include("the event 'y'");
  });

  it('processes that are computed take stimuli that are', () => {
    const names: readonly string[] = ['a', 'b'];
    const computed: Readonly<Record<string, StartActors>> = Object.fromEntries(names.map((name) => [name, { lamp }]));
    const stimuli = Object.fromEntries(
      names.map((name) => [`toggle ${name}`, { process: name, event: { type: 'toggle', by: 2 } }]),
    );
    expect(explore(system({ processes: computed, stimuli })).assert().states).to.equal(4);
  });
});

describe('tell', () => {
  it('takes an event with a payload, checked where its machine is named', () => {
    expect(tell('field', { type: 'key', q: 'a' })).to.deep.equal({
      type: 'tell',
      to: ['field'],
      event: { type: 'key', q: 'a' },
    });
    tell<typeof field>('field', { type: 'key', q: 'a' });
    // @ts-expect-error the field knows no such event
    tell<typeof field>('field', { type: 'kye', q: 'a' });
  });
});
