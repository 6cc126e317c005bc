export { explore, exploreAsync } from './search/explore.js';
export type { Checkpoint } from './search/checkpoint.js';
export type { ExploreOptions, Limit, Progress } from './search/explore-options.js';
export { note, send, spawn, stop, tell, type Effect } from './description/effects.js';
export {
  plainAdapter,
  type Effects,
  type HostAdapter,
  type HostScope,
  type RecordedCommand,
} from './description/host-adapter.js';
export { mutate, type MutantOutcome, type MutateOptions, type MutateResult } from './studies/mutate.js';
export type { InvokedActor, Outcome } from './description/invoked.js';
export type { Plain } from './description/plain-data.js';
export type { Activity } from './processes/process-step.js';
export type { ActorState, PendingActor, ProcessState, Timer } from './processes/process-state.js';
export type { LeadsTo, Properties } from './description/properties.js';
export type { Coverage } from './processes/coverage.js';
export type { ReplayReport } from './traces/replay.js';
export type { ExploreResult, Unused } from './search/result.js';
export { simulate, type SimulateOptions, type SimulateResult } from './search/simulate.js';
export { sweep, type SweepResult, type SweepRow } from './studies/sweep.js';
export { system, type System, type ViewOf } from './description/system.js';
export type {
  CrashFault,
  DuplicateFault,
  Faults,
  LinkConfig,
  MessageFault,
  NetworkConfig,
  Order,
  StartActor,
  StartActors,
  Stimulus,
  StimulusOf,
  SystemConfig,
  Ticks,
} from './description/system-config.js';
export type { ActorView, Predicate, ProcessView, SurroundingsView, SystemView } from './description/system-view.js';
export type { SentMessage, Step, StepName, Trace } from './traces/trace.js';
export {
  brokenProperty,
  restProperty,
  type PropertyKind,
  type TraceViolation,
  type Violation,
} from './traces/violation.js';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- a former name stays for those who use it
export type { ViolationRecord } from './traces/violation.js';
export { exploreAll, type ExploreAllOptions } from './workers/explore-all.js';
export type { Scenario, ScenarioParts, ScenarioResult, ScenarioViolation } from './workers/scenario.js';
export { worstCase, type WorstCase } from './studies/worst-case.js';
