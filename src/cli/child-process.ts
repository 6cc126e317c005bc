import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandEnvironment } from './command-environment.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A command that runs, with all the processes that it started in turn. */
export interface RunningCommand {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the process has ended; its pipes may still be open then. */
  readonly exited: Promise<Exit>;
  /**
   * Ends the command and its own children: SIGTERM, and SIGKILL for what is left after the grace. Resolves when they are
   * gone. Does nothing where the command has ended and closed its pipes.
   */
  stop(graceMs: number): Promise<void>;
}

/** Each command leads a process group of its own, so that the children of a shell can be ended with it. */
const canLeadGroup = process.platform !== 'win32';

/** How often a process group is asked whether it is still there: nothing tells of the end of a grandchild. */
const pollMs = 20;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) signalGroup(child, 'SIGKILL');
});

/**
 * Starts a command without a shell. Rejects with the system's error where it cannot be started.
 *
 * @param environment What it finds beside what it may know of this process's own.
 */
export async function startCommand(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<RunningCommand> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    env: commandEnvironment(process.env, environment),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: canLeadGroup,
    windowsHide: true,
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal });
    });
  });
  child.once('close', () => {
    running.delete(child);
  });
  // A command may end, or close its stdin, before it has read everything: that is its own business.
  child.stdin.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  running.add(child);
  child.on('error', () => undefined);

  const end = async (graceMs: number): Promise<void> => {
    if (!running.has(child)) return;
    signalGroup(child, 'SIGTERM');
    const deadline = performance.now() + graceMs;
    const patience = new AbortController();
    await Promise.race([exited, sleep(graceMs, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    while (isGroupAlive(child) && performance.now() < deadline) await sleep(pollMs);
    signalGroup(child, 'SIGKILL');
    await exited;
    // A process that left the group may hold the pipes for ever.
    child.stdout.destroy();
    child.stderr.destroy();
    running.delete(child);
  };
  let stopping: Promise<void> | undefined;
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    stop: (graceMs) => (stopping ??= end(graceMs)),
  };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (child.pid === undefined) return false;
  try {
    return canLeadGroup ? process.kill(-child.pid, signal) : child.kill(signal);
  } catch {
    // ESRCH: nobody is left in the group.
    return false;
  }
}

function isGroupAlive(child: ChildProcess): boolean {
  return signalGroup(child, 0);
}
