import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { messageOf } from '../../errors.js';

/** A nats-server that runs for the demo. */
export interface StartedServer {
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** Where distributions put it when it is not on the path of an ordinary user. */
const usualFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];

const startTimeoutMs = 5000;

/** The executable that NATS_SERVER names and no other, else the first on the PATH or in a usual folder. */
export function findNatsServer(): string | undefined {
  const named = process.env['NATS_SERVER'] ?? '';
  if (named !== '') return isExecutable(named) ? named : undefined;
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const file = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  return [...path, ...usualFolders].map((folder) => join(folder, file)).find(isExecutable);
}

/**
 * Starts a server on a port of 127.0.0.1 that it chooses itself, and resolves when clients can connect. Rejects with
 * what the server said where it does not start. It never outlives this process.
 */
export async function startNatsServer(file: string): Promise<StartedServer> {
  const child = spawn(file, ['-a', '127.0.0.1', '-p', '-1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A terminal sends its interrupt to the whole process group, and the server is needed until the streams are over.
    detached: true,
  });
  const kill = () => {
    child.kill('SIGKILL');
  };
  process.on('exit', kill);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      process.off('exit', kill);
      resolve(signal ?? `exit code ${code ?? 'unknown'}`);
    });
    child.once('error', (error) => {
      resolve(messageOf(error));
    });
  });
  let log = '';
  let timer: NodeJS.Timeout | undefined;
  const failure = await new Promise<string | undefined>((resolve) => {
    timer = setTimeout(() => {
      resolve(`not ready within ${startTimeoutMs} ms`);
    }, startTimeoutMs);
    void exited.then(resolve);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // The log goes on as long as the server; only its start is of interest.
      if (log.length < 65_536) log += text;
      if (log.includes('Server is ready')) resolve(undefined);
    });
  });
  clearTimeout(timer);
  const port = /Listening for client connections on \S+:(\d+)/.exec(log)?.[1];
  if (failure !== undefined || port === undefined) {
    kill();
    const lastLine = log.trimEnd().split('\n').at(-1) ?? '';
    throw new Error([failure ?? 'it named no port', lastLine].filter((text) => text !== '').join(': '));
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    version: /Version:\s+(\S+)/.exec(log)?.[1] ?? 'of an unknown version',
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
