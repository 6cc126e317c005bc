import { writeFileSync } from 'node:fs';
import { toJsonLine } from '../../tracing/json-lines.js';
import type { Violation } from '../../testing/index.js';
import { say } from '../log.js';

/** Writes the first violation as trace events, one a line, and says on stderr what was done. */
export function writeTrace(file: string, [violation]: readonly Violation[]): void {
  if (violation === undefined) {
    say(`no violation was found, so there is no trace, and ${file} was not written`);
    return;
  }
  const isWithoutSteps = violation.steps.length === 0;
  writeFileSync(file, violation.toJSON().records.map(toJsonLine).join(''));
  say(`wrote ${file}${isWithoutSteps ? ', without steps: what is never reached has no trace' : ''}`);
}
