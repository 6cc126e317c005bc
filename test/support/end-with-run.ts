import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The variable of the environment that marks the processes of a run of tests. */
export const runMark = 'TEST_RUN';

/**
 * Makes sure that all processes which this one starts from now on end with it, however it ends: by itself, by a signal, by
 * SIGKILL. Does nothing where this process is of a run that sees to it already.
 *
 * @param starters Processes without which this one shall end too.
 */
export function endProcessesWithThis(starters: readonly number[]): void {
  if (process.env[runMark]) return;
  const mark = randomUUID();
  const reaper = spawn(
    process.execPath,
    [fileURLToPath(new URL('reaper.mjs', import.meta.url)), mark, `${process.pid}`, ...starters.map(String)],
    // Without the mark of a run around this one, which would end it before its work is done.
    { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} },
  );
  reaper.unref();
  (reaper.stdin as unknown as { unref(): void }).unref();
  process.env[runMark] = mark;
}

/**
 * The processes from the one that started this one up to npm, with the shell between them, where npm is at the head of
 * them: npm ends without a word at some signals, and its shell at others.
 */
export function startersUpToNpm(): readonly number[] {
  const starters: number[] = [];
  for (let pid = process.ppid; pid > 1; pid = parentOf(pid)) {
    starters.push(pid);
    if (read(pid, 'cmdline').startsWith('npm')) return starters;
  }
  return [];
}

function parentOf(pid: number): number {
  const stat = read(pid, 'stat');
  // The name before it is in brackets, and may hold anything.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
