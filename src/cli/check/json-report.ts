import type { Findings } from './findings.js';
import type { Subject } from './subject.js';

/** What was found, for machines: one object. JSON has no Infinity, so a time without end is null. */
export function jsonReport({ name, description }: Subject, findings: Findings): string {
  const { isComplete, stoppedBy, properties, coverage, counts, ms, violations } = findings;
  const report = {
    name,
    description: description.map(([word, text]) => `${word}: ${text}`),
    complete: isComplete,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    ...counts,
    ms: Math.round(ms),
    properties: properties.map(({ isReached: _, ...finding }) => finding),
    ...(coverage === undefined ? {} : { coverage }),
    violations,
  };
  return `${JSON.stringify(report)}\n`;
}
