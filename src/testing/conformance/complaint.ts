import type { TraceEvent } from '../../trace-events/trace-event.js';

/**
 * What a trace event breaks: `step`, its actor's machine does not do that; `cause`, nothing has brought the event about;
 * `command`, the host did not do what a machine asked of it, or did what none has; `actor`, an actor came or went for no
 * reason; `timer`, a timer that does not run, or not so long; `message`, the network of the model does not do that;
 * `records`, more or fewer records than the machines let through.
 */
export type ConformanceRule = 'step' | 'cause' | 'command' | 'actor' | 'timer' | 'message' | 'records';

/** What is wrong with a trace event, in the words of an error. */
export interface Complaint {
  readonly rule: ConformanceRule;
  /** In one line: what was expected, and what came. */
  readonly reason: string;
  /** What could have happened instead, a line each. */
  readonly allowed: readonly string[];
  /** Whose it is, where the event does not say so. */
  readonly system?: string;
  readonly actor?: string;
  /** Where it was, if it is only known now. */
  readonly place?: Place;
}

/** A trace event at its place. */
export interface Place {
  /** Counted from 0. */
  readonly index: number;
  readonly event: TraceEvent;
}

/** The first trace event that no behaviour of the system has at its place. */
export interface Nonconformance extends Omit<Complaint, 'place'>, Place {}

/** Thrown within the checker, so that nothing is judged on the ground of what is wrong already. */
export class Objection extends Error {
  override readonly name = 'Objection';
  readonly complaint: Complaint;

  constructor(complaint: Complaint) {
    super(complaint.reason);
    this.complaint = complaint;
  }
}

/** @throws Objection always. */
export function object(
  rule: ConformanceRule,
  reason: string,
  allowed: readonly string[] = [],
  of: { readonly system?: string; readonly actor?: string } = {},
): never {
  throw new Objection({ rule, reason, allowed, ...of });
}
