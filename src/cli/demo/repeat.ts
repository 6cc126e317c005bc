import { setTimeout as sleep } from 'node:timers/promises';
import type { LogFile } from './log-file.js';
import { play } from './play.js';
import { silentReport } from './silent-report.js';
import type { Stage } from './stage.js';

/** Between two plays: long enough to look at the last one's end. Milliseconds. */
const pauseMs = 2000;

/** Plays the demo again and again, for those who watch its trace events on the subject, until the signal aborts. */
export async function repeatDemo(
  stage: Stage,
  log: LogFile,
  recordsSubject: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await play(stage, log, silentReport, signal, recordsSubject);
      await sleep(pauseMs, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}
