import { writeSync } from 'node:fs';
import { emitKeypressEvents } from 'node:readline';
import type { Output } from '../output.js';
import type { Key, ScreenSize } from './top-view.js';

/** The other screen of a terminal, which leaves what was on the first one, and its history, as they were. */
export interface Screen {
  readonly size: ScreenSize;
  /** Shows these lines and nothing else. Left out while the terminal has not taken what came before. */
  show(lines: readonly string[]): void;
  /** Gives the terminal back, as it was. */
  close(): void;
  /** Stops the process until its shell goes on with it, as Ctrl-Z does elsewhere. */
  suspend(): void;
}

export interface ScreenListener {
  readonly onKey: (key: Key) => void;
  /** The size has changed, or the screen is back after a pause. */
  readonly onChange: () => void;
}

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';

/** Opens the other screen of the terminal on standard output, with the keys of standard input where that is one, too. */
export function openScreen(output: Output, { onKey, onChange }: ScreenListener): Screen {
  const { stdin, stdout } = process;
  let isOpen = false;
  let isBusy = false;

  const onKeypress = (_: string | undefined, key: Key): void => onKey(key);
  const enterScreen = (): void => {
    isOpen = true;
    writeSync(stdout.fd, enter);
    if (stdin.isTTY) stdin.setRawMode(true);
  };
  // Written at once: the process may be about to end, or to be stopped.
  const leaveScreen = (): void => {
    if (!isOpen) return;
    isOpen = false;
    if (stdin.isTTY) stdin.setRawMode(false);
    try {
      writeSync(stdout.fd, leave);
    } catch {
      // The terminal is gone, and with it what would have to be put right.
    }
  };
  const suspend = (): void => {
    leaveScreen();
    process.off('SIGTSTP', suspend);
    // The whole job is stopped, as by the terminal: what has started this command, npx say, waits with it.
    process.kill(0, 'SIGTSTP');
  };
  const resume = (): void => {
    process.off('SIGTSTP', suspend);
    process.on('SIGTSTP', suspend);
    enterScreen();
    onChange();
  };

  enterScreen();
  if (stdin.isTTY) {
    emitKeypressEvents(stdin);
    stdin.on('keypress', onKeypress);
    stdin.resume();
  }
  stdout.on('resize', onChange);
  process.on('SIGTSTP', suspend);
  process.on('SIGCONT', resume);
  // An error that nobody expected, and a second interrupt, end the process without another word.
  process.on('exit', leaveScreen);

  return {
    get size() {
      return terminalSize();
    },
    show: (lines) => {
      if (!isOpen || isBusy) return;
      isBusy = true;
      const text = lines.map((line) => `${line}\u001b[K`).join('\r\n');
      void output.write(`\u001b[H${text}\u001b[J`).then(() => {
        isBusy = false;
      });
    },
    close: () => {
      leaveScreen();
      process.off('exit', leaveScreen);
      process.off('SIGTSTP', suspend);
      process.off('SIGCONT', resume);
      stdout.off('resize', onChange);
      stdin.off('keypress', onKeypress);
      stdin.pause();
    },
    suspend,
  };
}

/** Some terminals do not tell their size. */
export function terminalSize(): ScreenSize {
  const { columns, rows } = process.stdout;
  return { columns: columns > 0 ? columns : 120, rows: rows > 0 ? rows : 24 };
}
