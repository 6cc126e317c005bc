import { setup, type AnyEventObject } from 'xstate';
import { createRandom } from '../../../../src/testing/doubles/random.js';
import {
  system,
  type ExploreOptions,
  type Faults,
  type StartActors,
  type Stimulus,
  type System,
  type SystemView,
} from '../../../../src/testing/explorer/index.js';
import { commands } from './machines.js';

type Processes = Readonly<Record<string, StartActors>>;
type View = SystemView<Processes>;
type Holds = (view: View, around: { readonly left: Readonly<Record<string, number>> }) => boolean;

export interface RandomSystem {
  readonly system: System<Processes>;
  readonly properties: Pick<ExploreOptions<View>, 'always' | 'leadsTo' | 'reachable' | 'mayRest'>;
}

const events = ['e0', 'e1', 'e2'] as const;

/** A small system by chance: machines that send each other events, timers, stimuli, faults, and properties of all kinds. */
export function randomSystem(seed: number): RandomSystem {
  const random = createRandom(seed);
  const below = (count: number) => random.integer(0, count - 1);
  const chance = (probability: number) => random.next() < probability;
  const oneOf = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const names = Array.from({ length: 2 + below(3) }, (_, index) => `p${index}`);
  const sizes = new Map(names.map((name) => [name, 2 + below(3)]));
  const stateOf = (name: string) => `s${below(sizes.get(name) ?? 1)}`;
  const links = names.flatMap((from) => names.filter((to) => to !== from && chance(0.6)).map((to) => ({ from, to })));
  /** Whom the properties look at: the others go on unseen. */
  const seen = names.filter((name) => name === 'p0' || chance(0.4));
  const withTimers = names.filter(() => chance(0.5));

  function sends(name: string) {
    const receivers = links.filter(({ from }) => from === name).map(({ to }) => to);
    if (receivers.length === 0 || chance(0.5)) return [];
    // Nobody is called so: the step breaks.
    const to = chance(0.02) ? 'nobody' : oneOf(receivers);
    return [{ type: 'send', params: { to, event: { type: oneOf(events) } } }] as const;
  }

  function machineOf(name: string) {
    const states = Array.from({ length: sizes.get(name) ?? 1 }, (_, index) => {
      const on = Object.fromEntries(
        events.filter(() => chance(0.6)).map((event) => [event, { target: stateOf(name), actions: sends(name) }]),
      );
      const isTimed = withTimers.includes(name) && (index === 0 || chance(0.3));
      const after = isTimed ? { after: { wait: { target: stateOf(name), actions: sends(name) } } } : {};
      return [`s${index}`, { on, ...after }] as const;
    });
    return setup({ types: { events: {} as AnyEventObject }, actions: commands, delays: { wait: 1_000 } }).createMachine(
      {
        id: name,
        initial: 's0',
        on: { '*': {} },
        states: Object.fromEntries(states),
      } as never,
    );
  }

  function predicate(): Holds {
    const [one, other] = [oneOf(seen), oneOf(seen)];
    const [state, otherState] = [stateOf(one), stateOf(other)];
    const isIn = (view: View, name: string, at: string) => view[name]?.actors['m']?.matches(at) === true;
    const kind = random.next();
    if (kind < 0.5) return (view) => isIn(view, one, state);
    if (kind < 0.7) return (view) => isIn(view, one, state) && isIn(view, other, otherState);
    if (kind < 0.9) return (view) => isIn(view, one, state) || !isIn(view, other, otherState);
    return (view, { left }) => isIn(view, one, state) && left['drop'] === 0;
  }

  const always = Object.fromEntries(Array.from({ length: below(3) }, (_, k) => [`always ${k}`, predicate()]));
  const leadsTo = Object.fromEntries(
    Array.from({ length: below(3) }, (_, k) => [
      `leads to ${k}`,
      { from: predicate(), to: predicate(), ...(chance(0.3) ? { within: below(4) } : {}) },
    ]),
  );
  const stimuli: Readonly<Record<string, Stimulus<View>>> = Object.fromEntries(
    Array.from({ length: 1 + below(5) }, (_, k) => {
      const stimulus: Stimulus<View> = {
        process: oneOf(names),
        event: { type: oneOf(events) },
        max: chance(0.2) ? Infinity : 1 + below(2),
        ...(chance(0.3) ? { when: predicate() } : {}),
      };
      return [`stimulus ${k}`, stimulus] as const;
    }),
  );
  const isFaulty = chance(0.5);
  const someOf = (probability: number) => (isFaulty && chance(probability) ? 1 : 0);
  const faults: Faults = {
    drop: someOf(0.5),
    duplicate: { max: someOf(0.4), copy: oneOf(['beside', 'end']) },
    crash: { max: someOf(0.3), of: [oneOf(names)], restart: chance(0.5), midStep: chance(0.3) },
    cut: { max: someOf(0.3), of: [oneOf([...names, ...links.map(({ from, to }) => `${from}->${to}`)])] },
    late: { max: someOf(0.2), ticks: 1, of: [oneOf(names)] },
  };
  const description = {
    processes: Object.fromEntries(names.map((name) => [name, { m: machineOf(name) }])) as unknown as Processes,
    delays: Object.fromEntries(names.map((name) => [`${name}/wait`, chance(0.3) ? ([1, 3] as const) : 1 + below(3)])),
    network: {
      links: Object.fromEntries(
        links.map(({ from, to }) => {
          const order = oneOf(['connection', 'connection', 'connection', 'subject', 'none', 'set'] as const);
          return [`${from}->${to}`, { order, delay: order === 'set' ? 0 : below(2) }];
        }),
      ),
    },
    stimuli,
    faults,
  };
  return {
    system: system(description as never),
    properties: {
      always,
      leadsTo,
      reachable: chance(0.3) ? { reached: predicate() } : {},
      ...(chance(0.3) ? { mayRest: predicate() } : {}),
    },
  };
}
