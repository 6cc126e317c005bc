/**
 * Test kit: a virtual clock, a fault-injecting broker, and the model checker with its model of the protocol.
 *
 * @module nats-stream-actors/testing
 */
export type { FakeTimers, SinonTimers, SteppedTimers, TickedTimers } from './doubles/virtual-time.js';
export { createTestClock, type PendingTimer, type TestClock, type TestClockOptions } from './doubles/test-clock.js';
export {
  createTestBroker,
  type TestBroker,
  type TestBrokerFaults,
  type TestBrokerOptions,
  type TestBrokerRecord,
} from './doubles/test-broker.js';
export {
  conforms,
  type Conformance,
  type ConformsOptions,
  type ConformanceRule,
  type Nonconformance,
  type CheckedCounts,
} from './conformance/index.js';
export { exploreOrders, type ExploreOrdersOptions, type ExploreOrdersResult } from './doubles/explore-orders.js';
export type { ScheduledTask, Scheduler } from './doubles/scheduler.js';
export { createRandom, type Random } from './doubles/random.js';
export {
  assertExplorable,
  explorabilityBreaches,
  type Breach,
  type ExplorabilityOptions,
} from './explorability/assert-explorable.js';
export { mutants, type Mutant } from './mutants/mutants.js';
export * from './explorer/index.js';
export * from './protocol/index.js';
