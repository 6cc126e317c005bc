import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sinon from 'sinon';
import { createJsonReport } from '../../../src/cli/demo/json-report.js';
import { createTextReport } from '../../../src/cli/demo/text-report.js';
import { tableText } from '../../../src/cli/top/table-text.js';
import { say, sayAll } from '../../../src/cli/log.js';
import { CloseError, ConsumerClient, ProducerClient, type ConsumerStreamEnd } from '../../../src/index.js';
import { traceOverNats, type TraceEvent } from '../../../src/tracing/index.js';
import { toJsonLine } from '../../../src/tracing/json-lines.js';
import { printable, printableJson } from '../../../src/wire/index.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { tracePair } from '../../support/traced-pair.js';
import { endCommands, runCommand } from './command-line.js';

/** What moves the cursor, ends a line, hides, or turns the direction of writing. */
const tricks = {
  escape: '\u001b[2J\u001b]0;title\u0007',
  'line breaks': '\r\n\u2028\u2029\u0085\v\f',
  tab: '\t',
  'C1 controls': '\u009b31m\u0090',
  'NUL and DEL': '\u0000\u007f',
  'bidirectional marks': '\u202e\u202a\u2066\u2069\u200e\u200f\u061c',
  'invisible characters': '\u200b\u2060\ufeff\u00ad',
  'a lone surrogate': '\ud800',
  'tags and private characters': '\u{e0041}\ue000',
} as const;
const all = Object.values(tricks).join('x');

/** In a subject there is no white space. */
const inSubject = '\u001b[2J\u202e\u0007\u009b';

/** What no output holds but as the ends of its own lines. */
const forbidden = /[^\p{L}\p{M}\p{N}\p{P}\p{S} \n]/u;

