import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { parseQuery, QueryError } from './query.js';
import { streamFields, streamRow, type StreamRow } from './stream-row.js';
import type { SelectionValue, View } from './types.js';

/** Of which streams the sequence is: of the selected one, of those that answer the query, or of all. */
export type SequenceScope = 'selected' | 'filtered' | 'all';

/** What streams of a run may be grouped by in the table. */
export type Grouping = '' | 'producer' | 'consumer' | 'subject' | 'reason';

/** Which streams the panes show: one query for the table, the timeline, the sequence and what is saved of it. */
export interface Scope {
  readonly query: Signal<string>;
  /** Why the query cannot be read; it then holds for all. */
  readonly problem: ReadonlySignal<string>;
  readonly test: ReadonlySignal<(row: StreamRow) => boolean>;
  readonly grouping: Signal<Grouping>;
  readonly sequence: Signal<SequenceScope>;
}

/** What asks which producers are silent. */
export const silentQuery = 'silent:yes';

export function createScope(): Scope {
  const query = signal('');
  const parsed = computed(() => {
    try {
      return { test: parseQuery(query.value, streamFields), problem: '' };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { test: () => true, problem: error.message };
    }
  });
  return {
    query,
    problem: computed(() => parsed.value.problem),
    test: computed(() => parsed.value.test),
    grouping: signal<Grouping>(''),
    sequence: signal<SequenceScope>('selected'),
  };
}

/** Asks which producers are silent, or no longer. */
export function toggleSilent({ query, grouping }: Scope): void {
  const isAsked = query.value === silentQuery;
  query.value = isAsked ? '' : silentQuery;
  grouping.value = isAsked ? '' : 'producer';
}

/** The streams that answer the query at a moment; undefined where all do. */
export function answering(scope: Scope, view: View, unit: 'ms' | 'tick', now: number): ReadonlySet<string> | undefined {
  if (scope.query.peek().trim() === '' || scope.problem.peek() !== '') return undefined;
  const test = scope.test.peek();
  const found = new Set<string>();
  for (const entry of view.streams.values()) if (test(streamRow(view, entry, unit, now))) found.add(entry.stream);
  return found;
}

/** The streams that the sequence is of; undefined where it is of all. */
export function sequenceStreams(
  scope: Scope,
  { stream }: SelectionValue,
  view: View,
  unit: 'ms' | 'tick',
  now: number,
): ReadonlySet<string> | undefined {
  if (scope.sequence.peek() === 'selected' && stream !== undefined) return new Set([stream]);
  return scope.sequence.peek() === 'all' ? undefined : answering(scope, view, unit, now);
}
