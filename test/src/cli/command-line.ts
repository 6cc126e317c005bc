import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../../support/build.js';
import { builtCommand } from '../../support/built-command.js';

/** A run of the command, as a user's shell would start it. */
export interface CommandLine {
  readonly pid: number;
  readonly stdin: Writable;
  /** Not read where the run was started with `unread`. */
  readonly pipe: Readable;
  /** What it has printed so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves when it has printed this on stdout, or on stderr. Rejects where it ends without. */
  untilStdout(pattern: RegExp): Promise<RegExpExecArray>;
  untilStderr(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with the exit code, or the name of the signal that ended it, when everything that it printed is here. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

export interface CommandLineOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Leaves stdout alone, as a pager does that waits for its user. */
  readonly unread?: true;
}

const running = new Set<CommandLine>();

/** The option of Node with which the command loads what is written in TypeScript, as its help tells. */
export const withTypeScript = { NODE_OPTIONS: '--import tsx' } as const;

/** Runs the built command. The environment's own NATS settings are kept away from it. */
export function runCommand(args: readonly string[], options: CommandLineOptions = {}): CommandLine {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('NATS_'));
  const child = spawn(process.execPath, [builtCommand(), ...args], {
    cwd: root,
    env: { ...Object.fromEntries(inherited), ...options.env },
    stdio: 'pipe',
  });
  const printed = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  const notify = () => {
    for (const watcher of watchers) watcher();
  };
  const collect = (name: 'stdout' | 'stderr') => {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
      notify();
    });
  };
  if (options.unread !== true) collect('stdout');
  collect('stderr');
  let isOver = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    // Pipes that are not read to their end never close.
    child.once(options.unread === true ? 'exit' : 'close', (code: number | null, signal: NodeJS.Signals | null) => {
      isOver = true;
      running.delete(line);
      resolve(code ?? signal ?? -1);
      notify();
    });
  });
  const until = (name: 'stdout' | 'stderr', pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(printed[name]);
        if (match === null && !isOver) return;
        watchers.delete(look);
        if (match !== null) resolve(match);
        else
          reject(
            new Error(`expected ${String(pattern)} on ${name}, it ended with:\n${printed.stdout}${printed.stderr}`),
          );
      };
      watchers.add(look);
      look();
    });
  const line: CommandLine = {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    pipe: child.stdout,
    get stdout() {
      return printed.stdout;
    },
    get stderr() {
      return printed.stderr;
    },
    untilStdout: (pattern) => until('stdout', pattern),
    untilStderr: (pattern) => until('stderr', pattern),
    ended,
    kill: (signal) => child.kill(signal),
  };
  running.add(line);
  return line;
}

/** Ends the runs that a test has left, apart from some, in good order so that their own children end too. */
export async function endCommands(spared: readonly CommandLine[] = []): Promise<void> {
  const left = Array.from(running).filter((line) => !spared.includes(line));
  await Promise.all(
    left.map((line) => {
      line.kill('SIGTERM');
      line.pipe.resume();
      return line.ended;
    }),
  );
}

/** Resolves when a process is gone. One that has ended and was not yet waited for counts as gone. */
export async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await sleep(10);
}

export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
