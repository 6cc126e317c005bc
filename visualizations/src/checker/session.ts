import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { exploreAsync, type Progress, type Violation } from '../../../src/testing/index.js';
import { compileSystem } from '../../../src/testing/explorer/description/compile-system.js';
import { traceEvents } from '../../../src/testing/explorer/traces/trace-events.js';
import { explorationOf, subjectOf } from './explorations.js';
import { createWalker, type NextStep } from './walker.js';

/** What became of one property. */
export interface PropertyReport {
  readonly name: string;
  readonly kind: 'always' | 'leadsTo' | 'reachable' | 'broken';
  readonly status: 'holds' | 'violated' | 'unknown';
  /** For what leads to something: the most ticks that it takes. */
  readonly worstTicks?: number;
  /** Why it is violated. */
  readonly reason?: string;
  /** The way to its discovery. */
  readonly path?: readonly number[];
}

/** What an exploration found. */
export interface ExplorationReport {
  readonly exploration: string;
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  readonly ms: number;
  readonly isComplete: boolean;
  readonly properties: readonly PropertyReport[];
}

/** Where one stands after some steps, and what could happen there. */
export interface PlaceReport {
  readonly exploration: string;
  readonly path: readonly number[];
  readonly next: readonly NextStep[];
  /** The whole way as a run. */
  readonly records: readonly TraceEvent[];
}

/** An exploration that has been chosen: it can be explored as a whole, or walked through by hand. */
export interface CheckerSession {
  explore(signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<ExplorationReport>;
  /** Goes where the path leads. @throws RangeError where it leads nowhere. */
  walk(path: readonly number[]): PlaceReport;
}

/** So many states a page explores at most: it should answer within seconds. */
const statesMax = 200_000;

/** @throws RangeError where there is no exploration of this id. */
export function createCheckerSession(id: string): CheckerSession {
  const exploration = explorationOf(id);
  if (exploration === undefined) throw new RangeError(`expected the id of an exploration, came ${id}`);
  const { system, properties } = subjectOf(exploration);
  const walker = createWalker(system, properties);
  const compiled = compileSystem(system.config);
  const discoveries: { readonly path: readonly number[]; readonly violation: Violation }[] = [];

  const reportOf = (
    name: string,
    kind: PropertyReport['kind'],
    isComplete: boolean,
    worst: number | undefined,
  ): PropertyReport => {
    const found = discoveries.find(({ violation }) => violation.property === name);
    if (found !== undefined) {
      const { path, violation } = found;
      return { name, kind, status: 'violated', reason: violation.reason, path };
    }
    const worstTicks = worst === undefined || kind !== 'leadsTo' ? {} : { worstTicks: worst };
    return { name, kind, status: isComplete ? 'holds' : 'unknown', ...worstTicks };
  };

  return {
    explore: async (signal, onProgress) => {
      const result = await exploreAsync(system, {
        ...properties,
        stopAt: 'end',
        signal,
        onProgress,
        progressIntervalMs: 200,
        limit: { states: statesMax, partial: true },
      });
      discoveries.length = 0;
      for (const violation of result.violations) {
        discoveries.push({ violation, path: walker.pathOf(violation.trace) });
      }
      const { states, edges, depth, ms, complete, worst } = result;
      const kinds = ['always', 'leadsTo', 'reachable'] as const;
      const stated = kinds.flatMap((kind) => Object.keys(properties[kind] ?? {}).map((name) => ({ name, kind })));
      const broken = discoveries.filter(({ violation }) => violation.kind === 'broken');
      return {
        exploration: id,
        states,
        edges,
        depth,
        ms,
        isComplete: complete,
        properties: [
          ...broken.map(({ violation }) => reportOf(violation.property, 'broken', complete, undefined)),
          ...stated.map(({ name, kind }) => reportOf(name, kind, complete, worst[name])),
        ],
      };
    },
    walk: (path) => {
      walker.goTo(path);
      // One way may lead to more than one discovery.
      const found = discoveries.filter((discovery) => discovery.path.join() === path.join());
      const loopAt = found.find(({ violation }) => violation.loopAt !== undefined)?.violation.loopAt;
      const reason = found.map(({ violation }) => violation.reason).join('; ');
      const trace = { ...walker.trace(), ...(loopAt === undefined ? {} : { loopAt }) };
      const title = { label: exploration.title, ...(reason === '' ? {} : { violation: reason }) };
      return {
        exploration: id,
        path: walker.path,
        next: walker.next(),
        records: traceEvents(compiled, trace, title),
      };
    },
  };
}
