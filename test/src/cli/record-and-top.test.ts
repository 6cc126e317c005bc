import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';
import { createTracer, readJsonLines, traceOverNats } from '../../../src/tracing/index.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { endCommands, runCommand } from './command-line.js';

describe('nats-stream record and top', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nats-stream-record-'));
  let server: NatsServer;
  let connection: NatsConnection;
  let leave: () => Promise<void>;

  before(async () => {
    server = await startNatsServer();
    connection = await connect({ servers: server.url });
    const tracer = createTracer();
    const inspection = traceOverNats(tracer, { connection });
    const producer = new ProducerClient({ connection, tracer });
    const consumer = new ConsumerClient({ connection, tracer });
    producer.handle('ticks', async function* ({ signal }) {
      while (!signal.aborted) {
        yield 'tick';
        await sleep(10);
      }
    });
    consumer.openStream('ticks', undefined, { onRecord: () => undefined });
    leave = async () => {
      inspection.stop();
      await consumer.close();
      await producer.close();
    };
  });
  after(async () => {
    await leave();
    await connection.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => endCommands());

  it('records what processes publish, for as long as is asked', async () => {
    const file = join(folder, 'for.jsonl');
    const run = runCommand(['record', '--server', server.url, '--out', file, '--for', '3s']);
    expect(await run.ended, run.stderr).to.equal(0);
    const records = readJsonLines(readFileSync(file, 'utf8'));
    expect(run.stderr).to.equal(`nats-stream: ${records.length} trace events in ${file}\n`);
    expect(records[0]?.type).to.equal('run');
    const counts = records.flatMap((record) =>
      record.type === 'counts' && record.system === 'consumer' ? [record.records] : [],
    );
    expect(counts.length).to.be.greaterThan(1);
    expect(counts).to.deep.equal([...counts].sort((one, other) => one - other));
    expect(records.some(({ type }) => type === 'gap')).to.equal(false);
  });

  it('ends in good order at an interrupt, with whole lines', async () => {
    const file = join(folder, 'interrupted.jsonl');
    const run = runCommand(['record', '--server', server.url, '--out', file]);
    while (!existsSync(file) || statSync(file).size === 0) await sleep(50);
    run.kill('SIGINT');
    expect(await run.ended, run.stderr).to.equal(0);
    const text = readFileSync(file, 'utf8');
    expect(text.endsWith('\n')).to.equal(true);
    expect(readJsonLines(text).some((record) => record.type === 'mark')).to.equal(false);
  });

  it('records one play of the demo where no server is named, also to standard output', async () => {
    const run = runCommand(['record', '--out', '-']);
    expect(await run.ended, run.stderr).to.equal(0);
    const ends = readJsonLines(run.stdout).flatMap((record) =>
      record.type === 'end' ? [`${record.system} ${record.code}`] : [],
    );
    expect(ends).to.have.members([
      'consumer 1000',
      'producer 1000',
      'consumer 1006',
      'producer 1001',
      'consumer 5000',
      'producer 5000',
      'consumer 1006',
    ]);
  });

  it('keeps a file that is there already, unless it is told to replace it', async () => {
    const file = join(folder, 'kept.jsonl');
    writeFileSync(file, 'precious');
    const args = ['--server', server.url, '--out', file, '--for', '500ms'];
    const refused = runCommand(['record', ...args]);
    expect(await refused.ended).to.equal(1);
    expect(refused.stderr).to.equal(
      `nats-stream: --out ${file}: expected no such file, but it is there; --overwrite replaces it\n`,
    );
    expect(readFileSync(file, 'utf8')).to.equal('precious');
    const replaced = runCommand(['record', ...args, '--overwrite']);
    expect(await replaced.ended, replaced.stderr).to.equal(0);
    expect(readJsonLines(readFileSync(file, 'utf8'))[0]?.type).to.equal('run');
    writeFileSync(file, '');
    const filled = runCommand(['record', ...args]);
    expect(await filled.ended, filled.stderr).to.equal(0);
    const device = runCommand(['record', ...args.with(3, '/dev/null')]);
    expect(await device.ended, device.stderr).to.equal(0);
  });

  it('says where it cannot write', async () => {
    const run = runCommand(['record', '--server', server.url, '--out', join(folder, 'nowhere', 'x.jsonl')]);
    expect(await run.ended).to.equal(1);
    expect(run.stderr).to.match(/--out .*: ENOENT/);
  });

  it('prints the table of streams once where the output is no terminal', async () => {
    const run = runCommand(['top', '--server', server.url, '--interval', '1500ms']);
    expect(await run.ended, run.stderr).to.equal(0);
    const [title = '', , head = '', ...rows] = run.stdout.trimEnd().split('\n');
    expect(title).to.match(/^1 processes, 1 streams live, 0 waiting, 0 wrong, 0 ended; processes on 127\.0\.0\.1:\d+$/);
    expect(head.split(/ {2,}/)).to.deep.equal([
      'subject',
      'stream',
      'consumer',
      'producer',
      'age',
      'records',
      'bytes',
      'rate/s',
      'last sign',
      'end',
    ]);
    const [subject, id, consumer, producer, age, records, bytes, rate, sign] = (rows[0] ?? '').split(/ {2,}/);
    expect({ subject, consumer, producer }).to.deep.equal({
      subject: 'ticks',
      consumer: 'active.listening',
      producer: 'active.flowing',
    });
    expect(id).to.match(/^\w{8}$/);
    expect(age).to.match(/^[\d.]+ s$/);
    expect(Number(records?.replaceAll(',', ''))).to.be.greaterThan(10);
    expect(Number(bytes?.replaceAll(',', ''))).to.equal(4 * Number(records?.replaceAll(',', '')));
    expect(Number(rate)).to.be.within(10, 120);
    expect(sign).to.match(/^[\d.]+ s$/);
    expect(run.stdout).not.to.include('\u001b');
  });
});
