import type { Faults } from '../explorer/description/system-config.js';

type Named<Item> = Readonly<Record<string, Item>>;

/**
 * One list of stimuli and of properties serves every configuration of the protocol, also those in which some of them
 * never come about: which do is asked by the properties that are `reachable`.
 */
export function optional<Item extends object>(items: Named<Item>): Named<Item> {
  return Object.fromEntries(Object.entries(items).map(([name, item]) => [name, { ...item, mayBeUnused: true }]));
}

/**
 * Stimuli that may be unused, and that use up their times where nobody listens as well: an application may close what
 * is closed.
 */
export function optionalStimuli<Item extends object>(stimuli: Named<Item>): Named<Item> {
  return optional(
    Object.fromEntries(Object.entries(stimuli).map(([name, item]) => [name, { ...item, mayBeIgnored: true }])),
  );
}

/** A copy of a message may come after all that was sent later, unless told otherwise: the protocol bears with that too. */
export function withLateCopies({ duplicate, ...faults }: Faults): Faults {
  if (duplicate === undefined) return faults;
  return { ...faults, duplicate: { copy: 'end', ...(typeof duplicate === 'number' ? { max: duplicate } : duplicate) } };
}
