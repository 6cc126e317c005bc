import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../../errors.js';
import { toJsonLine } from '../../tracing/json-lines.js';
import type { Violation } from '../../testing/index.js';
import { Failure } from '../failure.js';
import { say } from '../log.js';

/**
 * Finds out before a long exploration whether its trace can be written.
 *
 * @throws Failure that says why not.
 */
export function assertWritable(file: string): void {
  const path = resolve(file);
  const isThere = statSync(path, { throwIfNoEntry: false });
  if (isThere?.isDirectory() === true) throw new Failure(`--trace ${file}: expected a file, but it is a folder`);
  try {
    accessSync(isThere === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw new Failure(`--trace ${file}: ${messageOf(error)}`);
  }
}

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
