import type { ComponentType } from 'preact';
import type { PaneProps } from '../model/types.js';

/** A pane: what it is called, the key that shows it, and how its code comes. */
export interface PaneDefinition {
  readonly id: PaneId;
  readonly title: string;
  /** Pressed alone it shows the pane, or puts the focus into it. */
  readonly key: string;
  /** One sentence for the help. */
  readonly about: string;
  readonly load: () => Promise<ComponentType<PaneProps>>;
}

export type PaneId = (typeof paneIds)[number];

export const paneIds = [
  'streams',
  'tree',
  'statechart',
  'details',
  'sequence',
  'timeline',
  'charts',
  'compare',
] as const;

const byDefault = async (module: Promise<{ readonly default: ComponentType<PaneProps> }>) => (await module).default;

/** All panes. Those that draw are chunks of their own, which come when they are first shown. */
export const panes: readonly PaneDefinition[] = [
  {
    id: 'streams',
    title: 'Streams',
    key: '1',
    about: 'Every stream with its state, its counts and how it ended; anomalies first.',
    load: () => byDefault(import('./streams/index.js')),
  },
  {
    id: 'tree',
    title: 'Systems',
    key: '2',
    about: 'The systems and their actors, those that have ended too, and what made each.',
    load: () => byDefault(import('./tree/index.js')),
  },
  {
    id: 'statechart',
    title: 'Statechart',
    key: '3',
    about: 'The machine of the selected actor with its active states and running timers.',
    load: () => byDefault(import('./statechart/index.js')),
  },
  {
    id: 'details',
    title: 'Details',
    key: '4',
    about: 'Both ends of the selected stream: context, events, and why one was refused.',
    load: () => byDefault(import('./details/index.js')),
  },
  {
    id: 'sequence',
    title: 'Sequence',
    key: '5',
    about: 'The messages between the systems, with those that were lost.',
    load: () => byDefault(import('./sequence/index.js')),
  },
  {
    id: 'timeline',
    title: 'Timeline',
    key: '6',
    about: 'The states of every stream over time, with timers and gaps.',
    load: () => byDefault(import('./timeline/index.js')),
  },
  {
    id: 'charts',
    title: 'Charts',
    key: '7',
    about: 'Records and bytes a second, and how long heartbeats take.',
    load: () => byDefault(import('./charts/index.js')),
  },
  {
    id: 'compare',
    title: 'Compare',
    key: '8',
    about: 'This run beside another one: where they first differ.',
    load: () => byDefault(import('./compare/index.js')),
  },
];
