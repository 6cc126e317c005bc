import type { TraceEvent } from '../../../trace-events/trace-event.js';
import type { CompiledSystem } from '../description/compile-system.js';
import { mermaidDiagram } from './mermaid.js';
import { replayTrace, type ReplayReport } from './replay.js';
import { sequenceDiagram } from './sequence-diagram.js';
import type { Step, Trace } from './trace.js';
import { traceEvents } from './trace-events.js';

/**
 * The kind of a violated property: an invariant, a leads-to or a reachability property; `broken`, a step that fails, as
 * by throwing or starting a timer twice; `unused`, a part of the model that is never exercised; or `rest`, a deadlock.
 */
export type PropertyKind = 'always' | 'leadsTo' | 'reachable' | 'broken' | 'unused' | 'rest';

/** The name of the implicit property of every system that no step fails. */
export const brokenProperty = 'no step breaks';

/** The name of the property that a system is free of deadlocks, which `mayRest` checks. */
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

/** A violation as JSON data, returned by its `toJSON()` and read by the trace viewer. */
export interface TraceViolation {
  /** The name of the violated property. */
  readonly property: string;
  readonly kind: PropertyKind;
  /** What is wrong, in one line. */
  readonly reason: string;
  /** The counterexample as trace events, see src/tracing/README.md. */
  readonly records: readonly TraceEvent[];
}

/** A violated property with a counterexample: a shortest one if an exploration found it. */
export interface Violation {
  /** The name of the violated property. */
  readonly property: string;
  readonly kind: PropertyKind;
  /** What is wrong, in one line. */
  readonly reason: string;
  /** The steps of the counterexample; empty for a reachability property, which has none. */
  readonly steps: readonly Step[];
  /** The index of the first step of the loop, if the counterexample is an infinite execution. */
  readonly loopAt?: number;
  /** The counterexample. */
  readonly trace: Trace;
  /** Returns the reason, and the counterexample as a sequence diagram in text. */
  toString(): string;
  /** Returns the counterexample as a Mermaid sequence diagram. */
  toMermaid(): string;
  /** Returns the violation as JSON data. */
  toJSON(): TraceViolation;
  /** Drives real actors along the counterexample and compares them with the model after every step. */
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
