import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamHandler } from '../../index.js';
import { linesOf, type LogFile } from './log-file.js';
import { recordsBeforeTheTurn, type SceneName } from './scenes.js';
import { lineIntervalMs } from './timing.js';

/** What the producers of the demo stream, by scene. */
export function sourcesOf(log: LogFile): Readonly<Record<SceneName, StreamHandler>> {
  const replay: StreamHandler = ({ signal }) => replayed(log, signal);
  return {
    whole: () => linesOf(log),
    tail: replay,
    killed: replay,
    failing: async function* ({ signal }) {
      let lines = 0;
      for await (const line of replayed(log, signal)) {
        yield line;
        lines += 1;
        if (lines === recordsBeforeTheTurn) throw new Error(`the source broke at line ${lines + 1}`);
      }
    },
  };
}

/** The log line by line at the pace of a busy service, from its start again when it has ended. */
async function* replayed(log: LogFile, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (;;) {
    for await (const line of linesOf(log)) {
      yield line;
      await sleep(lineIntervalMs, undefined, { signal });
    }
  }
}
