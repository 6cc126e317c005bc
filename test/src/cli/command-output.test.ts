import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOutput, type CommandRun } from '../../../src/cli/command-output.js';
import { isAlive } from './command-line.js';

const never = new AbortController().signal;

function runShell(script: string, options: Partial<CommandRun> = {}): AsyncGenerator<string> {
  return text({ command: ['sh', '-c', script], ...options });
}

async function* text(options: Partial<CommandRun>): AsyncGenerator<string> {
  const run: CommandRun = {
    command: [],
    environment: {},
    input: new Uint8Array(),
    signal: never,
    graceMs: 5000,
    form: 'lines',
    pieceBytesMax: 10_000,
    onCut: () => undefined,
    ...options,
  };
  for await (const { source, bytes } of commandOutput(run)) yield `${source} ${Buffer.from(bytes).toString()}`;
}

async function collect(lines: AsyncIterable<string>): Promise<{ lines: string[]; error: string | undefined }> {
  const collected: string[] = [];
  try {
    for await (const line of lines) collected.push(line);
    return { lines: collected, error: undefined };
  } catch (error) {
    return { lines: collected, error: (error as Error).message };
  }
}

/** How many bytes a process has written. */
function bytesWritten(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

describe('lines of a command', () => {
  it('gives the lines of both pipes, and returns at exit code 0', async () => {
    const { lines, error } = await collect(runShell('echo a; echo b >&2; printf c'));
    expect(lines).to.have.members(['stdout a', 'stderr b', 'stdout c']);
    expect(error).to.equal(undefined);
  });

  it('gives every line before it throws the exit code', async () => {
    expect(await collect(runShell('echo a; echo b; exit 3'))).to.deep.equal({
      lines: ['stdout a', 'stdout b'],
      error: 'exit code 3',
    });
  });

  it('throws the signal that killed the command', async () => {
    expect((await collect(runShell('kill -SEGV $$'))).error).to.equal('killed by SIGSEGV');
  });

  it('throws why a command cannot be started', async () => {
    const missing = await collect(text({ command: ['/nowhere/command'] }));
    expect(missing.error).to.equal('could not start /nowhere/command: no such command (ENOENT)');
    const folder = await collect(text({ command: ['/'] }));
    expect(folder.error).to.equal('could not start /: not executable (EACCES)');
    const nothing = await collect(text({ command: ['a\u0000b'] }));
    expect(nothing.error).to.include('could not start a\u0000b: ').and.to.include('null bytes');
  });

  it('bears a command that does not read its input', async () => {
    const { lines, error } = await collect(runShell('exec <&-; echo done', { input: new Uint8Array(1_000_000) }));
    expect({ lines, error }).to.deep.equal({ lines: ['stdout done'], error: undefined });
  });

  it('goes on until the pipes are closed, also after the command itself has ended', async () => {
    expect((await collect(runShell('(sleep 0.1; echo late) & echo early'))).lines).to.deep.equal([
      'stdout early',
      'stdout late',
    ]);
  });

  it('counts the lines that were cut', async () => {
    let cut = 0;
    const onCut = (lines: number) => {
      cut = lines;
    };
    const { lines } = await collect(runShell('echo 1234567; echo 12; echo 123456789', { pieceBytesMax: 4, onCut }));
    expect(lines.map((line) => line.slice(7))).to.deep.equal(['1234', '567', '12', '1234', '5678', '9']);
    expect(cut).to.equal(2);
  });

  it('does not read on while the lines are not taken', async () => {
    const lines = runShell('echo $$; exec yes');
    const pid = Number(/\d+/.exec((await lines.next()).value as string)?.[0]);
    // The command is stuck when it has written something, and nothing for a while.
    let before = 0;
    for (let looks = 0; looks < 10; looks += 1) {
      await sleep(50);
      const now = bytesWritten(pid);
      if (now !== before || now === 0) looks = 0;
      before = now;
    }
    expect(before).to.be.lessThan(1_000_000);
    await lines.return(undefined);
    expect(isAlive(pid)).to.equal(false);
  });

  it('stops the command when the signal aborts while it is silent, and throws nothing', async () => {
    const controller = new AbortController();
    const lines = runShell('echo $$; exec sleep 1000', { signal: controller.signal });
    const pid = Number(/\d+/.exec((await lines.next()).value as string)?.[0]);
    const next = lines.next();
    controller.abort();
    expect(await next).to.deep.equal({ done: true, value: undefined });
    expect(isAlive(pid)).to.equal(false);
  });

  it('lets a command clean up within the grace', async () => {
    const controller = new AbortController();
    const script = 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.01; done';
    const lines = runShell(script, { signal: controller.signal });
    await lines.next();
    const next = lines.next();
    controller.abort();
    // What it says then has no reader any more.
    expect(await next).to.deep.equal({ done: true, value: undefined });
  });

  it('does not start to read where the signal has aborted before', async () => {
    expect(await collect(runShell('exec sleep 1000', { signal: AbortSignal.abort() }))).to.deep.equal({
      lines: [],
      error: undefined,
    });
  });
});
