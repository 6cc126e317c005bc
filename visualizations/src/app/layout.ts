import { batch, signal, type ReadonlySignal } from '@preact/signals';
import type { PaneId } from '../panes/index.js';

/** The areas of the page, each with the panes that it can show, one at a time. */
export const areas = {
  left: ['streams', 'tree'],
  middle: ['statechart'],
  bottom: ['timeline', 'charts', 'compare'],
  right: ['sequence'],
  corner: ['details'],
} as const satisfies Readonly<Record<string, readonly PaneId[]>>;

export type AreaId = keyof typeof areas;

export const areaIds = Object.keys(areas) as readonly AreaId[];

/** What the movable borders give, as shares of what they divide. */
export interface Sizes {
  /** Of the width beside the right column: what is left of the statechart. */
  readonly left: number;
  /** Of the whole width: the right column. */
  readonly right: number;
  /** Of the height beside the right column: what is below the streams and the statechart. */
  readonly bottom: number;
  /** Of the height of the right column: what is below the sequence. */
  readonly corner: number;
}

export type BorderId = keyof Sizes;

const defaultSizes: Sizes = { left: 0.6, right: 0.32, bottom: 0.34, corner: 0.4 };
const limits: Readonly<Record<BorderId, readonly [least: number, most: number]>> = {
  left: [0.15, 0.8],
  right: [0.15, 0.7],
  bottom: [0.12, 0.8],
  corner: [0.12, 0.8],
};
const storageKey = 'nats-stream.borders.2';

export interface Layout {
  /** The pane in front of each area. */
  readonly front: ReadonlySignal<Readonly<Record<AreaId, PaneId>>>;
  readonly sizes: ReadonlySignal<Sizes>;
  /** The area that fills the page, where one does. */
  readonly whole: ReadonlySignal<AreaId | undefined>;
  show(pane: PaneId): void;
  /** Shows panes by what came from outside; names that no pane has are left out. */
  restore(names: readonly string[]): void;
  resize(border: BorderId, share: number): void;
  /** Lets the area fill the page, or gives the others their places back. */
  toggleWhole(area: AreaId): void;
}

export function areaOf(pane: PaneId): AreaId {
  return areaIds.find((area) => (areas[area] as readonly PaneId[]).includes(pane)) ?? 'left';
}

/** `shown`: ids of panes to begin with in front; those that do not exist are left out. */
export function createLayout(shown: readonly string[]): Layout {
  const front = signal<Readonly<Record<AreaId, PaneId>>>({
    left: 'streams',
    middle: 'statechart',
    bottom: 'timeline',
    right: 'sequence',
    corner: 'details',
  });
  const sizes = signal<Sizes>(readSizes());
  const whole = signal<AreaId | undefined>(undefined);
  const show = (pane: PaneId): void => {
    const area = areaOf(pane);
    batch(() => {
      if (front.value[area] !== pane) front.value = { ...front.value, [area]: pane };
      if (whole.value !== undefined) whole.value = area;
    });
  };
  const restore = (names: readonly string[]): void => {
    for (const pane of Object.values(areas).flat()) if (names.includes(pane)) show(pane);
  };
  restore(shown);
  return {
    front,
    sizes,
    whole,
    show,
    restore,
    resize: (border, share) => {
      sizes.value = { ...sizes.value, [border]: clamp(border, share) };
      try {
        localStorage.setItem(storageKey, JSON.stringify(sizes.value));
      } catch {
        // A page without storage begins with the default the next time.
      }
    },
    toggleWhole: (area) => {
      whole.value = whole.value === area ? undefined : area;
    },
  };
}

function clamp(border: BorderId, share: number): number {
  const [least, most] = limits[border];
  return Math.min(most, Math.max(least, share));
}

function readSizes(): Sizes {
  try {
    const stored = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Readonly<Record<string, unknown>>;
    const read = (border: BorderId): number => {
      const share = stored[border];
      return typeof share === 'number' && Number.isFinite(share) ? clamp(border, share) : defaultSizes[border];
    };
    return { left: read('left'), right: read('right'), bottom: read('bottom'), corner: read('corner') };
  } catch {
    return defaultSizes;
  }
}
