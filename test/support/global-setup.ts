import { spawnSync } from 'node:child_process';
import { findChromium } from './chromium.js';
import { endProcessesWithThis, startersUpToNpm } from './end-with-run.js';
import { findNatsServer } from './nats-server.js';
import { findTmux } from './terminal.js';

/** A program that the tests use and do not bring along. Debian's package has the same name. */
interface Program {
  readonly name: string;
  readonly find: () => string | undefined;
  /** What cannot be said without it. */
  readonly without: string;
  readonly variable: string;
}

const programs: readonly Program[] = [
  { name: 'nats-server', find: findNatsServer, without: 'a real server', variable: 'NATS_SERVER' },
  { name: 'chromium', find: findChromium, without: 'a real browser', variable: 'CHROMIUM' },
  { name: 'tmux', find: findTmux, without: 'a real terminal', variable: 'TMUX_PROGRAM' },
];

// A run of mocha alone. What has started it is mocha as well, which ends at some signals and does not pass them on.
endProcessesWithThis([process.ppid, ...startersUpToNpm()]);

/**
 * Makes sure, before the first test, that there are a nats-server, a Chromium and a tmux: those that are on the machine, else
 * Debian's packages where this may install them. Without one the tests cannot say anything about the real thing, and this
 * says so instead.
 */
export function mochaGlobalSetup(): void {
  for (const program of programs) console.log(`${program.name}: ${program.find() ?? installed(program)}`);
}

function installed({ name, find, without, variable }: Program): string {
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
