import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface NatsServerOptions {
  /** The most bytes that one message may hold; nats-server's own default is 1 MiB. */
  maxPayloadBytes?: number;
  /** More lines for the configuration file. */
  config?: string;
  /** More arguments for the command line. */
  args?: readonly string[];
}

export interface NatsServer {
  /** What clients connect to, such as `nats://127.0.0.1:20417`. */
  readonly url: string;
  readonly port: number;
  /** The process that runs now, or undefined where none does. */
  readonly pid: number | undefined;
  /** What the server has written to its log, over all its lives. */
  readonly log: string;
  /** Ends it with SIGKILL, as a crash does. */
  kill(): Promise<void>;
  /** Lets it shut down in order. */
  stop(): Promise<void>;
  /** Starts it again on the same port, killing it first where it still runs. Options replace those that it had. */
  restart(options?: Pick<NatsServerOptions, 'maxPayloadBytes'>): Promise<void>;
  /** Has it read its configuration anew, and resolves when its log says that it has. */
  reload(options: Pick<NatsServerOptions, 'maxPayloadBytes'>): Promise<void>;
}

const startTimeoutMs = 180_000;
const portAttempts = 5;

/** Where distributions put it when it is not on the path of an ordinary user. */
const usualFolders = ['/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];

const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The path of a nats-server: the one that NATS_SERVER names, else one on the PATH, else in a usual folder. */
export function findNatsServer(): string | undefined {
  const named = process.env['NATS_SERVER'];
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...path, ...usualFolders].map((folder) => join(folder, 'nats-server'));
  return [...(named ? [named] : []), ...candidates].find(isExecutable);
}

/** Starts a nats-server on a free port of 127.0.0.1, and resolves when clients can connect. It ends with this process. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer> {
  const binary = findNatsServer();
  if (binary === undefined) throw new Error('expected a nats-server on the PATH or named by NATS_SERVER, found none');

  const folder = mkdtempSync(join(tmpdir(), 'nats-server-'));
  folders.add(folder);
  const configFile = join(folder, 'nats-server.conf');
  const configure = (maxPayloadBytes: number | undefined) => {
    const maxPayload = maxPayloadBytes === undefined ? '' : `max_payload: ${maxPayloadBytes}\n`;
    writeFileSync(configFile, `${maxPayload}${options.config ?? ''}\n`);
  };
  configure(options.maxPayloadBytes);

  let log = '';
  let child: ChildProcess | undefined;

  const launch = async (port: number) => {
    const args = ['-a', '127.0.0.1', '-p', `${port}`, '-c', configFile, ...(options.args ?? [])];
    const launched = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    running.add(launched);
    launched.once('exit', () => running.delete(launched));
    child = launched;
    await untilReady(launched, (text) => (log += text));
  };

  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const ending = child;
    child = undefined;
    if (ending === undefined || !running.has(ending)) return;
    const exited = new Promise((resolve) => ending.once('exit', resolve));
    // A process that nothing waits for must be waited for here, or an idle event loop would end before it does.
    ending.ref();
    ending.kill(signal);
    await exited;
  };

  const launchOnFreePort = async (attempts: number): Promise<number> => {
    const port = await findFreePort();
    try {
      await launch(port);
      return port;
    } catch (error) {
      await end('SIGKILL');
      // Another process may have taken the port since it was found free.
      if (attempts <= 1 || !log.includes('address already in use')) throw error;
      return launchOnFreePort(attempts - 1);
    }
  };

  const port = await launchOnFreePort(portAttempts);
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get pid() {
      return child?.pid;
    },
    get log() {
      return log;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async restart({ maxPayloadBytes } = {}) {
      await end('SIGKILL');
      if (maxPayloadBytes !== undefined) configure(maxPayloadBytes);
      await launch(port);
    },
    async reload({ maxPayloadBytes }) {
      configure(maxPayloadBytes);
      const reloads = countOf(log, reloaded);
      child?.kill('SIGHUP');
      while (countOf(log, reloaded) === reloads) await new Promise((resolve) => setTimeout(resolve, 5).unref());
    },
  };
}

const reloaded = 'Reloaded server configuration';

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when the log says that clients can connect, and rejects with the log where that does not come. */
async function untilReady(child: ChildProcess, onLog: (text: string) => void): Promise<void> {
  const { stderr } = child;
  if (stderr === null) throw new Error('expected a nats-server with its log piped, got none');
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`nats-server did not start: ${why}\n${text}`));
    const timer = setTimeout(() => fail(`not ready within ${startTimeoutMs} ms`), startTimeoutMs);
    const settle = (done: () => void) => {
      clearTimeout(timer);
      done();
    };
    stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      onLog(chunk);
      if (text.includes('Server is ready')) settle(resolve);
    });
    child.once('error', (error) => settle(() => fail(error.message)));
    child.once('exit', (code, signal) => settle(() => fail(`ended with ${signal ?? `code ${code ?? 'unknown'}`}`)));
  });
  // A test that forgets a server must not keep the process from its end, which kills the server.
  child.unref();
  (stderr as unknown as { unref(): void }).unref();
}

/**
 * A port below those that systems give to outgoing connections. Among them, a client that dials the port of a server
 * which is down can be given that very port, and then connects to itself and keeps the server from coming back.
 */
export async function findFreePort(): Promise<number> {
  const port = randomInt(15_000, 32_000);
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
  return isFree ? port : findFreePort();
}
