import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer } from '../../support/nats-server.js';
import { endCommands, isAlive, runCommand, untilGone, type CommandLine } from './command-line.js';

interface Line {
  readonly type: string;
  readonly stream: string;
  readonly side: string;
  readonly state: string;
  readonly elapsedMs: number;
  readonly reason: string;
  readonly code: number;
  readonly records: number;
  readonly bytes: number;
  readonly what: string;
  readonly server: { readonly kind: string; readonly description: string };
  readonly ok: boolean;
}

function parse(stdout: string): readonly Line[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('nats-stream demo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nats-stream-demo-'));
  const file = join(folder, 'server.log');
  const lines = Array.from({ length: 50 }, (_, n) => `line ${n} of a log`);
  before(() => writeFileSync(file, `${lines.join('\n')}\n`));
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => endCommands());

  const ends = (output: readonly Line[]) =>
    Object.fromEntries(
      output.filter(({ type }) => type === 'end').map(({ stream, reason, code }) => [stream, `${reason} ${code}`]),
    );
  const walk = (output: readonly Line[], stream: string, side: string) =>
    output
      .filter((line) => line.type === 'state' && line.stream === stream && line.side === side)
      .map(({ state }) => state);
  const expectedEnds = {
    whole: 'completed 1000',
    tail: 'cancelled 1006',
    killed: 'producerSilent 1006',
    failing: 'closed 5000',
  };

  for (const [kind, args] of [
    ['started', []],
    ['embedded', ['--embedded']],
  ] as const) {
    it(`shows four lives of streams, with a server that is ${kind}`, async () => {
      const run = runCommand(['demo', '--json', '--file', file, ...args], {
        env: process.env['NATS_SERVER'] === undefined ? {} : { NATS_SERVER: process.env['NATS_SERVER'] },
      });
      expect(await run.ended, run.stderr).to.equal(0);
      const output = parse(run.stdout);
      expect(output[0]!.server.kind).to.equal(kind);
      expect(ends(output)).to.deep.equal(expectedEnds);
      expect(walk(output, 'whole', 'consumer')).to.deep.equal(['opening', 'active', 'closed']);
      expect(walk(output, 'whole', 'producer')).to.deep.equal(['opening', 'active', 'finishing', 'closed']);
      expect(walk(output, 'tail', 'consumer')).to.deep.equal(['opening', 'active', 'cancelling', 'closed']);
      expect(walk(output, 'tail', 'producer')).to.deep.equal(['opening', 'active', 'closed']);
      expect(walk(output, 'killed', 'consumer')).to.deep.equal(['opening', 'active', 'cancelling', 'closed']);
      expect(walk(output, 'killed', 'producer')).to.deep.equal(['opening', 'active']);
      const whole = output.find(({ type, stream }) => type === 'end' && stream === 'whole')!;
      expect(whole).to.include({ records: lines.length, bytes: lines.join('').length });
      expect(output.at(-1)).to.include({ type: 'summary', ok: true });
    });
  }

  it('runs on the server that is given, and kills a process of its own', async () => {
    const server = await startNatsServer();
    try {
      const run = runCommand(['demo', '--json', '--file', file, '--server', server.url]);
      expect(await run.ended, run.stderr).to.equal(0);
      const output = parse(run.stdout);
      expect(output[0]!.server.kind).to.equal('given');
      expect(output[0]!.server.description).to.include(`127.0.0.1:${server.port}`);
      expect(ends(output)).to.deep.equal(expectedEnds);
      const death = output.find(({ type, stream }) => type === 'event' && stream === 'killed')!;
      const pid = /process (\d+), gets SIGKILL/.exec(death.what)?.[1];
      expect(isAlive(Number(pid))).to.equal(false);
    } finally {
      await server.stop();
    }
  });

  it('runs on the embedded broker where there is no server, and says why', async () => {
    const run = runCommand(['demo', '--file', file], { env: { NATS_SERVER: '/nowhere/nats-server' } });
    expect(await run.ended, run.stderr).to.equal(0);
    expect(run.stdout).to.include(
      'the embedded broker, in memory (NATS_SERVER names /nowhere/nats-server, which cannot be run)',
    );
  });

  it('runs on the embedded broker where the server does not start, and says why', async () => {
    const run = runCommand(['demo', '--file', file], { env: { NATS_SERVER: process.execPath } });
    expect(await run.ended, run.stderr).to.equal(0);
    expect(run.stdout).to.match(/the embedded broker, in memory \(.*did not start: exit code 9/);
  });

  it('prints the states as they are walked, and a table, without colours where it is no terminal', async () => {
    const run = runCommand(['demo', '--embedded']);
    expect(await run.ended, run.stderr).to.equal(0);
    expect(run.stdout).to.match(/^ +\d+ ms {2}tail +consumer {2}cancelling$/m);
    expect(run.stdout).to.match(/^tail +opening→active→cancelling→closed {2}opening→active→closed$/m);
    expect(run.stdout).to.match(/^tail +20 +[\d,]+ {2}cancelled \(1006\)$/m);
    const tables = run.stdout.slice(run.stdout.indexOf('\nstream ')).split('\n');
    expect(Math.max(...tables.map((line) => line.length))).to.be.at.most(80);
    expect(run.stdout).to.match(/All 4 streams ended as they should, in \d+\.\d s\.\n$/);
    expect(run.stdout).not.to.include('\u001b');
  });

  describe('its page', () => {
    const page = join(folder, 'page');
    before(() => {
      mkdirSync(page);
      writeFileSync(join(page, 'index.html'), '<title>page</title>');
    });
    const readRecords = async ({ origin, search }: URL, isEnough: (text: string) => boolean): Promise<void> => {
      const { body } = await fetch(`${origin}/records${search}`);
      let text = '';
      for await (const part of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += part;
        if (isEnough(text)) return;
      }
      throw new Error('expected more records, the page ended');
    };
    const wholeEnds = (text: string) =>
      Array.from(text.matchAll(/"type":"end","system":"consumer"[^}]*"reason":"completed"/g)).length;
    const urlOf = async (run: CommandLine) => new URL((await run.untilStdout(/^page {5}(http:\S+)/m))[1] ?? '');

    it('is served while the demo is played, with its records, and ends with it', async () => {
      const run = runCommand(['demo', '--embedded', '--file', file, '--page', page]);
      const url = await urlOf(run);
      expect(await (await fetch(url)).text()).to.equal('<title>page</title>');
      await readRecords(url, (text) => wholeEnds(text) === 1);
      expect(await run.ended, run.stderr).to.equal(0);
      expect(run.stdout).to.include('until the demo is over; --again plays on');
      expect(
        await fetch(url).then(
          () => 'there',
          () => 'gone',
        ),
      ).to.equal('gone');
    });

    it('plays on with --again until it is interrupted, which is a good end', async () => {
      const run = runCommand(['demo', '--embedded', '--file', file, '--page', page, '--again']);
      const url = await urlOf(run);
      await run.untilStdout(/^The demo plays on at http:\S+\nCtrl-C ends it\.$/m);
      // The second play has been recorded when a reader of a whole log is told its end once more.
      await readRecords(url, (text) => wholeEnds(text) > 1);
      run.kill('SIGINT');
      expect(await run.ended, run.stderr).to.equal(0);
    });

    it('is not served with --no-page, and the demo says where it is not built', async () => {
      const without = runCommand(['demo', '--embedded', '--file', file, '--no-page']);
      expect(await without.ended, without.stderr).to.equal(0);
      expect(without.stdout).not.to.match(/^page /m);
      const missing = runCommand(['demo', '--embedded', '--file', file, '--page', join(folder, 'nowhere')]);
      expect(await missing.ended).to.equal(1);
      expect(missing.stderr).to.include(`the page is not there: expected ${join(folder, 'nowhere', 'index.html')}`);
    });

    it('is not asked for once and again', async () => {
      const run = runCommand(['demo', '--once', '--again']);
      expect(await run.ended).to.equal(2);
      expect(run.stderr).to.include("option '--again' cannot be used with option '--once'");
    });
  });

  it('leaves nothing behind when it is interrupted, and exits with 130', async () => {
    const server = await startNatsServer();
    try {
      const run = runCommand(['demo', '--file', file, '--server', server.url]);
      await run.untilStdout(/killed +producer +active/);
      run.kill('SIGINT');
      expect(await run.ended).to.equal(130);
      expect(run.stdout).not.to.include('All 4 streams');
      await untilGone(run.pid);
    } finally {
      await server.stop();
    }
  });
});
