export {
  conforms,
  createChecker,
  conformanceOf,
  traceUpTo,
  verdictText,
  type Conformance,
  type ConformsOptions,
} from './conforms.js';
export type { Checker, CheckedCounts } from './checker.js';
export type { ConformanceRule, Nonconformance } from './complaint.js';
