import { expect } from 'chai';
import { connect } from 'nats';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { endCommands, runCommand } from './command-line.js';

interface Report {
  readonly server: string;
  readonly rounds: number;
  readonly bytes: number;
  readonly figures: readonly {
    readonly name: string;
    readonly unit: string;
    readonly ours: number;
    readonly raw: number;
    readonly ratio: number;
  }[];
}

describe('nats-stream bench', () => {
  let server: NatsServer;
  before(async () => {
    server = await startNatsServer();
  });
  after(() => server.stop());
  afterEach(() => endCommands());

  const little = ['--rounds', '1', '--opens', '20', '--latencies', '10', '--records', '500'];

  it('measures streams and raw NATS on the server that is named, and prints medians and ratios', async () => {
    const run = runCommand(['bench', ...little, '--json', '-s', server.url, '--bytes', '1000']);
    expect(await run.ended, run.stderr).to.equal(0);
    const report = JSON.parse(run.stdout) as Report;
    expect(report).to.include({ rounds: 1, bytes: 1000 });
    expect(report.server).to.match(/^nats-server [\d.]+ on 127\.0\.0\.1:\d+$/);
    expect(report.figures.map(({ name, unit }) => `${name}: ${unit}`)).to.deep.equal([
      'opens: streams a second',
      'latency p50: µs',
      'latency p99: µs',
      'throughput: records a second',
    ]);
    for (const { ours, raw, ratio } of report.figures) {
      expect(ours).to.be.greaterThan(0);
      expect(ratio).to.be.closeTo(ours / raw, 1e-9);
    }
    expect(run.stderr).to.equal('');
  });

  it('prints a table for people', async () => {
    const run = runCommand(['bench', ...little, '-s', server.url]);
    expect(await run.ended, run.stderr).to.equal(0);
    expect(run.stdout).to.match(
      /^nats-server [^\n]*, records of 128 bytes, 1 rounds\n\n *this package +raw NATS +ratio\n/,
    );
    expect(run.stdout.trimEnd().split('\n')).to.have.length(7);
    expect(run.stdout).to.match(/^throughput +records a second +[\d,]+ +[\d,]+ +[\d.]+$/m);
  });

  it('leaves nothing behind when it is interrupted while it measures, and exits with 130', async () => {
    const connection = await connect({ servers: server.url });
    const asked = connection.subscribe('cli.bench.ours.1', { max: 1 });
    await connection.flush();
    const run = runCommand(['bench', '-s', server.url, '--opens', '100000000', '--subject', 'cli.bench']);
    // The contender serves, and opens its first stream.
    for await (const { data } of asked) expect(data.length).to.be.greaterThan(0);
    run.kill('SIGINT');
    expect(await run.ended).to.equal(130);
    expect(run.stdout).to.equal('');
    const failure: unknown = await connection.request('cli.bench.ours.1').catch((error: unknown) => error);
    expect(failure).to.have.property('code', '503');
    await connection.close();
  });

  it('says why it cannot measure', async () => {
    const run = runCommand(['bench', ...little, '-s', 'nats://127.0.0.1:1']);
    expect(await run.ended).to.equal(1);
    expect(run.stderr).to.equal('nats-stream: could not connect to nats://127.0.0.1:1: connection refused\n');
  });
});
