import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './programs.js';

/** The path of a tmux: the one that TMUX_PROGRAM names, else one on the PATH. */
export function findTmux(): string | undefined {
  return findProgram('tmux', 'TMUX_PROGRAM');
}

/** A terminal, as a user has it before them: what runs in it cannot tell that it is none. */
export interface Terminal {
  /** Types keys, by the names that tmux has for them: `q`, `Down`, `C-c`. */
  press(...keys: readonly string[]): void;
  /** Types a line, with Enter behind it. */
  enter(line: string): void;
  /** What can be seen, line by line, without spaces at the ends of lines. */
  screen(): readonly string[];
  /** The same with everything that was scrolled away. */
  history(): readonly string[];
  /** What the terminal says of itself, by the names that tmux has for it. */
  ask(what: 'alternate_on' | 'cursor_flag'): string;
  resize(columns: number, rows: number): void;
  /** Resolves with the screen when something on it fits. Rejects, with what can be seen, where that never comes. */
  until(fits: RegExp): Promise<readonly string[]>;
  close(): void;
}

let count = 0;

/** A screen that does not change any more is worth being seen in the error. */
const patienceMs = 15_000;

/** Opens a terminal of this size with a shell, whose environment has no settings for NATS. */
export function openTerminal(columns: number, rows: number): Terminal {
  count += 1;
  const socket = `nats-stream-test-${process.pid}-${count}`;
  const inherited = Object.entries(process.env).filter(([name]) => !/^(NATS_|TMUX|NO_COLOR$)/.test(name));
  const env = { ...Object.fromEntries(inherited), LC_ALL: 'C.UTF-8' };
  const program = findTmux() ?? 'tmux';
  const tmux = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, ['-u', '-L', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env,
    });
    if (status !== 0) throw new Error(`tmux ${args.join(' ')} failed: ${stderr}`);
    return stdout;
  };
  const lines = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n');
  tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, "env PS1='$ ' bash --norc --noprofile");
  const terminal: Terminal = {
    press: (...keys) => void tmux('send-keys', '--', ...keys),
    enter: (line) => {
      tmux('send-keys', '-l', line);
      tmux('send-keys', 'Enter');
    },
    screen: () => lines(tmux('capture-pane', '-p')),
    history: () => lines(tmux('capture-pane', '-p', '-S', '-')),
    ask: (what) => tmux('display-message', '-p', `#{${what}}`).trim(),
    resize: (newColumns, newRows) => void tmux('resize-window', '-x', `${newColumns}`, '-y', `${newRows}`),
    until: async (fits) => {
      const { stack } = new Error('the caller');
      let seen = terminal.screen();
      for (const deadline = performance.now() + patienceMs; performance.now() < deadline; seen = terminal.screen()) {
        if (fits.test(seen.join('\n'))) return seen;
        await sleep(50);
      }
      throw new Error(`expected ${String(fits)} on the terminal, it shows:\n${seen.join('\n')}\n${stack ?? ''}`);
    },
    close: () => {
      tmux('kill-server');
    },
  };
  return terminal;
}
