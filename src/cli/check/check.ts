import type { Progress } from '../../testing/index.js';
import { wantsColours } from '../colours.js';
import { ExitCode } from '../exit-code.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { say } from '../log.js';
import { createOutput } from '../output.js';
import type { CheckOptions } from './check-options.js';
import { exploreSubject } from './explore-subject.js';
import type { Findings } from './findings.js';
import { jsonReport } from './json-report.js';
import { checkRecordings } from './check-recording.js';
import { createProgressLine } from './progress-line.js';
import { walkSubject } from './random-walks.js';
import { chooseSubject, type Subject } from './subject.js';
import { textReport } from './text-report.js';
import { assertWritable } from '../output-file.js';
import { writeTrace } from './trace-file.js';

/** Nothing is violated in what was explored, and a limit left some of it out. */
const incompleteExitCode = 3;

/** Gives the exit code. */
export async function check(options: CheckOptions): Promise<number> {
  // What is there is gone on with, or refused if it is something else.
  if (options.checkpoint !== undefined) assertWritable('--checkpoint', options.checkpoint, true);
  if (options.trace !== undefined) assertWritable('--trace', options.trace, options.overwrite === true);
  const { recording } = options;
  if (recording !== undefined) return checkRecordings({ ...options, recording });
  const subject = await chooseSubject(options);
  const isTerminal = process.stderr.isTTY;
  const progress = createProgressLine((text) => process.stderr.write(text), isTerminal);
  const leaving = new AbortController();
  let interrupted: InterruptSignal | undefined;
  const stopListening = onInterrupt((signal) => {
    interrupted = signal;
    leaving.abort();
    progress.clear();
    say('interrupted, and judging what is known');
    // Judging may take seconds in which nothing else is heard. Where nobody listens, the next interrupt ends it at once.
    stopListening();
  });
  const output = createOutput(process.stdout);
  const onProgress = (options.progress ?? isTerminal) ? progress.show : undefined;
  const findings = await examine(subject, options, leaving.signal, onProgress);
  progress.clear();
  const isColoured = wantsColours(process.stdout);
  const report =
    options.json === true
      ? jsonReport(subject, findings)
      : textReport(subject, findings, { isColoured, namesUnused: options.coverage === true });
  void output.write(report);
  if (options.trace !== undefined) writeTrace(options.trace, findings.violations);
  return exitCode(findings, interrupted);
}

async function examine(
  subject: Subject,
  options: CheckOptions,
  signal: AbortSignal,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Findings> {
  const { simulate } = options;
  return simulate === undefined
    ? exploreSubject(subject, options, signal, onProgress)
    : walkSubject(subject, { ...options, simulate }, signal);
}

function exitCode({ violations, isComplete, stoppedBy }: Findings, interrupted: InterruptSignal | undefined): number {
  if (violations.length > 0) return ExitCode.Failure;
  if (stoppedBy === 'signal' && interrupted !== undefined) return exitCodeOf[interrupted];
  return isComplete || stoppedBy === undefined ? ExitCode.Ok : incompleteExitCode;
}
