import type { Readable } from 'node:stream';
import { messageOf } from '../errors.js';
import { createLineSplitter, createPieceSplitter, type Piece, type Splitter } from './lines.js';
import { merge } from './merge.js';
import { startCommand } from './child-process.js';
import type { OutputForm, OutputPiece, OutputSource } from './served-output.js';

export interface CommandRun {
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What the command reads on its stdin. */
  readonly input: Uint8Array;
  /** Aborts when nobody reads the lines any more: the command is stopped. */
  readonly signal: AbortSignal;
  /** Between SIGTERM and SIGKILL. Milliseconds. */
  readonly graceMs: number;
  /** Whether its output is given by lines, or as it comes. */
  readonly form: OutputForm;
  /** Longer lines and pieces are cut into several. Bytes. */
  readonly pieceBytesMax: number;
  /** Is told, at the end, how many lines were cut. */
  readonly onCut: (lines: number) => void;
}

/**
 * Runs a command and gives what it prints, of stdout and stderr in the order in which it comes. The pipes are read
 * only as fast as that is taken, so that a slow reader slows the command down.
 *
 * Returns when the command ended with exit code 0. Throws an `Error` whose message is what the reader of the stream is
 * told: `exit code 3`, `killed by SIGSEGV`, or why the command could not be started.
 */
export async function* commandOutput(run: CommandRun): AsyncGenerator<OutputPiece> {
  const running = await startCommand(run.command, run.environment).catch((error: unknown) => {
    throw new Error(`could not start ${run.command[0] ?? ''}: ${startFailure(error)}`, { cause: error });
  });
  const stop = () => running.stop(run.graceMs);
  const onAbort = () => {
    void stop();
  };
  run.signal.addEventListener('abort', onAbort, { once: true });
  // The signal may have aborted while the command started.
  if (run.signal.aborted) onAbort();
  const createSplitter = run.form === 'lines' ? createLineSplitter : createPieceSplitter;
  const splitters = { stdout: createSplitter(run.pieceBytesMax), stderr: createSplitter(run.pieceBytesMax) };
  try {
    running.stdin.end(run.input);
    const printed = merge(
      batches('stdout', running.stdout, splitters.stdout),
      batches('stderr', running.stderr, splitters.stderr),
    );
    for await (const batch of printed) {
      // A command that is being stopped may still have something to say, and must not hang on a full pipe meanwhile.
      if (run.signal.aborted) continue;
      yield* batch;
    }
    const { code, signal } = await running.exited;
    if (run.signal.aborted) return;
    if (signal !== null) throw new Error(`killed by ${signal}`);
    if (code !== 0) throw new Error(`exit code ${code ?? 'unknown'}`);
  } finally {
    run.signal.removeEventListener('abort', onAbort);
    running.stdout.resume();
    running.stderr.resume();
    await stop();
    const cuts = splitters.stdout.cuts + splitters.stderr.cuts;
    if (cuts > 0) run.onCut(cuts);
  }
}

async function* batches(
  source: OutputSource,
  pipe: Readable,
  splitter: Splitter,
): AsyncGenerator<readonly OutputPiece[]> {
  const label = (pieces: readonly Piece[]) => pieces.map((piece): OutputPiece => ({ source, ...piece }));
  try {
    for await (const chunk of pipe.iterator({ destroyOnReturn: false }))
      yield label(splitter.push(chunk as Uint8Array));
  } catch (error) {
    // The pipe was taken from a command that did not let go of it.
    if (!pipe.destroyed) throw error;
  }
  yield label(splitter.end());
}

function startFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such command (ENOENT)';
  if (code === 'EACCES') return 'not executable (EACCES)';
  return messageOf(error);
}
