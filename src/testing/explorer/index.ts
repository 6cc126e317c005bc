export { explore, exploreAsync } from './explore.js';
export type { ExploreOptions, Limit, Progress } from './explore-options.js';
export { note, send, spawn, stop, tell, type Effect } from './effects.js';
export { plainAdapter, type Effects, type HostAdapter, type HostScope, type RecordedCommand } from './host-adapter.js';
export { mutate, type MutantOutcome, type MutateOptions, type MutateResult } from './mutate.js';
export type { Plain } from './plain-data.js';
export type { Activity } from './process-step.js';
export type { ActorState, ProcessState, Timer } from './process-state.js';
export type { LeadsTo, Properties } from './properties.js';
export type { Coverage } from './coverage.js';
export type { ReplayReport } from './replay.js';
export type { ExploreResult } from './result.js';
export { simulate, type SimulateOptions, type SimulateResult } from './simulate.js';
export { sweep, type SweepResult, type SweepRow } from './sweep.js';
export {
  system,
  type Faults,
  type LinkConfig,
  type MessageFault,
  type NetworkConfig,
  type Order,
  type StartActor,
  type StartActors,
  type Stimulus,
  type System,
  type SystemConfig,
  type ViewOf,
} from './system.js';
export type { ActorView, Predicate, ProcessView, SurroundingsView, SystemView } from './system-view.js';
export type { SentMessage, Step, StepName, Trace } from './trace.js';
export type { PropertyKind, Violation, ViolationRecord } from './violation.js';
export { exploreAll, type ExploreAllOptions } from './workers/explore-all.js';
export type { Scenario, ScenarioParts, ScenarioResult, ScenarioViolation } from './workers/scenario.js';
export { worstCase, type WorstCase } from './worst-case.js';
