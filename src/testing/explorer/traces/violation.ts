import type { TraceEvent } from '../../../trace-events/trace-event.js';
import type { CompiledSystem } from '../description/compile-system.js';
import { mermaidDiagram } from './mermaid.js';
import { replayTrace, type ReplayReport } from './replay.js';
import { sequenceDiagram } from './sequence-diagram.js';
import type { Step, Trace } from './trace.js';
import { traceEvents } from './trace-events.js';

/**
 * Which kind of property is violated; `broken` is that no step may throw, start a timer twice and the like, and `unused`
 * that what a description speaks of comes about. `rest` is that the system comes to rest only where it may.
 */
export type PropertyKind = 'always' | 'leadsTo' | 'reachable' | 'broken' | 'unused' | 'rest';

/** The name of the property that every system has: no step breaks. */
export const brokenProperty = 'no step breaks';

/** The name of the property that a system does not stop where it must go on. */
export const restProperty = 'comes to rest only where it may';

/** Why a rest is a violation, in one line. */
export const restReason =
  'a deadlock: nothing but time can happen from here. Where that is right, let mayRest be true of such a state';

/**
 * The former name of {@link TraceViolation}.
 *
 * @deprecated Use {@link TraceViolation}.
 */
export type ViolationRecord = TraceViolation;

/** A violation as data: what `toJSON()` gives and a viewer reads. */
export interface TraceViolation {
  readonly property: string;
  readonly kind: PropertyKind;
  readonly reason: string;
  /** The trace as trace events, see src/tracing/README.md. */
  readonly records: readonly TraceEvent[];
}

/** A property that does not hold, with a shortest trace that shows it. */
export interface Violation {
  readonly property: string;
  readonly kind: PropertyKind;
  /** What is wrong, in one line. */
  readonly reason: string;
  /** Empty for a property that is never reached. */
  readonly steps: readonly Step[];
  /** The index of the step with which the part begins that repeats for ever. */
  readonly loopAt?: number;
  readonly trace: Trace;
  /** The reason and the trace as a text sequence diagram. */
  toString(): string;
  toMermaid(): string;
  toJSON(): TraceViolation;
  /** Drives real actors along the trace and compares them with the model at every step. */
  replay(): ReplayReport;
}

/** Makes a violation of what was found. */
export function createViolation(
  system: CompiledSystem,
  property: string,
  kind: PropertyKind,
  reason: string,
  trace: Trace,
): Violation {
  return {
    property,
    kind,
    reason,
    steps: trace.steps,
    ...(trace.loopAt === undefined ? {} : { loopAt: trace.loopAt }),
    trace,
    toString: () => (trace.steps.length === 0 ? reason : `${reason}\n\n${sequenceDiagram(trace)}`),
    toMermaid: () => mermaidDiagram(trace),
    toJSON: () => ({
      property,
      kind,
      reason,
      records: traceEvents(system, trace, { label: property, violation: reason }),
    }),
    replay: () => replayTrace(system, trace),
  };
}
