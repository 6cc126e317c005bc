/** A statechart with its places: what the layout gives and the drawing takes. All lengths are pixels from the top left. */
export interface Chart {
  readonly width: number;
  readonly height: number;
  /** Outer boxes before the ones that they hold. */
  readonly nodes: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
  /** Whether it is the indented list that is drawn where no layout could be found. */
  readonly isList: boolean;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface ChartNode extends Box {
  /** The absolute id of the state; for an initial mark the id of its compound state and `initialSuffix`. */
  readonly id: string;
  readonly parent?: string;
  readonly key: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history' | 'initial';
  readonly description?: string;
  /** Whether a history state remembers the states at any depth. */
  readonly isDeep?: boolean;
  /** Whether it is the region of a parallel state. */
  readonly isRegion: boolean;
  readonly isCollapsed: boolean;
  /** Whether it has states inside, shown or not. */
  readonly canCollapse: boolean;
  /** Lines below the name: commands on entry and exit, invoked actors, and transitions that stay where they are. */
  readonly notes: readonly ChartNote[];
}

export interface ChartNote {
  readonly text: string;
  /** The transition that the line tells, where it tells one. */
  readonly transition?: string;
  /** The id of the actor that the line tells of, where it tells of one that is invoked. */
  readonly invoked?: string;
}

export interface ChartEdge {
  /** Unique in the chart. */
  readonly id: string;
  /** The transition, as `transitionKey` names it; absent on the edge from an initial mark or a history state. */
  readonly transition?: string;
  /** The boxes at its ends. */
  readonly source: string;
  readonly target: string;
  /** The lines of its label: the event, and the guard. */
  readonly event: string;
  readonly guard?: string;
  readonly actions: readonly string[];
  /** The name of the delay of a timed transition. */
  readonly delay?: string;
  readonly label?: Box;
  /** The corners of its line; empty in a list. */
  readonly points: readonly Point[];
}

export const initialSuffix = '›initial';
/** After the id of a history state: the edge to where it leads while there is nothing to remember. */
export const defaultSuffix = '›default';

/** One name for a transition: the absolute id of its source, and its index there. */
export function transitionKey(source: string, index: number): string {
  return `${source}#${index}`;
}
