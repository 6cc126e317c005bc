import type { Clock } from '../../../src/host/clock.js';
import type { RecordDraft } from '../../../src/tracing/draft.js';
import type { AnyRecord } from '../../../src/tracing/record.js';
import { createRecorder, type Recorder } from '../../../src/tracing/recorder.js';

/** Where the parts of a simulation write what happens. */
export interface RecordLog {
  /** Writes a record. A machine that is known is not told again. */
  write(draft: RecordDraft): void;
  /** Records the clients of this package; the records of the network are the network's own. */
  readonly recorder: Recorder;
  /** What was written since the last call, oldest first. */
  take(): AnyRecord[];
}

/** Makes the log of one run, which begins with its header. */
export function createRecordLog(label: string, seed: number, clock: Clock): RecordLog {
  const recorder = createRecorder({
    source: 'simulated',
    label,
    seed,
    clock,
    messages: false,
    flushMs: 0,
    recordsMax: Infinity,
  });
  const machines = new Set<string>();
  let waiting: AnyRecord[] = [];
  recorder.listen((records) => {
    waiting.push(...records);
  });
  return {
    recorder,
    write: (draft) => {
      if (draft.type === 'machine') {
        if (machines.has(draft.machine)) return;
        machines.add(draft.machine);
      }
      recorder.write(draft);
    },
    take: () => {
      const taken = waiting;
      waiting = [];
      return taken;
    },
  };
}
