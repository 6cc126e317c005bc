import { consumerStreamMachine, heartbeatMachine } from '../../../machines/index.js';
import {
  mutants,
  protocolProperties,
  protocolSystem,
  type Properties,
  type ProtocolModelOptions,
  type System,
  type SystemView,
} from '../../../src/testing/index.js';
import { changedMachine, stateAt, type AnyStateMachine } from './changed-machine.js';

/** Something that is small enough to be explored in a page, within seconds. */
export interface Exploration {
  /** What the address of the page calls it. */
  readonly id: string;
  readonly group: 'the protocol' | 'traps of the protocol';
  readonly title: string;
  readonly summary: string;
  readonly options: ProtocolModelOptions;
  /** A machine with a mistake, in place of the one of this name. */
  readonly mistake?: () => { readonly name: string; readonly machine: AnyStateMachine };
  /**
   * Only these stimuli may happen.
   *
   * @default all of them
   */
  readonly stimuli?: readonly string[];
}

const traps = 'traps of the protocol';

export const explorations: readonly Exploration[] = [
  {
    id: 'protocol',
    group: 'the protocol',
    title: 'One stream, nothing goes wrong',
    summary: 'Every order of messages and timers, with a delay of one tick: everything holds.',
    options: { delay: 1 },
  },
  {
    id: 'protocol-drop',
    group: 'the protocol',
    title: 'One stream, one message is lost',
    summary: 'Any one message may be lost. One miss is no death, and every wait has its bound.',
    options: { delay: 1, records: 0, faults: { drop: 1 } },
  },
  {
    id: 'protocol-crash',
    group: 'the protocol',
    title: 'One stream, one client dies',
    summary: 'Either client may die at any moment. The other one is told within its bound.',
    options: { delay: 1, records: 0, faults: { crash: 1 } },
  },
  {
    id: 'protocol-duplicate',
    group: 'the protocol',
    title: 'One stream, one message comes twice',
    summary: 'A doubled open request does no harm, in whichever moment it comes.',
    options: { records: 0, faults: { duplicate: 1 } },
  },
  {
    id: 'silence-too-short',
    group: 'the protocol',
    title: 'S is one tick too short',
    summary: 'The silence timeout does not outlast a lost heartbeat: a reader is told of a death that was none.',
    options: { delay: 1, ticks: { silence: 5 } },
  },
  {
    id: 'trap-t-2d',
    group: traps,
    title: 'T = 2D: the answer loses the race with the timer',
    summary: 'Found in a few hundred states. Random walks of 210,000 steps do not meet it.',
    options: { delay: 1, missedHeartbeatsMax: 1, ticks: { requestTimeout: 2 } },
  },
  {
    id: 'trap-shadowed',
    group: traps,
    title: 'A handler of the outer state that a deeper one shadows',
    summary: 'The deepest handler wins, so that the registry never hears of a stream while the ticker runs.',
    options: {},
    mistake: () => ({
      name: 'heartbeat',
      machine: changedMachine(heartbeatMachine, (root) => {
        const open = stateAt(root, 'open');
        const registry = stateAt(open, 'registry');
        open.on['stream.added'] = registry.on['stream.added'];
        registry.on = {};
        stateAt(open, 'ticker', 'running').on['stream.added'] = { target: 'running', reenter: true };
      }),
    }),
  },
  {
    id: 'trap-exit',
    group: traps,
    title: 'A list that is cleared on exit',
    summary: 'Exit runs before the actions of the transition, which then judge an empty list.',
    options: {},
    mistake: () => ({
      name: 'heartbeat',
      machine: changedMachine(heartbeatMachine, (root) => {
        for (const exchange of ['introducing', 'asking']) {
          // It clears the list of what was asked, which the transition's own actions judge the answer by.
          stateAt(root, 'open', 'exchange', exchange).exit = [{ type: 'clearMisses' }];
        }
      }),
    }),
  },
  {
    id: 'trap-second-stream',
    group: traps,
    title: 'A stream that is opened amid an exchange, and not asked for after it',
    summary: 'With one stream there is no exchange that another could interrupt: it takes two to find this.',
    options: { streams: 2, records: 0, delay: 1 },
    stimuli: ['open A', 'open B'],
    mistake: () => ({
      name: 'heartbeat',
      machine: changedMachine(heartbeatMachine, (root) => {
        for (const exchange of ['introducing', 'asking']) {
          const answered = stateAt(root, 'open', 'exchange', exchange).on['heartbeat.answered'] as {
            actions: readonly unknown[];
          };
          // It takes the new streams off the list of those that are still to be asked for.
          answered.actions = [...answered.actions, { type: 'askFresh' }];
        }
      }),
    }),
  },
  {
    id: 'trap-cancel-while-opening',
    group: traps,
    title: 'A cancel that is ignored while opening',
    summary: 'Seen only where the wish of the reader is an actor of the model: otherwise the stream is simply read on.',
    options: {},
    mistake: () => {
      const deaf = mutants(consumerStreamMachine).find(
        ({ place, description }) =>
          place === 'consumerStream.opening → on.app.cancel' && description.startsWith('drops the transition'),
      );
      if (deaf === undefined) throw new Error('expected a mutant that ignores a cancel while opening, came none');
      return { name: 'consumerStream', machine: deaf.machine };
    },
  },
];

/** The exploration of this id; undefined where there is none. */
export function explorationOf(id: string): Exploration | undefined {
  return explorations.find((exploration) => exploration.id === id);
}

/** What is explored: the system, and what must hold of it. */
export function subjectOf({ options, mistake, stimuli }: Exploration): {
  readonly system: System;
  readonly properties: Properties<SystemView>;
} {
  const { config } = protocolSystem(options);
  const wrong = mistake?.();
  const machines = wrong === undefined ? config.machines : { ...config.machines, [wrong.name]: wrong.machine };
  const given = Object.entries(config.stimuli ?? {}).filter(([name]) => stimuli?.includes(name) ?? true);
  const { always, leadsTo, reachable } = protocolProperties(options);
  const properties = stimuli === undefined ? { always, leadsTo, reachable } : { always, leadsTo };
  return {
    system: {
      config: { ...config, ...(machines === undefined ? {} : { machines }), stimuli: Object.fromEntries(given) },
    },
    properties: properties as Properties<SystemView>,
  };
}
