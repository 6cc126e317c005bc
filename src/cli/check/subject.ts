import {
  protocolProperties,
  protocolSystem,
  type Properties,
  type System,
  type SystemView,
} from '../../testing/index.js';
import { faultsOf, protocolOptionsOf, type CheckOptions } from './check-options.js';
import { loadSystem } from './load-system.js';
import { brokenTimingRules } from './timing-rules.js';

/** What is checked. */
export interface Subject {
  readonly name: string;
  /** What it is made of, as pairs of a word and its explanation. */
  readonly description: readonly (readonly [word: string, text: string])[];
  readonly system: System;
  readonly properties: Properties<SystemView>;
}

/**
 * The system that the options ask for.
 *
 * @throws Failure where a system of the user's own cannot be loaded.
 */
export async function chooseSubject(options: CheckOptions): Promise<Subject> {
  return options.system === undefined ? shippedProtocol(options) : ownSystem(options.system, options);
}

function shippedProtocol(options: CheckOptions): Subject {
  const asked = protocolOptionsOf(options);
  const { streams, consumers, delay, order, records, missedHeartbeatsMax, exact, ticks, faults } = asked;
  const parts = [
    `${streams} ${streams === 1 ? 'stream' : 'streams'} for ${consumers === 1 ? 'one consumer' : `each of ${consumers} consumers`}`,
    `${records} ${records === 1 ? 'record' : 'records'} each`,
    `${exact ? 'exact' : 'plain'} reports`,
    `delay ${delay}`,
    `order ${order}`,
    ...(options.symmetric === true ? ['symmetric'] : []),
  ];
  const durations = [
    `I ${ticks.interval}`,
    `T ${ticks.requestTimeout}`,
    `K ${missedHeartbeatsMax}`,
    `S ${ticks.silence}`,
    `O ${ticks.open}`,
    `Bp ${ticks.producerBuffer}`,
    `Bc ${ticks.consumerBuffer}`,
  ];
  return {
    name: 'the shipped protocol',
    description: [
      ['system', parts.join(', ')],
      ['ticks', durations.join(', ')],
      ['faults', describeFaults(faults)],
      ...brokenTimingRules(asked).map((rule) => ['timing', rule] as const),
    ],
    system: protocolSystem({ ...asked, symmetric: options.symmetric === true }) as System,
    properties: protocolProperties(asked) as Properties<SystemView>,
  };
}

async function ownSystem(file: string, options: CheckOptions): Promise<Subject> {
  const { system, properties } = await loadSystem(file);
  // A fault that is asked for takes the place of the system's own of that kind; the others stay.
  const faults = { ...system.config.faults, ...faultsOf(options) };
  const { network } = system.config;
  return {
    name: file,
    description: [
      ['system', `${Object.keys(system.config.processes).join(', ')}, delay ${network?.delay ?? 0}`],
      ['faults', describeFaults(faults)],
    ],
    system: { config: { ...system.config, faults } },
    // A system that stops is deadlocked, unless its properties say that it may.
    properties: { mayRest: () => false, ...properties },
  };
}

function describeFaults(faults: object): string {
  const told = Object.entries(faults).flatMap(([name, fault]: readonly [string, unknown]) => {
    const { max, ticks } = (typeof fault === 'number' ? { max: fault } : fault) as { max: number; ticks?: number };
    return max === 0 ? [] : [`${name} ${max}${ticks === undefined ? '' : ` of ${ticks} ticks`}`];
  });
  return told.length === 0 ? 'none' : told.join(', ');
}
