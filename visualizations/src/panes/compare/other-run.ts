import { signal } from '@preact/signals';
import { createFeed } from '../../model/feed.js';
import type { RunReader } from '../../model/types.js';
import { fileSource } from '../../sources/file.js';

/** The run to compare with. It outlives the pane and the run shown, so that a run can be kept and the next one compared. */
export const otherRun = signal<RunReader | undefined>(undefined);

const feed = createFeed();

/** Reads a recording to compare with. Resolves when it is complete; rejects where it is none. */
export function openOther(file: File): Promise<void> {
  otherRun.value = undefined;
  feed.open(fileSource(file.name, () => Promise.resolve({ stream: file.stream(), bytes: file.size })));
  return new Promise((resolve, reject) => {
    const stop = feed.health.subscribe(({ state, text, lastProblem }) => {
      if (state !== 'ended' && state !== 'failed') return;
      queueMicrotask(() => stop());
      const run = feed.run.peek();
      if (state === 'ended' && run !== undefined) {
        otherRun.value = run;
        resolve();
      } else {
        reject(new Error(text || lastProblem || `${file.name} has no header of a run`));
      }
    });
  });
}
