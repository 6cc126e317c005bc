import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that tests use and do not bring along. Debian's package has the same name. */
export interface Program {
  readonly name: string;
  readonly find: () => string | undefined;
  /** What cannot be said without it. */
  readonly without: string;
  /** The environment variable that may name its path. */
  readonly variable: string;
}

/** The path of a program: the one that the variable names, else one on the PATH. */
export function findProgram(name: string, variable: string): string | undefined {
  const named = process.env[variable] ?? '';
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...(named === '' ? [] : [named]), ...folders.map((folder) => join(folder, name))].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The path of a program: the one that is on the machine, else that of Debian's package where this may install it.
 * Without it the tests cannot say anything about the real thing, and this says so instead.
 */
export function needProgram({ name, find, without, variable }: Program): string {
  const there = find();
  if (there !== undefined) return there;
  console.log(`${name}: none found, installing the package ${name}`);
  const failure = install(name);
  const found = find();
  if (found !== undefined) return found;
  throw new Error(
    `The tests need ${without}, there is no ${name} on the PATH, and it could not be installed: ` +
      `${failure ?? `the package holds no ${name}`}. Install it (on Debian and Ubuntu \`sudo apt-get install ${name}\`), ` +
      `or name its path in the environment variable ${variable}.`,
  );
}

/** Returns what went wrong, or undefined where nothing did. */
function install(name: string): string | undefined {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  return (
    run([...asRoot, 'apt-get', 'update']) ??
    run([...asRoot, 'apt-get', 'install', '-y', '--no-install-recommends', name])
  );
}

function run(command: readonly string[]): string | undefined {
  const [file = '', ...args] = command;
  const { error, status, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (error === undefined && status === 0) return undefined;
  const reason = error?.message ?? (stderr.trim() || `exit code ${status ?? 'unknown'}`);
  return `'${command.join(' ')}' failed: ${reason}`;
}
