import type { ScenarioParts } from '../../../../src/testing/explorer/index.js';
import { commit } from './two-phase-commit.js';

/** A two-phase commit that keeps its word, of as many participants, with as many losses. */
export function honest(participants: number, drop: number): ScenarioParts {
  return { system: commit({ participants, faults: { drop } }) };
}

/** The same, with a rule that does not hold. */
export async function impossible(): Promise<ScenarioParts> {
  const nobodyEverDecides = () => false;
  await Promise.resolve();
  return { system: commit({}), options: { always: { 'nobody ever decides': nobodyEverDecides } } };
}

export function broken(): ScenarioParts {
  throw new Error('no such market');
}

export function dying(): ScenarioParts {
  process.exit(3);
}

export const nothing = 7;
