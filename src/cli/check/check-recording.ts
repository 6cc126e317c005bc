import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { messageOf } from '../../errors.js';
import {
  conformanceOf,
  createChecker,
  verdictText,
  type Conformance,
  type ConformsOptions,
} from '../../testing/conformance/index.js';
import { protocolSystem, type Coverage, type Faults, type System } from '../../testing/index.js';
import { createJsonLinesReader, toJsonLine } from '../../tracing/json-lines.js';
import type { TraceEvent } from '../../tracing/index.js';
import { printable } from '../../wire/index.js';
import { wantsColours, createPainter } from '../colours.js';
import { ExitCode } from '../exit-code.js';
import { Failure } from '../failure.js';
import { say } from '../log.js';
import { createOutput } from '../output.js';
import { faultsOf, type CheckOptions } from './check-options.js';
import { loadSystem } from './load-system.js';

type RecordingOptions = CheckOptions & { readonly recording: readonly string[] };

/** All that may happen between processes that nobody has promised anything of. */
const anything: Faults = { drop: 1, duplicate: 1, crash: { max: 1, restart: true }, cut: 1 };

const colours = { good: '32', wrong: '31' } as const;

/** Checks recordings one after the other. Gives the exit code. */
export async function checkRecordings(options: RecordingOptions): Promise<number> {
  for (const file of options.recording) assertReadable(file);
  const system = await systemOf(options);
  const checks: ConformsOptions = {
    ...(options.lateMs === undefined ? {} : { late: options.lateMs }),
    ...faultsGiven(options),
  };
  const output = createOutput(process.stdout);
  const paint = createPainter(colours, wantsColours(process.stdout));
  const found: { readonly file: string; readonly conformance: Conformance }[] = [];
  for (const file of options.recording) {
    const conformance = await checkFile(file, system, checks);
    found.push({ file, conformance });
    if (options.json === true) continue;
    const [head = '', ...rest] = verdictText(conformance).split('\n');
    const verdict = paint(conformance.ok ? 'good' : 'wrong', printable(head));
    await output.write([`${printable(file)}: ${verdict}`, ...rest.map(printable), ''].join('\n'));
  }
  const coverage = common(found.map(({ conformance }) => conformance.coverage));
  if (options.json === true) await output.write(`${JSON.stringify(jsonOf(found, coverage))}\n`);
  else if (options.coverage === true) await output.write(coverageText(coverage));
  if (options.trace !== undefined) writeFirst(options.trace, found);
  return found.every(({ conformance }) => conformance.ok) ? ExitCode.Ok : ExitCode.Failure;
}

async function systemOf({ system: file, order }: RecordingOptions): Promise<System> {
  if (file !== undefined) return (await loadSystem(file)).system;
  return protocolSystem({ faults: anything, ...(order === undefined ? {} : { order }) }) as System;
}

/** Faults that were asked for take the place of those of the system, where there are any. */
function faultsGiven(options: RecordingOptions): ConformsOptions {
  const faults = faultsOf(options);
  return Object.keys(faults).length === 0 ? {} : { faults };
}

/** Reads a recording piece by piece; only one that does not conform is read again, up to what is wrong. */
async function checkFile(file: string, system: System, options: ConformsOptions): Promise<Conformance> {
  const checker = createChecker(system, options);
  let hasRun = false;
  for await (const event of eventsOf(file)) {
    hasRun ||= event.type === 'run';
    if (!hasRun && event.type !== 'mark') {
      throw new Failure(`--recording ${file}: expected a header of trace events first, came ${event.type}`);
    }
    checker.push(event);
    if (checker.isDecided) break;
  }
  if (!hasRun) throw new Failure(`--recording ${file}: expected trace events, came none`);
  const violation = checker.end();
  const trace: TraceEvent[] = [];
  if (violation !== undefined) {
    for await (const event of eventsOf(file)) {
      trace.push(event);
      if (trace.length > violation.index) break;
    }
  }
  return conformanceOf(checker, trace, violation, system, options);
}

async function* eventsOf(file: string): AsyncIterable<TraceEvent> {
  const reader = createJsonLinesReader();
  for await (const text of createReadStream(file, { encoding: 'utf8' })) yield* reader.push(text as string);
  yield* reader.end();
}

function assertReadable(file: string): void {
  try {
    if (!statSync(file).isFile()) throw new Error('expected a file');
  } catch (error) {
    throw new Failure(`--recording ${file}: ${messageOf(error)}`);
  }
}

/** What none of the recordings has visited: of each machine that any of them has. */
function common(all: readonly Readonly<Record<string, Coverage>>[]): Readonly<Record<string, Coverage>> {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))].sort();
  const inAll = (lists: readonly (readonly string[])[]): readonly string[] => {
    const [first = [], ...others] = lists;
    return first.filter((name) => others.every((list) => list.includes(name)));
  };
  return Object.fromEntries(
    names.map((name) => {
      const own = all.flatMap((one) => one[name] ?? []);
      return [
        name,
        {
          unusedStates: inAll(own.map(({ unusedStates }) => unusedStates)),
          unusedTransitions: inAll(own.map(({ unusedTransitions }) => unusedTransitions)),
          unusedGuards: [],
        },
      ];
    }),
  );
}

function coverageText(coverage: Readonly<Record<string, Coverage>>): string {
  const lines = Object.entries(coverage).flatMap(([machine, { unusedStates, unusedTransitions }]) => [
    '',
    `${printable(machine)}: ${unusedStates.length} states and ${unusedTransitions.length} transitions not visited`,
    ...unusedStates.map((name) => `  state       ${name}`),
    ...unusedTransitions.map((name) => `  transition  ${name}`),
  ]);
  return `${lines.join('\n')}\n`;
}

function jsonOf(
  found: readonly { readonly file: string; readonly conformance: Conformance }[],
  coverage: Readonly<Record<string, Coverage>>,
): object {
  return {
    conforms: found.every(({ conformance }) => conformance.ok),
    recordings: found.map(({ file, conformance: { ok, notVisible, violation, counts, latest } }) => ({
      file,
      conforms: ok,
      notVisible,
      ...(violation === undefined ? {} : { violation }),
      counts,
      latest,
    })),
    coverage,
  };
}

function writeFirst(
  file: string,
  found: readonly { readonly file: string; readonly conformance: Conformance }[],
): void {
  const failed = found.find(({ conformance }) => !conformance.ok);
  if (failed === undefined) {
    say(`each recording conforms, so ${file} was not written`);
    return;
  }
  writeFileSync(file, failed.conformance.trace.map(toJsonLine).join(''));
  say(`wrote ${file}: ${failed.file} up to what cannot be`);
}
