import type { ActorRecord, AnyRecord, RunRecord, TimerRecord } from './record.js';

/** A record that has a number: all but the header. */
export type Numbered = Exclude<AnyRecord, RunRecord>;

interface LiveActor {
  actor: ActorRecord;
  readonly timers: Map<string, TimerRecord>;
  counts: Numbered | undefined;
}

/**
 * The records of a run so far, for those who come later: all of them while they are few, and beyond that the newest,
 * with what lived before them in short.
 */
export interface RunLog {
  readonly append: (records: readonly AnyRecord[]) => void;
  /** Which run it is: grows with each header. */
  readonly run: number;
  /** What a newcomer needs first: the header, and in short what lived before the records that are kept. */
  start(): { readonly records: readonly AnyRecord[]; readonly seq: number };
  /** At most so many of the records after this number, oldest first; undefined where some of those are not kept any more. */
  after(seq: number, most: number): readonly Numbered[] | undefined;
}

/** @param recordsMax How many records are kept as they are; at times up to twice as many. */
export function createRunLog(recordsMax: number): RunLog {
  let header: RunRecord | undefined;
  let tail: Numbered[] = [];
  let lastSeq = 0;
  let foldedSeq = 0;
  let folded = 0;
  let run = 0;
  const systems = new Map<string, Numbered>();
  const machines = new Map<string, Numbered>();
  const links = new Map<string, Numbered>();
  const actors = new Map<string, LiveActor>();

  const reset = (record: RunRecord): void => {
    header = record;
    run += 1;
    tail = [];
    lastSeq = foldedSeq = folded = 0;
    for (const map of [systems, machines, links, actors]) map.clear();
  };

  const fold = (record: Numbered): void => {
    foldedSeq = record.seq;
    folded += 1;
    switch (record.type) {
      case 'system':
        if (record.op === 'start') systems.set(record.system, record);
        else systems.delete(record.system);
        return;
      case 'machine':
        machines.set(record.machine, record);
        return;
      case 'link':
        if (record.op === 'restored') links.delete(record.systems.join('\n'));
        else links.set(record.systems.join('\n'), record);
        return;
      case 'actor':
        actors.set(keyOf(record), { actor: record, timers: new Map(), counts: undefined });
        return;
      case 'step': {
        const live = actors.get(keyOf(record));
        if (live === undefined) return;
        if (record.status !== 'active') actors.delete(keyOf(record));
        else live.actor = { ...live.actor, value: record.value, context: record.context ?? live.actor.context };
        return;
      }
      case 'timer':
        if (record.op === 'start') actors.get(keyOf(record))?.timers.set(record.timer, record);
        else actors.get(keyOf(record))?.timers.delete(record.timer);
        return;
      case 'counts': {
        const live = actors.get(keyOf(record));
        if (live !== undefined) live.counts = record;
        return;
      }
      default:
    }
  };

  /** What lived when the tail began, in the order in which it came. */
  const base = (): readonly Numbered[] => {
    const living = Array.from(actors.values()).flatMap(({ actor, timers, counts }) => [
      actor,
      ...timers.values(),
      ...(counts === undefined ? [] : [counts]),
    ]);
    const records = [...systems.values(), ...machines.values(), ...links.values(), ...living];
    records.sort((one, other) => one.seq - other.seq);
    const at = tail[0]?.at ?? 0;
    return folded === 0 ? records : [...records, { type: 'gap', seq: foldedSeq, at, dropped: folded - records.length }];
  };

  return {
    append: (records) => {
      for (const record of records) {
        if (record.type === 'run') {
          reset(record);
          continue;
        }
        tail.push(record);
        lastSeq = record.seq;
      }
      if (tail.length <= 2 * recordsMax) return;
      for (const record of tail.splice(0, tail.length - recordsMax)) fold(record);
    },
    get run() {
      return run;
    },
    start: () => ({ records: [...(header === undefined ? [] : [header]), ...base()], seq: foldedSeq }),
    after: (seq, most) => {
      if (seq < foldedSeq || seq > lastSeq) return undefined;
      const from = indexAfter(tail, seq);
      return tail.slice(from, from + most);
    },
  };
}

function keyOf({ system, actor }: { readonly system: string; readonly actor: string }): string {
  return `${system}\n${actor}`;
}

/** The index of the first record with a larger number. */
function indexAfter(records: readonly Numbered[], seq: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
