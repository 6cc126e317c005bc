import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import { sampleRecords } from '../visualizations/sample-run.js';

type Unnumbered<T> = T extends SequencedEvent ? Omit<T, 'seq' | 'at'> : never;

/** Records of many streams that go on for ever: what a tracer writes of clients that are busy. */
export interface Load {
  /** The records that open all the streams. */
  readonly opening: readonly SequencedEvent[];
  /** The next so many records, a multiple of `recordsPerRound`, at a time in milliseconds since the start. */
  next(count: number, at: number): readonly SequencedEvent[];
}

/** How many records there are of a stream each time when it is its turn. */
export const recordsPerRound = 6;

export function createLoad(streams: number): Load {
  let seq = 0;
  let turn = 0;
  const numbered = (record: Unnumbered<SequencedEvent>, at: number): SequencedEvent => {
    seq += 1;
    return { ...record, seq, at };
  };
  const machines = sampleRecords({ streams: 0, seed: 1 }).map(({ seq, at, ...record }) => numbered(record, 0));
  const opening = [...machines];
  for (let n = 0; n < streams; n += 1) {
    const of = { parent: 'client', stream: `s${n}`, subject: `log.${n % 50}`, context: { id: `s${n}` } };
    const actor = { type: 'actor', actor: `s${n}`, ...of } as const;
    opening.push(
      numbered({ ...actor, system: 'dashboard', machine: 'consumerStream', value: { active: 'listening' } }, 0),
      numbered({ ...actor, system: 'collector', machine: 'producerStream', value: 'active' }, 0),
    );
  }

  /** One round of a stream: a message goes by, both ends have counted, and now and then a heartbeat is a sign of life. */
  const round = (n: number, total: number): readonly Unnumbered<SequencedEvent>[] => {
    const stream = `s${n}`;
    const [consumer, producer] = [
      { system: 'dashboard', actor: stream },
      { system: 'collector', actor: stream },
    ];
    const message = {
      ...({ type: 'message', message: `m${total}`, from: 'collector', to: 'dashboard' } as const),
      ...({ subject: `_SINBOX.${n}`, kind: 'data', stream, bytes: 120 } as const),
    } as const;
    const counts = { type: 'counts', stream, records: total, bytes: total * 120 } as const;
    return [
      { ...message, op: 'send' },
      { ...message, op: 'deliver' },
      { ...consumer, ...counts, waiting: total % 7 },
      { ...producer, ...counts, credit: 100 - (total % 90) },
      {
        ...consumer,
        ...{ type: 'step', event: { type: 'heartbeat.alive' }, commands: [], status: 'active' },
        ...{ taken: [{ source: 'consumerStream.active', index: 0 }], value: { active: 'listening' } },
      },
      {
        ...consumer,
        ...{ type: 'timer', op: 'start', timer: 'silenceTimeout', delay: 'silenceTimeout' },
        ...{ state: 'consumerStream.active.listening', duration: 30_000 },
      },
    ];
  };

  return {
    opening,
    next: (count, at) => {
      const records: SequencedEvent[] = [];
      while (records.length < count) {
        const total = Math.floor(turn / streams) + 1;
        for (const record of round(turn % streams, total)) records.push(numbered(record, at));
        turn += 1;
      }
      return records;
    },
  };
}
