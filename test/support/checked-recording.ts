import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conforms, protocolSystem, type Conformance } from '../../src/testing/index.js';
import { mergeRecordings } from './merged-recordings.js';
import { createTracer, readJsonLines, toJsonLine, type TraceEvent, type Tracer } from '../../src/tracing/index.js';

/** How late a timer may fire, in a process that was stopped, or on a machine that does other things too. */
const lateMs = 120_000;

/** How long the step may take in which a timer starts. */
const earlyMs = 200;

/** Between real processes everything may be lost, repeated, cut off or killed. */
const protocol = protocolSystem({ faults: { drop: 1, duplicate: 1, cut: 1, crash: { max: 1, restart: true } } });

/** A folder in which recordings are kept, for `nats-stream check --recording --coverage`; nowhere unless told. */
const keptIn = process.env['KEEP_RECORDINGS'];

let kept = 0;

/** What clients of this process and of others did, recorded to be checked against the machines. */
export interface CheckedRecording {
  /** For the clients of this process. */
  readonly tracer: Tracer;
  /** A file for what another process records of itself, with {@link recordInto}. */
  newFile(): string;
  /**
   * Ends it: each recording is checked, and all of them as one run of several processes.
   *
   * @throws Error that shows the smallest trace of what no machine does.
   */
  check(): readonly Conformance[];
}

export function startCheckedRecording(): CheckedRecording {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  const tracer = newTracer();
  const trace: TraceEvent[] = [];
  const files: string[] = [];
  const stop = tracer.listen((events) => {
    for (const event of events) trace.push(event);
  });
  return {
    tracer,
    newFile: () => {
      const file = join(folder, `${files.length}.jsonl`);
      files.push(file);
      return file;
    },
    check: () => {
      stop();
      const others = files.map((file) => (existsSync(file) ? readJsonLines(readFileSync(file, 'utf8')) : []));
      rmSync(folder, { recursive: true, force: true });
      const traces = [trace, ...others].filter((one) => one.length > 1);
      const merged = traces.length > 1 ? [mergeRecordings(traces, 1)] : [];
      traces.forEach(keep);
      return [...traces, ...merged].map((one) => conforms(one, protocol, { late: lateMs, early: earlyMs }).assert());
    },
  };
}

/** Records the clients of this process into a file that outlives it, whenever and however it ends. */
export function recordInto(file: string | undefined): { readonly tracer?: Tracer } {
  if (file === undefined) return {};
  const tracer = newTracer();
  tracer.listen((events) => appendFileSync(file, events.map(toJsonLine).join('')));
  return { tracer };
}

function newTracer(): Tracer {
  return createTracer({ eventsMax: 1_000_000, entriesMax: 1_000, charactersMax: 10_000, depthMax: 12 });
}

function keep(trace: readonly TraceEvent[]): void {
  if (keptIn === undefined) return;
  mkdirSync(keptIn, { recursive: true });
  kept += 1;
  appendFileSync(join(keptIn, `${process.pid}-${kept}.jsonl`), trace.map(toJsonLine).join(''));
}
