import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJsonLines, toJsonLine, type TraceEvent } from '../../../src/tracing/index.js';
import { tracePair } from '../../support/traced-pair.js';
import { endCommands, runCommand, withTypeScript } from './command-line.js';

const market = 'test/support/market.ts';

async function check(...args: readonly string[]) {
  const run = runCommand(['check', ...args], args.includes(market) ? { env: withTypeScript } : {});
  const code = await run.ended;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

describe('nats-stream check --recording', () => {
  let folder = '';
  let good = '';
  let bad = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'recordings-'));
    const write = (name: string, trace: readonly TraceEvent[]): string => {
      const file = join(folder, name);
      writeFileSync(file, trace.map(toJsonLine).join(''));
      return file;
    };
    const trace = await tracePair({ seed: 1, offerDelivery: true });
    good = write('good.jsonl', trace);
    const index = trace.findIndex((event) => event.type === 'step' && event.event.type === 'source.record');
    bad = write(
      'bad.jsonl',
      trace.map((event, place) => (place === index ? ({ ...event, value: 'finishing' } as TraceEvent) : event)),
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => endCommands());

  it('says of a recording that it conforms, and names what no recording has visited', async () => {
    const { code, stdout } = await check('--recording', good, '--coverage');
    expect(stdout).to.match(/good\.jsonl: conforms: \d+ trace events, (\d+) of \1 steps judged/);
    expect(stdout).to.contain('state       producerStream.unreachable');
    expect(code).to.equal(0);
  });

  it('shows the first step that cannot be with what could, and writes the trace up to it for the page', async () => {
    const out = join(folder, 'until.jsonl');
    const { code, stdout } = await check('--recording', good, bad, '--trace', out);
    expect(code).to.equal(1);
    expect(stdout).to.match(/good\.jsonl: conforms/);
    expect(stdout).to.match(
      /bad\.jsonl: does not conform at trace event \d+ \(step of .*, rule 'step'\): expected source.record to lead to .*came finishing/,
    );
    expect(stdout).to.contain('allowed there:\n  in opening');
    expect(stdout).to.match(/time +(producer|consumer)/);
    const written = readJsonLines(readFileSync(out, 'utf8'));
    const last = written.at(-1);
    expect(last?.type === 'mark' ? last.kind : undefined).to.equal('violation');
    expect(written[0]?.type).to.equal('run');
    const again = await check('--recording', out);
    expect(again.code).to.equal(1);
  });

  it('reads a trace that it has written itself, of a violation', async () => {
    const out = join(folder, 'explored.jsonl');
    expect((await check('--delay', '1', '--silence', '5', '--trace', out)).code).to.equal(1);
    const { code, stdout } = await check('--recording', out);
    expect(stdout).to.match(/expected silenceTimeout.* (to take 11 tick, came 5|at 1\d, came it 6 tick early)/);
    expect(code).to.equal(1);
  });

  it('takes a system of one’s own, and prints JSON', async () => {
    const { code, stdout } = await check('--recording', good, '--system', market, '--json');
    expect(code).to.equal(0);
    const report = JSON.parse(stdout) as {
      readonly conforms: boolean;
      readonly recordings: readonly { readonly file: string }[];
    };
    expect(report.conforms).to.equal(true);
    expect(report.recordings.map(({ file }) => file)).to.deep.equal([good]);
  });

  it('says what is wrong with a file, and with options that mean nothing here', async () => {
    const missing = await check('--recording', join(folder, 'none.jsonl'));
    expect(missing.stderr).to.match(/--recording .*none\.jsonl: ENOENT/);
    expect(missing.code).to.equal(1);
    const text = join(folder, 'text.jsonl');
    writeFileSync(text, '');
    expect((await check('--recording', text)).stderr).to.contain('expected trace events, came none');
    expect((await check('--recording', good, '--states', '5')).code).to.equal(2);
    expect((await check('--recording', good, '--streams', '2')).code).to.equal(2);
    expect((await check('--late-ms', '5')).stderr).to.contain("'--late-ms' goes with '--recording' only");
  });
});