describe('what strangers say, as the commands print it', () => {
  for (const [name, trick] of Object.entries(tricks)) {
    it(`${name}: printable() leaves one line without it, JSON means the same`, () => {
      expect(printable(`a${trick}b`))
        .to.match(/^a[^]+b$/)
        .and.not.match(forbidden);
      expect(printable(`a${trick}b`)).not.to.include('\n');
      expect(printableJson({ trick })).not.to.match(forbidden);
      expect(JSON.parse(printableJson({ trick }))).to.deep.equal({ trick });
      const line = toJsonLine({ type: 'mark', seq: 1, at: 0, kind: 'warning', text: trick });
      expect(line.slice(0, -1)).not.to.match(/\n/).and.not.match(forbidden);
    });
  }

  it('printable() leaves the letters of every script, and symbols', () => {
    expect(printable('grüße, 日本 עברית ☃ 𝄞 €')).to.equal('grüße, 日本 עברית ☃ 𝄞 €');
  });

  it('logs are one line each, and those of several lines indent what follows', () => {
    const written: string[] = [];
    const stub = sinon.stub(process.stderr, 'write').callsFake((text) => written.push(String(text)) > 0);
    try {
      say(`a ${all}`);
      sayAll(`b ${all}\nc`);
    } finally {
      stub.restore();
    }
    expect(written.join('')).not.to.match(forbidden);
    expect(written[0]).to.match(/^nats-stream: [^\n]+\n$/);
    expect(written[1]).to.match(/^nats-stream: [^\n]+\n( {2}[^\n]+\n)+$/);
  });

  it('the table of top', () => {
    const end = { reason: 'closed', code: 5000, text: all } as const;
    const side = { state: all, records: 1, bytes: 1, end, rates: [] };
    const row = { subject: all, stream: `x.${all}`, openedAt: 0, lastSignAt: 0, endedAt: 1, consumer: side };
    const lines = tableText([row as never], { at: 1, columns: 1000, coloured: false });
    expect(lines.join('\n')).not.to.match(forbidden);
    expect(lines).to.have.length(2);
  });

  it('both reports of the demo', () => {
    const end: ConsumerStreamEnd = {
      reason: 'closed',
      code: 5000,
      text: all,
      records: 1,
      bytes: 1,
      error: new CloseError(5000, all),
    };
    for (const create of [(write: (text: string) => void) => createTextReport(write, false), createJsonReport]) {
      let printed = '';
      const report = create((text) => {
        printed += text;
      });
      report.begin({ kind: 'server', description: all } as never, { path: all, from: 0, to: 1 });
      report.event(1, 'tail', 'reader', `record 1: ${all}`);
      report.end(2, 'tail', end);
      report.summary(3, [{ scene: 'tail', end, walked: { consumer: [], producer: [] }, problems: [all] }]);
      expect(printed).not.to.match(forbidden);
    }
  });

  it('check tells of what a recording says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
    const file = join(folder, 'told.jsonl');
    const replaced = (await tracePair({ seed: 1 })).map((event) => {
      const told = JSON.parse(
        JSON.stringify(event).replaceAll('numbers', JSON.stringify(all).slice(1, -1)),
      ) as TraceEvent;
      return told.type === 'step' && told.event.type === 'source.record' ? { ...told, value: all } : told;
    });
    writeFileSync(file, replaced.map(toJsonLine).join(''));
    const run = runCommand(['check', '--recording', file]);
    expect(await run.ended).to.equal(1);
    rmSync(folder, { recursive: true });
    expect(run.stdout).to.match(/does not conform/);
    expect(run.stdout + run.stderr).not.to.match(forbidden);
  });

  describe('on a server', () => {
    let server: NatsServer;
    let connection: NatsConnection;
    let consumer: ConsumerClient;
    let producer: ProducerClient;

    before(async () => {
      server = await startNatsServer();
      connection = await connect({ servers: server.url });
      consumer = new ConsumerClient({ connection });
      producer = new ProducerClient({ connection });
    });
    after(async () => {
      await consumer.close();
      await producer.close();
      await connection.close();
      await server.stop();
    });
    afterEach(() => endCommands());

    it('serve tells of subjects, ids, refused requests and the words of readers', async () => {
      const serving = runCommand(['serve', 'shown.>', '-s', server.url, '--', 'sh', '-c', 'sleep 60']);
      await serving.untilStderr(/serving/);
      // Whoever writes the wire by hand asks on any subject that the server takes, and with any id.
      connection.publish(`shown.${inSubject}`, JSON.stringify({ consumerId: all, streamId: all }), {
        reply: '_INBOX.x',
      });
      const consumerId = '_SINBOX.abcdefghijklmnopqrstuv.';
      const request = { consumerId, streamId: 'abc', heartBeatRequestSub: '_HEARTBEAT._SINBOX.abcdefghijklmnopqrstuv' };
      connection.publish(`shown.${inSubject}`, JSON.stringify(request), { reply: `${consumerId}abc` });
      await serving.untilStderr(/opened on/);
      const stream = consumer.openStream('shown.x');
      await stream.opened;
      stream.cancel(all);
      await serving.untilStderr(/ended after 0 lines: a?/);
      expect(serving.stderr).to.match(/refused/);
      serving.kill('SIGINT');
      await serving.ended;
      expect(serving.stderr).not.to.match(forbidden);
      expect(serving.stderr).to.match(/^(nats-stream: [^\n]+\n)+$/);
    });

    it('open tells of close texts, for people and in JSON', async () => {
      const handling = producer.handle('closed', () => {
        throw new CloseError(4001, all);
      });
      await handling.ready;
      const forPeople = runCommand(['open', 'closed', '-s', server.url]);
      const inJson = runCommand(['open', 'closed', '--json', '-s', server.url]);
      expect([await forPeople.ended, await inJson.ended]).to.deep.equal([1, 1]);
      expect(forPeople.stderr)
        .to.match(/^[^\n]*4001[^\n]*\n$/)
        .and.not.match(forbidden);
      expect(inJson.stdout + inJson.stderr).not.to.match(forbidden);
      const { end } = JSON.parse(inJson.stdout) as { end: { text: string } };
      expect(end.text).to.equal(all);
    });

    it('top and record show what processes publish', async () => {
      const publication = traceOverNats(consumer, { process: all });
      const asking = consumer.openStream('\u202enobody.serves.this');
      await asking.closed;
      const run = runCommand(['top', '--once', '--interval', '1500ms', '-s', server.url]);
      const recording = runCommand(['record', '--for', '1500ms', '--out', '-', '-s', server.url]);
      expect([await run.ended, await recording.ended]).to.deep.equal([0, 0]);
      publication.stop();
      expect(run.stdout).not.to.match(forbidden);
      expect(recording.stdout).to.include('\\u001b').and.not.match(forbidden);
    });
  });
});
