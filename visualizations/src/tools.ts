import type { ComponentType } from 'preact';
import type { Exporter, ToolProps } from './model/types.js';

export type ToolId = 'simulation' | 'checker';

/** A panel beside the panes that makes runs. It comes as a chunk of its own when it is first opened. */
export interface ToolDefinition {
  readonly id: ToolId;
  readonly title: string;
  /** Pressed alone it opens the tool, or puts the focus into it. */
  readonly key: string;
  readonly about: string;
  readonly load: () => Promise<ComponentType<ToolProps>>;
}

const byDefault = async (module: Promise<{ readonly default: ComponentType<ToolProps> }>) => (await module).default;

export const tools: readonly ToolDefinition[] = [
  {
    id: 'simulation',
    title: 'Simulate',
    key: 's',
    about: 'The protocol on a simulated network that you can break.',
    load: () => byDefault(import('./simulation/index.js')),
  },
  {
    id: 'checker',
    title: 'Check',
    key: 'c',
    about: 'Every order of events explored, with what could happen next.',
    load: () => byDefault(import('./checker/index.js')),
  },
];

/** The ways to save a run. */
export async function loadExporters(): Promise<readonly Exporter[]> {
  return (await import('./export/index.js')).exporters;
}
