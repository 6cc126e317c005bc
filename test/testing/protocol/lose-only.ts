import type { Faults } from '../../../src/testing/index.js';

/** So many of these messages are lost, and no others. */
export function loseOnly(max: number, ...types: readonly string[]): Faults {
  return { drop: { max, when: (message) => types.includes((message as { readonly type: string }).type) } };
}
