import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Report } from './report.js';
import { typescriptLoader } from './build.js';

/** A process of this machine that runs one of the scripts here, and what it has told of itself. */
export interface RunningProcess {
  readonly pid: number;
  /** All reports so far, in the order in which they came. */
  readonly reports: readonly Report[];
  /**
   * Resolves with the first report that matches, one that has come already included. Rejects, with what the process
   * wrote on its standard error, where the process ends before.
   */
  until<Type extends Report['type']>(
    type: Type,
    matches?: (report: Extract<Report, { type: Type }>) => boolean,
  ): Promise<Extract<Report, { type: Type }>>;
  /** Ends it with SIGKILL, as `kill -9` does: it gets no chance to say goodbye. Resolves when it is gone. */
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a script of this folder in a process of its own, which ends with this one at the latest.
 *
 * @param script The name of its file, without the extension.
 * @param setting What the script reads as JSON from its first argument.
 */
export function startProcess(script: string, setting: object): RunningProcess {
  const file = fileURLToPath(new URL(`${script}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', typescriptLoader, file, JSON.stringify(setting)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);

  const reports: Report[] = [];
  const watchers = new Set<() => void>();
  let complaints = '';
  let ending: string | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      ending = signal ?? `code ${code ?? 'unknown'}`;
      for (const look of [...watchers]) look();
      resolve();
    });
  });
  let line = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (line + text).split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) reports.push(JSON.parse(whole) as Report);
    for (const look of [...watchers]) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));

  return {
    pid: child.pid ?? 0,
    reports,
    until: <Type extends Report['type']>(
      type: Type,
      matches: (report: Extract<Report, { type: Type }>) => boolean = () => true,
    ) =>
      new Promise<Extract<Report, { type: Type }>>((resolve, reject) => {
        const isWanted = (report: Report): report is Extract<Report, { type: Type }> =>
          report.type === type && matches(report as Extract<Report, { type: Type }>);
        const look = () => {
          const found = reports.find(isWanted);
          if (found === undefined && ending === undefined) return;
          watchers.delete(look);
          if (found !== undefined) resolve(found);
          else reject(new Error(`${script} ended with ${ending ?? ''} before it reported ${type}\n${complaints}`));
        };
        watchers.add(look);
        look();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
