import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import { once } from 'node:events';
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

  it('marks the lines of stderr', async () => {
    const reader = run('echo out; echo err >&2');
    expect(await reader.ended).to.equal(0);
    expect(reader.stdout.split('\n').sort()).to.deep.equal(['', 'out', 'stderr: err']);
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

  it('cuts a line that does not fit into a message into several records', async () => {
    const { subject, serving } = await serve('head -c 2000000 /dev/zero | tr "\\0" a; echo; echo after');
    const reader = open(subject);
    expect(await reader.ended).to.equal(0);
    const lines = reader.stdout.trimEnd().split('\n');
    expect(lines.slice(0, -1).join('')).to.equal('a'.repeat(2_000_000));
    expect(lines.at(-1)).to.equal('after');
    expect(lines).to.have.length.greaterThan(3);
    await serving.untilStderr(/1 lines were longer than \d+ bytes and were cut/);
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
