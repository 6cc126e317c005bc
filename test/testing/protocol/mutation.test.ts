import { expect } from 'chai';
import type { AnyStateMachine } from 'xstate';
import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../../machines/index.js';
import {
  deliveryProperties,
  deliverySystem,
  mutants,
  mutate,
  protocolProperties,
  protocolSystem,
  type Mutant,
} from '../../../src/testing/index.js';
import { statesOf, transitionsOf } from '../../machines/machine-walk.js';
import { deliveryMutationConfigurations } from './delivery-mutation-configurations.js';
import { isOfExtension } from './extension-mutants.js';
import { harmlessMutants } from './harmless-mutants.js';
import { mutationConfigurations, type MutationConfiguration } from './mutation-configurations.js';

const machines: readonly AnyStateMachine[] = [
  consumerStreamMachine,
  producerStreamMachine,
  heartbeatMachine,
  consumerClientMachine,
  producerClientMachine,
];

function nameOf({ place, description }: Pick<Mutant, 'place' | 'description'>): string {
  return `${place}: ${description}`;
}

function isHarmless(name: string): boolean {
  return harmlessMutants.some(({ are }) => are.test(name));
}

/** Which of the mutants the properties notice in this system. */
function noticedIn(
  configuration: MutationConfiguration,
  mutantsOf: (machine: AnyStateMachine) => readonly Mutant[],
): readonly string[] {
  const { stimuli } = configuration;
  const [system, { reachable, ...properties }] =
    'delivery' in configuration
      ? [deliverySystem(configuration.delivery), deliveryProperties(configuration.delivery)]
      : [protocolSystem(configuration.options), protocolProperties(configuration.options)];
  const some =
    stimuli === undefined
      ? // With only some of the stimuli not everything can be reached.
        { reachable }
      : {
          stimuli: Object.fromEntries(
            Object.entries(system.config.stimuli ?? {}).filter(([stimulus]) => stimuli.test(stimulus)),
          ),
        };
  return mutate(system, { ...properties, ...some, limit: { states: 400_000 }, mutantsOf })
    .outcomes.filter(({ outcome }) => outcome === 'noticed')
    .map(nameOf);
}

/** The state tables of PROTOCOL.md as they would have to be for this machine. */
function tablesOf(machine: AnyStateMachine): string {
  return JSON.stringify([statesOf(machine), transitionsOf(machine)]);
}

describe('the mutants of the machines', () => {
  const mutantsOf = new Map<AnyStateMachine, readonly Mutant[]>();
  const all: string[] = [];

  before(() => {
    for (const machine of machines) {
      const some = mutants(machine);
      mutantsOf.set(machine, some);
      all.push(...some.map(nameOf));
    }
  });

  it('have names of their own', () => {
    expect(new Set(all).size).to.equal(all.length);
  });

  for (const [peers, configurations, isOfThese] of [
    ['of plain peers', mutationConfigurations, (name: string) => !isOfExtension(name)],
    ['of the delivery extension', deliveryMutationConfigurations, isOfExtension],
  ] as const) {
    it(`${peers} are noticed by a property each, but for those that are harmless`, () => {
      const own = all.filter(isOfThese);
      const left = new Set(own.filter((name) => !isHarmless(name)));
      const count = left.size;
      for (const configuration of configurations) {
        const noticed = noticedIn(configuration, (machine) =>
          (mutantsOf.get(machine) ?? []).filter((mutant) => {
            const name = nameOf(mutant);
            return left.has(name) && configuration.of.test(name);
          }),
        );
        expect(noticed.length, `${configuration.name} is of no use`).to.be.greaterThan(0);
        for (const name of noticed) left.delete(name);
      }
      console.log(`      ${own.length} mutants, ${count - left.size} noticed, ${own.length - count} harmless`);
      expect([...left]).to.deep.equal([]);
    });
  }

  it('that are harmless have one reason each, and differ from the state tables of PROTOCOL.md', () => {
    const harmless = machines.flatMap((machine) =>
      (mutantsOf.get(machine) ?? [])
        .filter((mutant) => isHarmless(nameOf(mutant)))
        .map((mutant) => ({ machine, mutant, name: nameOf(mutant) })),
    );
    for (const { machine, mutant, name } of harmless) {
      expect(
        harmlessMutants.filter(({ are }) => are.test(name)),
        name,
      ).to.have.lengthOf(1);
      expect(tablesOf(mutant.machine), name).to.not.equal(tablesOf(machine));
    }
    for (const { are, reason } of harmlessMutants) {
      expect(
        harmless.filter(({ name }) => are.test(name)),
        reason,
      ).to.not.deep.equal([]);
    }
  });
});
