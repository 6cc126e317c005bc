import { system, type StartActors, type Stimulus, type SystemView } from '../../../../src/testing/index.js';
import { counter } from './machines.js';

export const named = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `n${index}`);

/** Interchangeable counters from 0 to `size - 1`, each by itself, so that they have `size ** count` states. */
export function countersSideBySide(count: number, size: number, ids: readonly string[] = named(count)) {
  const processes: Readonly<Record<string, StartActors>> = Object.fromEntries(
    named(count).map((name) => [name, { counter: { machine: counter, input: { size } } }]),
  );
  return system({
    processes,
    network: { links: {} },
    stimuli: Object.fromEntries(
      named(count).map((name): [string, Stimulus<SystemView<typeof processes>>] => [
        `up ${name}`,
        { process: name, event: { type: 'up' }, max: Infinity },
      ]),
    ),
    ids,
  });
}
