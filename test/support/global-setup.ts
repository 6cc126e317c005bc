import { spawnSync } from 'node:child_process';
import { findNatsServer } from './nats-server.js';

/**
 * Makes sure, before the first test, that there is a nats-server: one that is on the machine, else Debian's package where
 * this may install it. Without one the tests cannot say anything about a real server, and this says so instead.
 */
export function mochaGlobalSetup(): void {
  const found = findNatsServer();
  if (found !== undefined) {
    console.log(`nats-server: ${found}`);
    return;
  }
  console.log('nats-server: none found, installing the package nats-server');
  const failure = install();
  const installed = findNatsServer();
  if (installed === undefined) {
    throw new Error(
      'The tests need a nats-server, there is none on the PATH, and it could not be installed: ' +
        `${failure ?? 'the package holds no nats-server'}. Install one (https://docs.nats.io, or on Debian and Ubuntu ` +
        '`sudo apt-get install nats-server`), or name its path in the environment variable NATS_SERVER.',
    );
  }
  console.log(`nats-server: ${installed}`);
}

/** Returns what went wrong, or undefined where nothing did. */
function install(): string | undefined {
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  return (
    run([...asRoot, 'apt-get', 'update']) ??
    run([...asRoot, 'apt-get', 'install', '-y', '--no-install-recommends', 'nats-server'])
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
