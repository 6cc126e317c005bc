import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgram } from '../../../src/cli/program.js';
import { builtCommand } from '../../support/built-command.js';
import { findProgram, needProgram } from '../../support/programs.js';
import { openTerminal } from '../../support/terminal.js';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** What can be typed, and what a shell makes of it at the end of the line. */
const completions: Readonly<Record<string, readonly string[]>> = {
  'nats-stream ': ['bench', 'check', 'completion', 'demo', 'help', 'open', 'record', 'serve', 'top', 'view'],
  'nats-stream o': ['open'],
  'nats-stream --v': ['--version'],
  'nats-stream open x --ra': ['--raw'],
  'nats-stream serve x --qu': ['--queue', '--quiet'],
  'nats-stream check --order ': ['connection', 'none', 'subject'],
  'nats-stream check --order s': ['subject'],
  'nats-stream check --json --order n': ['none'],
  'nats-stream open x --creds us': ['user.creds'],
  'nats-stream open --creds user.creds x --cou': ['--count'],
  'nats-stream open -s nats://127.0.0.1:4222 x --silence': ['--silence-timeout'],
  'nats-stream view --page as': ['assets'],
  'nats-stream serve x -- some-pro': ['some-program'],
  'nats-stream serve -q workers x -- some-program us': ['user.creds'],
  'nats-stream completion ': ['bash', 'fish', 'zsh'],
  'nats-stream help rec': ['record'],
  'nats-stream open x --timeout-ms ': [],
};

describe('nats-stream completion', () => {
  let folder: string;
  const scripts = {} as Record<Shell, string>;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'completion-'));
    mkdirSync(join(folder, 'assets'));
    for (const name of ['user.creds', 'some-program'])
      writeFileSync(join(folder, name), '#!/bin/sh\n', { mode: name.endsWith('creds') ? 0o600 : 0o700 });
    for (const shell of shells) {
      scripts[shell] = spawnSync(process.execPath, [builtCommand(), 'completion', shell], { encoding: 'utf8' }).stdout;
      writeFileSync(join(folder, `completion.${shell}`), scripts[shell]);
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a script in a shell, in a folder with a few files, one of them a program. */
  function runIn(shell: Shell, args: readonly string[], script: string): readonly string[] {
    const file = needProgram({
      name: shell,
      find: () => findProgram(shell, shell.toUpperCase()),
      without: `a ${shell}`,
      variable: shell.toUpperCase(),
    });
    const { stdout, stderr } = spawnSync(file, [...args, '-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, HOME: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    });
    expect(stderr).to.equal('');
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('names every command and every option that the help shows, for each shell', () => {
    const program = createProgram();
    const help = program.createHelp();
    for (const command of help.visibleCommands(program)) {
      for (const shell of shells) expect(scripts[shell]).to.match(new RegExp(`\\b${command.name()}\\b`));
      for (const { long = '' } of help.visibleOptions(command)) {
        expect(scripts.bash).to.include(long);
        expect(scripts.zsh).to.include(long);
        expect(scripts.fish).to.include(`-l ${long.slice(2)}`);
      }
    }
    for (const shell of shells) expect(scripts[shell]).not.to.include('demo-producer');
  });

  it('refuses a shell that it does not know', () => {
    const { status, stderr } = spawnSync(process.execPath, [builtCommand(), 'completion', 'tcsh'], {
      encoding: 'utf8',
    });
    expect(status).to.equal(2);
    expect(stderr).to.include('Allowed choices are bash, zsh, fish');
  });

  for (const [line, expected] of Object.entries(completions)) {
    it(`bash completes '${line}'`, () => {
      // Readline parts words at colons and equals signs; these are on their own then.
      const words = line.split(/(?<=[:=])|(?=[:=])| /);
      const script =
        `source completion.bash; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); ` +
        `COMP_CWORD=${words.length - 1}; _nats_stream; printf '%s\\n' "\${COMPREPLY[@]}"`;
      expect([...new Set(runIn('bash', ['--norc', '--noprofile'], script))].sort()).to.deep.equal(expected);
    });
  }

  for (const [line, expected] of Object.entries(completions)) {
    it(`fish completes '${line}'`, () => {
      const script = `source completion.fish; complete -C '${line}'`;
      const found = runIn('fish', ['--no-config'], script).map((text) => text.replace(/\/?(\t.*)?$/, ''));
      expect([...new Set(found)].sort()).to.deep.equal(expected);
    });
  }

  const started: Readonly<Record<'bash' | 'zsh', readonly string[]>> = {
    bash: ['bash --norc --noprofile'],
    zsh: ['zsh -f', 'autoload -Uz compinit && compinit -u -D'],
  };
  for (const shell of ['bash', 'zsh'] as const) {
    it(`Tab completes in a ${shell}`, async () => {
      runIn(shell, [], 'true');
      const terminal = openTerminal(100, 30);
      try {
        await terminal.until(/^\$$/m);
        terminal.enter(`cd ${folder}; PATH=${folder}:$PATH`);
        for (const line of started[shell]) terminal.enter(line);
        terminal.enter(`PS1='> '; source completion.${shell}; clear`);
        await terminal.until(/^>$/m);
        const typed: readonly (readonly [keys: string, then: RegExp])[] = [
          ['nats-stream ope', /^> nats-stream open$/m],
          ['x --raw --cre', /^> nats-stream open x --raw --creds$/m],
          ['us', /^> nats-stream open x --raw --creds user\.creds$/m],
        ];
        for (const [keys, then] of typed) {
          for (const word of keys.split(/( )/)) terminal.press(word === ' ' ? 'Space' : word);
          terminal.press('Tab');
          await terminal.until(then);
        }
        terminal.press('C-u', 'nats-stream', 'Space', 'serve', 'Space', 'x', 'Space', '--', 'Space', 'some-pr', 'Tab');
        await terminal.until(/^> nats-stream serve x -- some-program$/m);
        terminal.press('C-u', 'nats-stream', 'Space', 'check', 'Space', '--order', 'Space', 'conn', 'Tab');
        await terminal.until(/^> nats-stream check --order connection$/m);
      } finally {
        terminal.close();
      }
    });
  }
});
