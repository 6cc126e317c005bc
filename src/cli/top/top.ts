import { setTimeout as sleep } from 'node:timers/promises';
import { createStreamTable } from '../../tracing/stream-table.js';
import { wantsColours } from '../colours.js';
import { ExitCode } from '../exit-code.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { createOutput } from '../output.js';
import { watch } from '../watch.js';
import type { WatchOptions } from '../watching.js';
import { jsonTable } from './json-table.js';
import { sorted } from './row-order.js';
import { openScreen, terminalSize, type Screen } from './screen.js';
import { tableText } from './table-text.js';
import { createTopView, title, type Scene } from './top-view.js';

export interface TopOptions extends WatchOptions {
  readonly once?: true;
  readonly json?: true;
  readonly interval: number;
}

/** Gives the exit code. */
export async function top(options: TopOptions): Promise<number> {
  const output = createOutput(process.stdout);
  // A terminal that says so moves no cursor.
  const isScreen = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  const asJson = options.json === true;
  const isOnce = options.once === true || (!asJson && !isScreen);
  const table = createStreamTable();
  const started = performance.now();
  /** The trace events are behind the clock where nothing happens. */
  let lag = Infinity;
  const watching = await watch(options, (records) => {
    table.append(records);
    lag = Math.min(lag, performance.now() - started - table.at);
  });
  const stop = new AbortController();
  let interrupted: InterruptSignal | undefined;
  const interrupt = (signal: InterruptSignal): void => {
    interrupted = signal;
    stop.abort();
  };
  onInterrupt(interrupt);
  output.signal.addEventListener('abort', () => {
    stop.abort();
  });

  const scene = (): Scene => ({
    description: watching.description,
    processes: watching.processes(),
    rows: table.rows(),
    at: Number.isFinite(lag) ? Math.max(table.at, performance.now() - started - lag) : 0,
  });
  const coloured = wantsColours(process.stdout);
  const view = createTopView();
  let screen: Screen | undefined;
  const draw = (): void => {
    if (screen !== undefined) screen.show(view.draw(scene(), screen.size, coloured));
    else void output.write(asJson ? jsonTable(scene()) : `${plainText(scene(), coloured).join('\n')}\n`);
  };

  try {
    if (!asJson && !isOnce) {
      screen = openScreen(output, {
        onKey: (key) => {
          const wish = view.press(key);
          if (wish === 'interrupt') interrupt('SIGINT');
          else if (wish === 'quit') stop.abort();
          else if (wish === 'suspend') screen?.suspend();
          else draw();
        },
        onChange: draw,
      });
      draw();
    }
    const over = watching.over.then(() => stop.abort());
    do {
      await Promise.race([pause(options.interval, stop.signal), over]);
      if (screen === undefined || !stop.signal.aborted) draw();
    } while (!isOnce && !stop.signal.aborted);
  } finally {
    screen?.close();
    await watching.stop();
  }
  return interrupted === undefined ? ExitCode.Ok : exitCodeOf[interrupted];
}

/** The whole table, as it is printed once; in a terminal, as wide as that. */
function plainText(scene: Scene, coloured: boolean): readonly string[] {
  const columns = process.stdout.isTTY ? terminalSize().columns : Infinity;
  const rows = sorted(scene.rows, 'trouble', scene.at);
  return [title(scene), '', ...tableText(rows, { at: scene.at, columns, coloured })];
}

/** Resolves after so long, or at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
