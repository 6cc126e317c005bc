/** The kit for tests: a stepping clock, a broker with faults, and the explorer with its model of the protocol. */
export { createTestClock, type PendingTimer, type TestClock, type TestClockOptions } from './test-clock.js';
export {
  createTestBroker,
  type TestBroker,
  type TestBrokerFaults,
  type TestBrokerOptions,
  type TestBrokerRecord,
} from './test-broker.js';
export { createRandom, type Random } from './random.js';
export {
  assertExplorable,
  explorabilityBreaches,
  type Breach,
  type ExplorabilityOptions,
} from './assert-explorable.js';
export { mutants, type Mutant } from './mutants.js';
export * from './explorer/index.js';
export * from './protocol/index.js';
