import type { Lane } from './rows.js';

export const rowHeight = 24;
export const headerHeight = 32;
/** Where the lifelines begin: before them stands the time. */
export const timeWidth = 76;
const laneWidthMin = 72;
const marginRight = 8;

/** The name of the lifeline between the systems: no system, but what carries their messages. */
export const wire = 'NATS';

export interface LanePlace {
  /** As of its lane; of the wire its name. */
  readonly key: string;
  readonly name: string;
  /** What stands below the name. */
  readonly about: string;
  readonly role: Lane['role'] | 'wire';
  /** Pixels from the left of the whole diagram. */
  readonly x: number;
}

export interface LanePlaces {
  readonly lanes: readonly LanePlace[];
  /** The pixels from one to the next. */
  readonly room: number;
  readonly width: number;
}

const order = { consumer: 0, wire: 1, producer: 2, other: 3, actor: 4 };

/**
 * Consumers on the left, then the wire, then producers, then the others and the actors of applications, over the width
 * that there is. The wire is there where a message has but one end that is watched.
 */
export function placeLanes(
  lanes: readonly Lane[],
  hidden: ReadonlySet<string>,
  width: number,
  usesWire: boolean,
): LanePlaces {
  const shown: Omit<LanePlace, 'x'>[] = lanes
    .filter(({ key }) => !hidden.has(key))
    .map(({ key, name, system, role }) => ({
      ...{ key, name, role },
      about: role === 'actor' ? system : role === 'other' ? '' : role,
    }));
  if (usesWire) shown.push({ key: wire, name: wire, about: '', role: 'wire' });
  shown.sort((a, b) => order[a.role] - order[b.role]);
  const room = Math.max(laneWidthMin, (width - timeWidth - marginRight) / Math.max(1, shown.length));
  return {
    room,
    lanes: shown.map((lane, at) => ({ ...lane, x: Math.round(timeWidth + room * (at + 0.5)) })),
    width: Math.ceil(timeWidth + room * shown.length + marginRight),
  };
}

/** The middle of a row, in pixels from the top of the first. */
export function rowMiddle(row: number): number {
  return row * rowHeight + rowHeight / 2;
}
