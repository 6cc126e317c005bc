import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';
import { root } from '../../support/build.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { endCommands, isAlive, runCommand, untilGone, type CommandLine } from './command-line.js';

describe('nats-stream serve and open', () => {
  let server: NatsServer;
  let subjects = 0;

  /** Serves the body of the request as a shell script: what most tests need of a command. */
  let shell: CommandLine;

  before(async () => {
    server = await startNatsServer();
    shell = runCommand(['serve', 'cli.shell', '-s', server.url, '--heartbeat', '200ms', '--', 'sh']);
    await shell.untilStderr(/serving/);
  });
  after(async () => {
    await endCommands();
    await server.stop();
  });
  afterEach(() => endCommands([shell]));

  /** Serves a shell script, with short heartbeats, and resolves when requests are taken. */
  async function serve(script: string, ...flags: string[]): Promise<{ subject: string; serving: CommandLine }> {
    return serveCommand(['sh', '-c', script], ...flags);
  }

  async function serveCommand(
    command: string[],
    ...flags: string[]
  ): Promise<{ subject: string; serving: CommandLine }> {
    subjects += 1;
    const subject = `cli.test.${subjects}`;
    const serving = runCommand([
      'serve',
      subject,
      '-s',
      server.url,
      '--heartbeat',
      '200ms',
      ...flags,
      '--',
      ...command,
    ]);
    await serving.untilStderr(/serving/);
    return { subject, serving };
  }

  const run = (script: string, ...args: string[]) => open('cli.shell', script, ...args);

  const open = (subject: string, ...args: string[]) => runCommand(['open', subject, ...args, '-s', server.url]);

  it('prints the lines of the command and exits with 0', async () => {
    const { subject, serving } = await serve('echo one; echo; printf "grüße\\r\\nlast"');
    const reader = open(subject);
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.equal('one\n\ngrüße\r\nlast\n');
    expect(reader.stderr).to.equal('');
    await serving.untilStderr(/stream \w+ opened on cli\.test\.\d+, body of 0 bytes/);
    await serving.untilStderr(/stream \w+ ended after 4 lines: exit code 0/);
  });

  it('takes the server from NATS_URL', async () => {
    const { subject } = await serve('echo here');
    const reader = runCommand(['open', subject], { env: { NATS_URL: server.url } });
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.equal('here\n');
  });

  it('gives the command the body on its stdin, and the ids in its environment', async () => {
    const { subject } = await serve('cat; echo; echo "$NATS_STREAM_SUBJECT $NATS_STREAM_ID $NATS_STREAM_CONSUMER"');
    const reader = open(subject, 'what to look for');
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.match(
      new RegExp(`^what to look for\\n${subject} [0-9A-Za-z]{8} _SINBOX\\.[0-9A-Za-z]{22}\\.\\n$`),
    );
  });

  it('reads the body from stdin where it is -', async () => {
    const { subject } = await serve('od -An -tx1');
    const reader = open(subject, '-');
    reader.stdin.end(Buffer.from([0x00, 0xff, 0x0a]));
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout.trim()).to.equal('00 ff 0a');
  });

  it('works as users of a server that grants each its own subjects', async () => {
    const config = readFileSync(join(root, 'docs/permissions/users.conf'), 'utf8');
    const strict = await startNatsServer({ config });
    const as = (user: string) => ['-s', strict.url, '--user', user, '--password', `change ${user}`];
    const prefix = ['--inbox-prefix', '_INBOX.producers'];
    const serving = runCommand(['serve', 'logs.cli', ...as('producer'), ...prefix, '--', 'echo', 'granted']);
    await serving.untilStderr(/serving/);
    const reader = runCommand(['open', 'logs.cli', '--name', 'alice', ...as('alice'), ...prefix]);
    expect(await reader.ended, reader.stderr).to.equal(0);
    expect(reader.stdout).to.equal('granted\n');
    const other = runCommand(['open', 'logs.cli', '--name', 'bob', ...as('alice'), ...prefix]);
    expect(await other.ended).to.equal(1);
    expect(other.stderr).to.match(/permissions violation/i);
    serving.kill('SIGINT');
    await serving.ended;
    await strict.stop();
  });

  it('starts no more commands than --max-streams, and tells the others why not', async () => {
    const { subject, serving } = await serve('echo begun; sleep 60', '--max-streams', '2');
    const connection = await connect({ servers: server.url });
    const refusals: string[] = [];
    let isEnough: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      isEnough = resolve;
    });
    connection.subscribe('_SINBOX.>', {
      callback: (_, { data }) => {
        const { closeError } = JSON.parse(Buffer.from(data).toString()) as { closeError?: { Code: number } };
        if (closeError?.Code === 4029 && refusals.push('4029') === 148) isEnough();
      },
    });
    for (let n = 0; n < 150; n += 1) {
      const token = `nobody${n}`;
      const ask = {
        consumerId: `_SINBOX.${token}.`,
        streamId: 's',
        heartBeatRequestSub: `_HEARTBEAT._SINBOX.${token}`,
      };
      connection.publish(subject, JSON.stringify(ask), { reply: `_SINBOX.${token}.s` });
    }
    await connection.flush();
    await all;
    await connection.close();
    await serving.untilStderr(/opened on[^]*opened on/);
    expect(serving.stderr.match(/opened on/g)).to.have.length(2);
  });

  it("prints the command's stderr on stderr", async () => {
    const reader = run('echo out; echo err >&2; printf last >&2');
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.equal('out\n');
    expect(reader.stderr).to.equal('err\nlast\n');
  });

  it('open --count counts what is printed on stdout', async () => {
    const reader = run('echo 1 >&2; echo 2 >&2; echo a; echo b; echo c', '--count', '2');
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.equal('a\nb\n');
  });

  it('open --json tells stdout and stderr apart by a field', async () => {
    const reader = run('echo out; echo err >&2', '--json');
    expect(await reader.ended).to.equal(0);
    const objects = reader.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { source?: string; text?: string });
    expect(objects.slice(0, -1).map(({ source, text }) => `${source} ${text}`)).to.have.members([
      'stdout out',
      'stderr err',
    ]);
  });

  it('open --raw is byte for byte, on both outputs', async () => {
    const script =
      'head -c 300000 /dev/urandom > "$0"; printf "\\n\\r\\n" >> "$0"; cat "$0"; printf "no newline\\r" >&2; cat "$0"';
    const folder = mkdtempSync(join(tmpdir(), 'raw-'));
    try {
      const file = join(folder, 'bytes');
      const { subject, serving } = await serveCommand(['sh', '-c', script, file]);
      const reader = runCommand(['open', subject, '--raw', '-s', server.url], { unread: true });
      const chunks: Buffer[] = [];
      reader.pipe.on('data', (chunk: Buffer) => chunks.push(chunk));
      await Promise.all([reader.ended, once(reader.pipe, 'end')]);
      const bytes = readFileSync(file);
      expect(Buffer.concat(chunks).equals(Buffer.concat([bytes, bytes]))).to.equal(true);
      expect(reader.stderr).to.equal('no newline\r');
      await serving.untilStderr(/ended after \d+ pieces: exit code 0/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('open --raw gives what is no line yet, as it comes', async () => {
    const reader = run('printf "name? "; exec sleep 1000', '--raw');
    await reader.untilStdout(/^name\? $/);
  });

  it('open --raw adds nothing to the records of another producer', async () => {
    const connection = await connect({ servers: server.url });
    const producer = new ProducerClient({ connection });
    await producer.handle('cli.records', () => ['one', 'two\n', new Uint8Array([0x33])]).ready;
    const raw = open('cli.records', '--raw');
    expect(await raw.ended).to.equal(0);
    expect(raw.stdout).to.equal('onetwo\n3');
    const lines = open('cli.records');
    expect(await lines.ended).to.equal(0);
    expect(lines.stdout).to.equal('one\ntwo\n\n3\n');
    await producer.close();
    await connection.close();
  });

  it('open --raw does not go with --json', async () => {
    const reader = open('x', '--raw', '--json');
    expect(await reader.ended).to.equal(2);
    expect(reader.stderr).to.include("'--raw' cannot be used with option '--json'");
  });

  it('serve --json tells stdout and stderr apart by a field', async () => {
    const { subject } = await serve('echo out; echo err >&2; printf "\\377\\n"', '--json');
    const reader = open(subject);
    expect(await reader.ended).to.equal(0);
    const records = reader.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(records).to.have.deep.members([
      { stream: 'stdout', text: 'out' },
      { stream: 'stderr', text: 'err' },
      { stream: 'stdout', base64: '/w==' },
    ]);
  });

  it('open --json prints an object for each record, and one for the end', async () => {
    const reader = run('echo "a \\"quote\\""; printf "\\377\\n"; exit 4', '--json');
    expect(await reader.ended).to.equal(1);
    const [text, binary, end, ...rest] = reader.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { time: string; stream: string });
    expect(text).to.include({ bytes: 9, text: 'a "quote"' });
    expect(binary).to.include({ bytes: 1, base64: '/w==' });
    expect(end).to.deep.include({ end: { reason: 'closed', code: 5000, text: 'exit code 4', records: 2, bytes: 10 } });
    expect(rest).to.deep.equal([]);
    expect(text!.stream)
      .to.match(/^[0-9A-Za-z]{8}$/)
      .and.to.equal(end!.stream);
    expect(new Date(text!.time).toISOString()).to.equal(text!.time);
  });

  it('closes with 5000 and the exit code where the command fails, after the lines before', async () => {
    const reader = run('echo before; exit 3');
    expect(await reader.ended).to.equal(1);
    expect(reader.stdout).to.equal('before\n');
    expect(reader.stderr).to.equal('nats stream: close 5000 (internal server error): exit code 3 (reason: closed)\n');
  });

  it('closes with 5000 and the signal where the command is killed', async () => {
    const reader = run('kill -9 $$');
    expect(await reader.ended).to.equal(1);
    expect(reader.stderr).to.include('close 5000 (internal server error): killed by SIGKILL');
  });

  it('closes with 5000 and the reason where the command cannot be started', async () => {
    const { subject } = await serveCommand(['no-such-command-anywhere', 'argument']);
    const reader = open(subject);
    expect(await reader.ended).to.equal(1);
    expect(reader.stderr).to.include('could not start no-such-command-anywhere: no such command (ENOENT)');
  });

  it('stops the command and its children when the reader is interrupted, which exits with 130', async () => {
    const { subject, serving } = await serve('sleep 1000 & echo $$ $!; wait');
    const reader = open(subject);
    const [, shell, child] = await reader.untilStdout(/^(\d+) (\d+)\n/);
    expect(isAlive(Number(shell)) && isAlive(Number(child))).to.equal(true);
    reader.kill('SIGINT');
    expect(await reader.ended).to.equal(130);
    expect(reader.stderr).to.equal('nats-stream: interrupted after 1 records\n');
    await Promise.all([untilGone(Number(shell)), untilGone(Number(child))]);
    await serving.untilStderr(/ended after 1 lines: the reader has left/);
  });

  it('stops the command when the reader is killed without a word', async () => {
    const { subject, serving } = await serve('echo $$; exec sleep 1000');
    const reader = open(subject);
    const [, pid] = await reader.untilStdout(/^(\d+)\n/);
    reader.kill('SIGKILL');
    await untilGone(Number(pid));
    await serving.untilStderr(/ended after 1 lines: the consumer does not answer heartbeats/);
  });

  it('kills a command that takes no notice of SIGTERM after the grace', async () => {
    const { subject } = await serve('trap "" TERM; echo $$; while :; do sleep 1; done', '--grace', '100ms');
    const reader = open(subject, '--count', '1');
    expect(await reader.ended).to.equal(0);
    await untilGone(Number(reader.stdout));
  });

  it('leaves after --count records, and exits with 0', async () => {
    const reader = run('echo $$; exec yes', '--count', '5');
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.match(/^\d+\n(y\n){4}$/);
    await untilGone(parseInt(reader.stdout, 10));
  });

  it('leaves quietly when nobody reads what it prints', async () => {
    const reader = run('echo $$; exec yes');
    const [, pid] = await reader.untilStdout(/^(\d+)\n/);
    reader.pipe.destroy();
    expect(await reader.ended).to.equal(0);
    expect(reader.stderr).to.equal('');
    await untilGone(Number(pid));
  });

  it('can be interrupted while what it prints is not read', async () => {
    const { subject } = await serve('head -c 400000 /dev/zero | tr "\\0" a | fold -w 1000; exec sleep 1000');
    const reader = runCommand(['open', subject, '-s', server.url], { unread: true });
    await once(reader.pipe, 'readable');
    reader.kill('SIGINT');
    expect(await reader.ended).to.equal(130);
  });

  it('leaves at --timeout-ms, says so and exits with 1', async () => {
    const reader = run('exec sleep 1000', '--timeout-ms', '100ms');
    expect(await reader.ended).to.equal(1);
    expect(reader.stderr).to.match(/^nats stream: close 1006 .*100 ms.* \(reason: timedOut\)\n$/);
  });

  describe('with a plain producer', () => {
    let connection: NatsConnection;
    before(async () => {
      connection = await connect({ servers: server.url });
    });
    after(() => connection.close());

    it('waits --open-timeout for it, and says what to do where it serves one stream after another', async () => {
      connection.subscribe('cli.serial');
      await connection.flush();
      const reader = open('cli.serial', '--open-timeout', '300ms');
      expect(await reader.ended).to.equal(1);
      expect(reader.stderr).to.match(/\(reason: noAnswer\)\nnats-stream: .*one stream after another.*--open-timeout/);
    });

    it('waits --open-timeout for it, and reads the stream where its turn comes within that', async () => {
      connection.subscribe('cli.turn', {
        callback: (_, { reply = '' }) => {
          setTimeout(() => {
            connection.publish(reply, '{"type":1,"data":"b25l"}');
            connection.publish(reply, '{"type":2,"closeError":{"Code":1000,"Text":""}}');
          }, 500);
        },
      });
      await connection.flush();
      const impatient = open('cli.turn', '--open-timeout', '100ms');
      expect(await impatient.ended).to.equal(1);
      expect(impatient.stderr).to.include('(reason: noAnswer)');
      const patient = open('cli.turn', '--open-timeout', '1m');
      expect(await patient.ended).to.equal(0);
      expect(patient.stdout).to.equal('one\n');
    });

    it('waits --silence-timeout for its next record where it sends no heartbeats, and says what to do', async () => {
      connection.subscribe('cli.gaps', {
        callback: (_, { reply = '' }) => connection.publish(reply, '{"type":1,"data":"b25l"}'),
      });
      await connection.flush();
      const reader = open('cli.gaps', '--silence-timeout', '300ms');
      expect(await reader.ended).to.equal(1);
      expect(reader.stdout).to.equal('one\n');
      expect(reader.stderr).to.match(/\(reason: producerSilent\)\nnats-stream: .*no heartbeats.*--silence-timeout/);
    });
  });

  it('says that nobody serves the subject, and exits with 1', async () => {
    const reader = open('nobody.is.here');
    expect(await reader.ended).to.equal(1);
    expect(reader.stderr).to.equal(
      'nats stream: close 1006 (abnormal closure): nobody subscribes to nobody.is.here (reason: noResponders)\n',
    );
  });

  it('an interrupt of serve closes its streams with 1001, stops the commands and exits with 0', async () => {
    const { subject, serving } = await serve('echo $$; exec sleep 1000');
    const reader = open(subject);
    const [, pid] = await reader.untilStdout(/^(\d+)\n/);
    serving.kill('SIGINT');
    expect(await serving.ended).to.equal(0);
    expect(isAlive(Number(pid))).to.equal(false);
    expect(await reader.ended).to.equal(1);
    expect(reader.stderr).to.match(/^nats stream: close 1001 \(going away\).* \(reason: closed\)\n$/);
  });

  it('a second interrupt of serve kills the commands and exits with 130 at once', async () => {
    const { subject, serving } = await serve('trap "" TERM; echo $$; while :; do sleep 1; done', '--grace', '1h');
    const reader = open(subject);
    const [, pid] = await reader.untilStdout(/^(\d+)\n/);
    serving.kill('SIGINT');
    await serving.untilStderr(/interrupted/);
    serving.kill('SIGINT');
    expect(await serving.ended).to.equal(130);
    await untilGone(Number(pid));
  });

  it('runs the command once for each stream, and shares the requests of a queue group', async () => {
    const first = await serve('echo first', '--queue', 'workers');
    const second = runCommand(['serve', first.subject, '-s', server.url, '--queue', 'workers', '--', 'echo', 'second']);
    await second.untilStderr(/serving/);
    const readers = Array.from({ length: 4 }, () => open(first.subject));
    for (const reader of readers) {
      expect(await reader.ended).to.equal(0);
      expect(reader.stdout).to.match(/^(first|second)\n$/);
    }
  });

  it('does not cut a line that is longer than a message', async () => {
    const { subject, serving } = await serve('head -c 2000000 /dev/zero | tr "\\0" a; echo; echo after');
    const reader = open(subject);
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.equal(`${'a'.repeat(2_000_000)}\nafter\n`);
    await serving.untilStderr(/ended after 2 lines/);
    expect(serving.stderr).not.to.include('cut');
  });

  describe('to readers that are not this command', () => {
    let connection: NatsConnection;
    before(async () => {
      connection = await connect({ servers: server.url });
    });
    after(() => connection.close());

    /** The records of a script's output, as text. */
    async function recordsOf(subject: string, script: string, options: object): Promise<readonly string[]> {
      const consumer = new ConsumerClient({ connection, ...options });
      const records: string[] = [];
      for await (const text of consumer.openStream(subject, script).text()) records.push(text);
      await consumer.close();
      return records;
    }
    const longLine = 'head -c 2000000 /dev/zero | tr "\\0" a; echo; echo after';

    it('marks the lines of stderr', async () => {
      const records = await recordsOf('cli.shell', 'echo out; echo err >&2', {});
      expect(records).to.have.members(['out', 'stderr: err']);
    });

    it('does not cut a line that is longer than a message where they are of this package', async () => {
      const records = await recordsOf('cli.shell', longLine, {});
      expect(records).to.deep.equal(['a'.repeat(2_000_000), 'after']);
    });

    it('marks what follows a cut where a plain reader gets the line in parts', async () => {
      const both = `${longLine}; (${longLine}) >&2`;
      const records = await recordsOf('cli.shell', `exec 2>&1; ${longLine}`, { offerExtension: false });
      expect(records[0]).to.match(/^a{100000,}$/);
      for (const part of records.slice(1, -1)) expect(part).to.match(/^cut: a+$/);
      expect(
        records
          .slice(0, -1)
          .map((part) => part.replace('cut: ', ''))
          .join(''),
      ).to.equal('a'.repeat(2_000_000));
      expect(records.at(-1)).to.equal('after');
      const ofStderr = (await recordsOf('cli.shell', both, { offerExtension: false })).filter((record) =>
        record.startsWith('stderr: '),
      );
      expect(ofStderr[0]).to.match(/^stderr: a{100000,}$/);
      for (const part of ofStderr.slice(1, -1)) expect(part).to.match(/^stderr: cut: a+$/);
      expect(ofStderr.at(-1)).to.equal('stderr: after');
    });

    it('serve --json marks a line that goes on', async () => {
      const { subject, serving } = await serveCommand(['sh'], '--json');
      const records = await recordsOf(subject, longLine, { offerExtension: false });
      const objects = records.map((record) => JSON.parse(record) as { text: string; cut?: true });
      expect(objects.slice(0, -2).every(({ cut }) => cut === true)).to.equal(true);
      expect(objects.slice(-2).map(({ cut }) => cut)).to.deep.equal([undefined, undefined]);
      expect(objects.map(({ text }) => text).join('')).to.equal(`${'a'.repeat(2_000_000)}after`);
      await serving.untilStderr(/1 lines were longer than \d+ bytes and were cut/);
    });
  });

  it('serves on when the server was restarted', async () => {
    const { subject, serving } = await serve('echo again');
    await server.restart();
    await Promise.all([serving.untilStderr(/reconnected/), shell.untilStderr(/reconnected/)]);
    const reader = open(subject);
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout).to.equal('again\n');
    expect(serving.stderr).to.include('the connection is lost');
  });

  it('serve --quiet prints nothing', async () => {
    subjects += 1;
    const subject = `cli.test.${subjects}`;
    const serving = runCommand(['serve', subject, '-s', server.url, '--quiet', '--', 'echo', 'hello']);
    let reader = open(subject);
    // It cannot say that it serves, so it is asked until it does.
    while ((await reader.ended) === 1 && reader.stderr.includes('noResponders')) reader = open(subject);
    expect(reader.stdout).to.equal('hello\n');
    serving.kill('SIGINT');
    expect(await serving.ended).to.equal(0);
    expect(serving.stderr + serving.stdout).to.equal('');
  });
});
