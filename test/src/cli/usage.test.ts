import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { subjectMistake } from '../../../src/cli/subject-mistake.js';
import { endCommands, runCommand } from './command-line.js';

interface Usage {
  readonly args: readonly string[];
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const usages: Readonly<Record<string, Usage>> = {
  'prints its version': { args: ['--version'], code: 0, stdout: new RegExp(`^${version.replaceAll('.', '\\.')}\\n$`) },
  'explains itself with examples': { args: ['--help'], code: 0, stdout: /Examples:\n {2}\$ nats-stream demo/ },
  'explains serve with examples': { args: ['serve', '--help'], code: 0, stdout: /Examples:\n {2}\$ nats-stream serve/ },
  'explains open with examples': { args: ['open', '--help'], code: 0, stdout: /Examples:\n {2}\$ nats-stream open/ },
  'explains demo with examples': { args: ['help', 'demo'], code: 0, stdout: /Examples:\n {2}\$ nats-stream demo/ },
  'does not list the process of the demo': { args: ['--help'], code: 0, stdout: /^(?![^]*demo-producer)/ },
  'refuses to guess where no command is given': { args: [], code: 2, stderr: /^Usage: nats-stream/ },
  'refuses an unknown command': { args: ['bogus'], code: 2, stderr: /unknown command 'bogus'/ },
  'refuses an unknown option': { args: ['open', 'x', '--bogus'], code: 2, stderr: /unknown option '--bogus'/ },
  'refuses a subject without a command': {
    args: ['serve', 'x'],
    code: 2,
    stderr: /missing required argument 'command'/,
  },
  'refuses a count that is none': {
    args: ['open', 'x', '--count', '0'],
    code: 2,
    stderr: /whole number of at least 1/,
  },
  'refuses a duration that is none': {
    args: ['open', 'x', '--timeout-ms', 'soon'],
    code: 2,
    stderr: /a duration such as/,
  },
  'refuses an open timeout that is none': {
    args: ['open', 'x', '--open-timeout', '0'],
    code: 2,
    stderr: /--open-timeout.*a duration such as/,
  },
  'refuses a silence timeout that is none': {
    args: ['open', 'x', '--silence-timeout', 'never'],
    code: 2,
    stderr: /--silence-timeout.*a duration such as/,
  },
  'explains the timeouts of open': {
    args: ['open', '--help'],
    code: 0,
    stdout: /--open-timeout <duration>[^]*\(default: 30s\)[^]*--silence-timeout <duration>[^]*\(default: 30s\)/,
  },
  'names the server that does not answer': {
    args: ['open', 'x', '-s', 'nats://127.0.0.1:1'],
    code: 1,
    stderr: /^nats-stream: could not connect to nats:\/\/127\.0\.0\.1:1: connection refused\n$/,
  },
  'names the file that is not there': {
    args: ['serve', 'x', '--creds', '/nowhere/user.creds', '--', 'true'],
    code: 1,
    stderr: /^nats-stream: --creds: ENOENT.*\/nowhere\/user\.creds'\n$/,
  },
  'names the log that is not there': {
    args: ['demo', '--file', '/nowhere/server.log'],
    code: 1,
    stderr: /^nats-stream: --file \/nowhere\/server\.log: ENOENT[^\n]*\n$/,
  },
};

describe('nats-stream, its command line', () => {
  afterEach(() => endCommands());

  for (const [fact, { args, code, stdout = /^$/, stderr = /^$/ }] of Object.entries(usages)) {
    it(fact, async () => {
      const run = runCommand(args);
      expect(await run.ended).to.equal(code);
      expect(run.stdout).to.match(stdout);
      expect(run.stderr).to.match(stderr);
    });
  }

  it('refuses a bad subject before it connects', async () => {
    for (const args of [
      ['open', 'a b'],
      ['serve', 'a..b', '--', 'true'],
    ]) {
      const run = runCommand([...args, '-s', 'nats://127.0.0.1:1']);
      expect(await run.ended).to.equal(2);
      expect(run.stderr).to.include('Expected a NATS subject');
    }
  });

  it('says of a subject that is none what is wrong with it', () => {
    const mistakes: Readonly<Record<string, RegExp>> = {
      '': /^it is empty$/,
      'a b': /white space, at character 2/,
      ' ': /white space, at character 1/,
      'a\tb': /white space/,
      'a..b': /its token 2 is empty: two dots/,
      'a.b...c': /its token 3 is empty/,
      '.a': /begins with a dot/,
      'a.': /ends with a dot/,
      '.': /begins with a dot/,
      'a\u0000b': /cannot be printed/,
      'a.b*': /its token 'b\*' has more than a wildcard/,
      [`a.${'b'.repeat(4000)}`]: /more than 3840 bytes/,
    };
    for (const wildcards of [false, true]) {
      for (const [text, mistake] of Object.entries(mistakes)) {
        expect(subjectMistake(text, wildcards), JSON.stringify(text)).to.match(mistake);
      }
      for (const text of ['a', 'a.b', 'grüße.日本']) expect(subjectMistake(text, wildcards)).to.equal(undefined);
    }
    expect(subjectMistake('a.*.>', true)).to.equal(undefined);
    expect(subjectMistake('a.>.b', true)).to.match(/its > is not the last token/);
    for (const text of ['a.*', '>']) expect(subjectMistake(text, false)).to.match(/it has a wildcard/);
    expect(new Set(['', 'a b', 'a..b'].map((text) => subjectMistake(text, true))).size).to.equal(3);
  });

  it('refuses a bad log file without a stack', async () => {
    const run = runCommand(['demo', '--embedded', '--file', '/']);
    expect(await run.ended).to.equal(1);
    expect(run.stderr).to.equal('nats-stream: --file /: expected a file\n');
  });

  it('prints stacks where NATS_STREAM_DEBUG is set', async () => {
    const run = runCommand(['open', 'x', '-s', 'nats://127.0.0.1:1'], { env: { NATS_STREAM_DEBUG: '1' } });
    expect(await run.ended).to.equal(1);
    expect(run.stderr).to.match(/could not connect.*\n {6}at /);
  });
});
