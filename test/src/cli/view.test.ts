import { expect } from 'chai';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { ConsumerClient } from '../../../src/index.js';
import { createTracer, readJsonLines, toJsonLine, traceOverNats, type TraceEvent } from '../../../src/tracing/index.js';
import { checkedEvent } from '../../../src/tracing/checked-event.js';
import { startNatsServer } from '../../support/nats-server.js';
import { endCommands, runCommand, type CommandLine } from './command-line.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Ends the answer when this is so of what has come, where it has no end of its own. */
  readonly until?: (text: string) => boolean;
}

/** A request with headers that `fetch` does not let one set. */
function get(url: string, { headers = {}, method = 'GET', until = () => false }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(url);
    const asked = request({ hostname, port, path: `${pathname}${search}`, headers, method }, (response) => {
      let text = '';
      const answer = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (!until(text)) return;
        answer();
        asked.destroy();
      });
      response.on('end', answer);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The records of server-sent events. */
function recordsOf(text: string): TraceEvent[] {
  return Array.from(
    text.matchAll(/^data: (\[.*\])$/gm),
    (match) => JSON.parse(match[1] ?? '[]') as TraceEvent[],
  ).flat();
}

const emptyRun: TraceEvent = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'nothing' };

describe('nats-stream view', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nats-stream-view-'));
  const page = join(folder, 'page');
  before(() => {
    mkdirSync(join(page, 'assets'), { recursive: true });
    writeFileSync(join(page, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(page, 'assets', 'app.js'), 'export {};');
    writeFileSync(join(folder, 'secret.txt'), 'secret');
  });
  after(() => rmSync(folder, { recursive: true }));
  afterEach(() => endCommands());

  const startView = async (...args: string[]): Promise<{ readonly run: CommandLine; readonly url: URL }> => {
    const run = runCommand(['view', '--page', page, ...args]);
    const [, url = ''] = await run.untilStdout(/^page {5}(http:\S+)$/m);
    return { run, url: new URL(url) };
  };
  const recordsUrl = (url: URL) => `${url.origin}/records${url.search}`;

  it('serves the page on 127.0.0.1 with a policy that lets nothing in, and ends at an interrupt', async () => {
    const file = join(folder, 'empty.jsonl');
    writeFileSync(file, toJsonLine(emptyRun));
    const { run, url } = await startView('--file', file);
    expect(url.hostname).to.equal('127.0.0.1');
    expect(url.searchParams.get('token')).to.match(/^[\w-]{32}$/);
    const index = await get(url.href);
    expect(index.status).to.equal(200);
    expect(index.text).to.include('<title>page</title>');
    expect(index.headers['content-security-policy'])
      .to.include("default-src 'none'")
      .and.to.include("script-src 'self'");
    expect(index.headers).to.include({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    const script = await get(`${url.origin}/assets/app.js`);
    expect(script).to.deep.include({ status: 200, text: 'export {};' });
    expect(script.headers['content-type']).to.include('text/javascript');
    run.kill('SIGINT');
    expect(await run.ended).to.equal(130);
  });

  it('serves nothing to strangers: other tokens, hosts, origins, methods and paths', async () => {
    const file = join(folder, 'none.jsonl');
    writeFileSync(file, toJsonLine(emptyRun));
    const { url } = await startView('--file', file);
    const { origin, host } = url;
    const status = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      (await get(`${origin}${path}`, { headers, method })).status;
    expect(await status('/records')).to.equal(403);
    expect(await status('/records?token=')).to.equal(403);
    expect(await status(`/records?token=${'x'.repeat(32)}`)).to.equal(403);
    expect(await status(`/records${url.search}`, { Origin: 'https://evil.example' })).to.equal(403);
    expect(await status(`/records${url.search}`, { Origin: 'null' })).to.equal(403);
    expect(await status(`/records${url.search}`, { Host: 'evil.example' })).to.equal(403);
    expect(await status('/', { Host: `evil.example:${url.port}` })).to.equal(403);
    expect(await status('/', {}, 'POST')).to.equal(405);
    expect(await status(`/records${url.search}`, { Origin: `http://${host}` })).to.equal(200);
    for (const path of [
      '/secret.txt',
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets',
      '//',
      '/\\..\\secret.txt',
    ]) {
      expect(await status(path), path).to.equal(404);
    }
  });

  it('serves a recording whole, as it stands in its file, and names it in the address', async () => {
    const file = join(folder, 'run no. 1.jsonl');
    const header = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'x' };
    const marks = Array.from({ length: 5000 }, (_, n) => ({
      type: 'mark',
      seq: n + 1,
      at: n,
      kind: 'note',
      text: 'ü',
    }));
    const lines = [header, 'nonsense', ...marks].map((one) => (one === 'nonsense' ? one : JSON.stringify(one)));
    writeFileSync(file, lines.join('\n'));
    const { url } = await startView('--file', file);
    expect(url.searchParams.get('file')).to.equal('run no. 1.jsonl');
    const { text, headers } = await get(recordsUrl(url));
    expect(headers['content-type']).to.include('application/jsonl');
    expect(Number(headers['content-length'])).to.equal(Buffer.byteLength(text));
    expect(text).to.equal(lines.join('\n'));
  });

  it('shows processes that publish their records, and lets a page go on where it was', async () => {
    const server = await startNatsServer();
    const connection = await connect({ servers: server.url });
    try {
      const tracer = createTracer();
      const consumer = new ConsumerClient({ connection, tracer });
      const inspection = traceOverNats(tracer, { connection, subject: 'fleet' });
      const { url, run } = await startView('--server', server.url, '--subject', 'fleet');
      expect(run.stdout).to.include(`showing  processes on 127.0.0.1:${server.port}, subject fleet`);
      const isTold = (text: string) =>
        recordsOf(text).some((record) => record.type === 'actor' && record.machine === 'consumerClient');
      const { text } = await get(recordsUrl(url), { until: isTold });
      expect(recordsOf(text)[0]).to.include({ type: 'run', source: 'live' });

      const lastId = Array.from(text.matchAll(/^id: (.*)$/gm)).at(-1)?.[1] ?? '';
      tracer.mark('while the page was away');
      const isMarked = (came: string) => came.includes('while the page was away');
      // Until the mark is in the log of the command.
      await get(recordsUrl(url), { until: isMarked });
      const again = await get(recordsUrl(url), { headers: { 'Last-Event-ID': lastId }, until: isMarked });
      const types = recordsOf(again.text).map(({ type }) => type);
      expect(types).to.not.include('run');
      expect(types.at(-1)).to.equal('mark');
      const anew = await get(recordsUrl(url), { headers: { 'Last-Event-ID': '9-9' }, until: isMarked });
      expect(recordsOf(anew.text)[0]?.type).to.equal('run');
      inspection.stop();
      await consumer.close();
    } finally {
      await connection.close();
      await server.stop();
    }
  });

  it('shows the demo, both ends of its streams, where no server is named', async () => {
    const { url, run } = await startView();
    expect(run.stdout).to.include('showing  the demo on nats-server');
    const endsIn = (text: string) =>
      recordsOf(text).flatMap((record) => (record.type === 'end' ? [`${record.system} ${record.reason}`] : []));
    const expected = [
      'consumer completed',
      'producer completed',
      'consumer cancelled',
      'consumer closed',
      'consumer producerSilent',
    ];
    const isAll = (text: string) => expected.every((end) => endsIn(text).includes(end));
    const { text } = await get(recordsUrl(url), { until: isAll });
    // Its other end was in the process that was killed.
    expect(recordsOf(text).some((record) => record.type === 'actor' && record.system === 'doomed producer')).to.equal(
      true,
    );
    run.kill('SIGTERM');
    expect(await run.ended).to.equal(143);
  });

  it('shows the counterexample of a check, from the command that found it to the page', async () => {
    const file = join(folder, 'trace.jsonl');
    const check = runCommand(['check', '--delay', '1', '--silence', '5', '--trace', file]);
    expect(await check.ended, check.stderr).to.equal(1);
    const { url, run } = await startView('--file', file);
    expect(run.stdout).to.include(`showing  ${file}`);
    const { text } = await get(recordsUrl(url));
    expect(text).to.equal(readFileSync(file, 'utf8'));
    const records = readJsonLines(text);
    expect(records[0]).to.include({ type: 'run', source: 'explored', unit: 'tick' });
    expect(records.at(-1)).to.include({ type: 'mark', kind: 'violation' });
    // The page takes each of them.
    for (const record of records) expect(checkedEvent(record)).to.equal(record);
  });

  it('opens the browser where it is asked to, and says so where there is none', async () => {
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    const opened = join(folder, 'opened');
    writeFileSync(
      join(programs, 'xdg-open'),
      `#!/bin/sh\nprintf %s "$1" > ${opened}.part && mv ${opened}.part ${opened}\n`,
      {
        mode: 0o755,
      },
    );
    const file = join(folder, 'open.jsonl');
    writeFileSync(file, toJsonLine(emptyRun));
    const start = (path: string) =>
      runCommand(['view', '--page', page, '--file', file, '--open'], { env: { PATH: path } });
    const run = start(`${programs}:/bin:/usr/bin`);
    const [, url] = await run.untilStdout(/^page {5}(http:\S+)$/m);
    while (!existsSync(opened)) await sleep(20);
    expect(readFileSync(opened, 'utf8')).to.equal(url);
    const without = start('/nowhere');
    await without.untilStderr(/no browser could be opened with xdg-open: open the address yourself/);
  });

  it('says of a file that is no recording that it is none, and serves nothing', async () => {
    const files: Readonly<Record<string, readonly [text: string | Uint8Array, told: RegExp]>> = {
      'empty.jsonl': ['', /expected a recording, came a file without a line/],
      'blank.jsonl': ['\n\n \n', /expected a recording, came a file without a line/],
      'notes.txt': ['some notes\nof mine\n', /line 1 is no trace event: .*some notes/],
      'package.json': ['{"name":"x"}', /line 1 is no trace event: type: expected text, came nothing/],
      'list.json': ['[1,2]\n', /line 1 is no trace event: expected a trace event, came \[1,2\]/],
      'headless.jsonl': [
        '{"type":"gap","seq":1,"at":0,"dropped":1}\n',
        /expected a recording, which begins with the header of a run, came a gap event first/,
      ],
      'later.jsonl': ['{"type":"run","version":99,"unit":"ms"}\n', /line 1 is no trace event/],
      'picture.png': [Uint8Array.from({ length: 70_000 }, (_, n) => (n * 37) % 256 || 1), /line 1 is no trace event/],
    };
    for (const [name, [text, told]] of Object.entries(files)) {
      const file = join(folder, name);
      writeFileSync(file, text);
      const run = runCommand(['view', '--page', page, '--file', file]);
      expect(await run.ended, name).to.equal(1);
      expect(run.stdout).to.equal('');
      expect(run.stderr).to.match(told);
      expect(run.stderr).to.match(/^nats-stream: --file [^\n]*\n$/);
    }
  });

  it('says once of lines in a recording that are no trace events, and which is the first', async () => {
    const file = join(folder, 'spoilt.jsonl');
    writeFileSync(file, `${toJsonLine(emptyRun)}oops\n\n{}\n`);
    const { url, run } = await startView('--file', file);
    for (let times = 0; times < 2; times += 1) await get(recordsUrl(url));
    await run.untilStderr(/spoilt\.jsonl: 2 lines are no trace events, the first is line 2: /);
    expect(run.stderr.match(/spoilt/g)).to.have.lengthOf(1);
  });

  it('says what is missing: a page, a recording, a port', async () => {
    const missing = join(folder, 'missing');
    const noPage = runCommand(['view', '--page', missing]);
    expect(await noPage.ended).to.equal(1);
    expect(noPage.stderr).to.include(`the page is not there: expected ${join(missing, 'index.html')}`);
    const noFile = runCommand(['view', '--page', page, '--file', missing]);
    expect(await noFile.ended).to.equal(1);
    expect(noFile.stderr).to.include(`--file ${missing}: ENOENT`);
    const noPort = runCommand(['view', '--page', page, '--port', '70000']);
    expect(await noPort.ended).to.equal(2);
    expect(noPort.stderr).to.include('Expected a port from 0 to 65535.');
    const file = join(folder, 'one.jsonl');
    writeFileSync(file, toJsonLine(emptyRun));
    const { url } = await startView('--file', file);
    const taken = runCommand(['view', '--page', page, '--file', file, '--port', url.port]);
    expect(await taken.ended).to.equal(1);
    expect(taken.stderr).to.match(/the page cannot be served on port \d+: .*EADDRINUSE/);
  });
});
