import type { TraceEvent, TraceMachine, TraceRun, TraceStateNode } from '../../src/trace-events/trace-event.js';
import { createRandom } from '../../src/testing/doubles/random.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';

/** A run made up for tests: streams that open, flow, and end in all the ways there are, between two processes or more. */

export const sampleHeader: TraceRun = {
  type: 'run',
  version: 1,
  source: 'live',
  unit: 'ms',
  label: 'a sample',
  startedAt: 1_790_000_000_000,
};

export interface SampleOptions {
  readonly streams: number;
  /** How long the run lasts. Default 60,000 ms. */
  readonly durationMs?: number;
  readonly seed: number;
}

type Unnumbered<T> = T extends SequencedEvent ? Omit<T, 'seq'> : never;

/** How a stream of the sample ends; the last two do not within the run. */
const endings = [
  { reason: 'completed', code: 1000, text: '' },
  { reason: 'completed', code: 1000, text: '' },
  { reason: 'cancelled', code: 1006, text: 'the reader left' },
  { reason: 'slowReader', code: 1006, text: '65536 records wait for the reader' },
  { reason: 'producerSilent', code: 1006, text: 'neither a record nor a heartbeat came within the silence timeout' },
  { reason: 'noResponders', code: 1006, text: 'nobody subscribes to it' },
  { reason: 'closed', code: 5000, text: 'the source failed: disk full' },
  undefined,
  undefined,
] as const;

const subjects = ['log.web', 'log.db', 'log.auth', 'metrics.cpu', 'quotes.EURUSD'] as const;

/** All records of a sample run after its header, by time. The same seed gives the same records. */
export function sampleRecords({ streams, durationMs = 60_000, seed }: SampleOptions): readonly SequencedEvent[] {
  const random = createRandom(seed);
  const below = (limit: number): number => random.integer(0, limit - 1);
  const records: Unnumbered<SequencedEvent>[] = [
    { type: 'system', at: 0, system: 'dashboard', role: 'consumer', op: 'start' },
    { type: 'system', at: 0, system: 'collector', role: 'producer', op: 'start' },
    { type: 'machine', at: 0, machine: 'consumerStream', root: machine('consumerStream').root },
    { type: 'machine', at: 0, machine: 'producerStream', root: machine('producerStream').root },
    { type: 'actor', at: 0, system: 'dashboard', actor: 'client', value: 'open', context: { streams: 0 } },
    { type: 'actor', at: 0, system: 'collector', actor: 'client', value: 'open', context: { streams: 0 } },
    { type: 'mark', at: 1, kind: 'note', text: 'the clients are up' },
  ];
  for (let index = 0; index < streams; index += 1) {
    const subject = subjects[below(subjects.length)] ?? 'log.web';
    const opened = 10 + below(durationMs / 3);
    const lasts = 500 + below(durationMs / 2);
    records.push(...streamRecords(`s${index + 1}`, subject, opened, lasts, durationMs, endings[below(9)], below));
  }
  return records
    .map((record, place) => ({ record, place }))
    .sort((a, b) => a.record.at - b.record.at || a.place - b.place)
    .map(({ record }, place) => ({ ...record, seq: place + 1 }));
}

/** The run as a file. */
export function sampleFile(options: SampleOptions): string {
  const all: readonly TraceEvent[] = [sampleHeader, ...sampleRecords(options)];
  return all.map((record) => JSON.stringify(record)).join('\n') + '\n';
}

function streamRecords(
  stream: string,
  subject: string,
  opened: number,
  lasts: number,
  durationMs: number,
  ending: (typeof endings)[number],
  below: (limit: number) => number,
): Unnumbered<SequencedEvent>[] {
  const consumer = { system: 'dashboard', actor: stream };
  const producer = { system: 'collector', actor: stream };
  const isHeard = ending?.reason !== 'noResponders';
  const heard = opened + 3 + below(40);
  const closed = ending === undefined ? durationMs : Math.min(durationMs, isHeard ? opened + lasts : opened + 2);
  const records: Unnumbered<SequencedEvent>[] = [
    {
      ...consumer,
      type: 'actor',
      at: opened,
      parent: 'client',
      machine: 'consumerStream',
      stream,
      subject,
      value: { opening: 'waiting' },
      context: { id: stream, subject, linkUp: true },
    },
    {
      ...consumer,
      type: 'timer',
      op: 'start',
      at: opened,
      timer: 'openTimeout',
      state: 'consumerStream.opening.waiting',
      delay: 'openTimeout',
      duration: 30_000,
    },
    {
      type: 'message',
      op: 'send',
      at: opened,
      message: `${stream}-open`,
      from: 'dashboard',
      to: 'collector',
      subject,
      kind: 'open',
      stream,
      bytes: 90,
    },
  ];
  const step = (
    side: typeof consumer,
    at: number,
    event: string,
    source: string,
    index: number,
    value: string | Record<string, string>,
  ): void =>
    void records.push({
      ...side,
      type: 'step',
      at,
      event: { type: event },
      taken: index < 0 ? [] : [{ source, index }],
      value,
      status: value === 'closed' ? 'done' : 'active',
      commands: [],
      ...(index < 0 ? { refused: [{ source, index: 0 }] } : {}),
    });
  if (isHeard) {
    records.push(
      {
        type: 'message',
        op: 'deliver',
        at: opened + 2,
        message: `${stream}-open`,
        from: 'dashboard',
        to: 'collector',
        subject,
        kind: 'open',
        stream,
        bytes: 90,
      },
      {
        ...producer,
        type: 'actor',
        at: opened + 2,
        parent: 'client',
        machine: 'producerStream',
        stream,
        subject,
        value: 'opening',
        context: { id: stream, subject, exact: true },
      },
    );
    if (heard < closed) {
      step(producer, heard - 1, 'source.record', 'producerStream.opening', 0, 'active');
      step(consumer, heard, 'frame.data', 'consumerStream.opening.waiting', 1, { active: 'listening' });
      records.push({
        ...consumer,
        type: 'timer',
        op: 'cancel',
        at: heard,
        timer: 'openTimeout',
        state: 'consumerStream.opening.waiting',
        delay: 'openTimeout',
      });
      let count = 0;
      const perSecond = below(900);
      for (let at = heard + 250; at < closed; at += 1_000) {
        count += perSecond;
        const counts = { type: 'counts', stream, records: count, bytes: count * 120 } as const;
        records.push(
          { ...consumer, ...counts, at, waiting: below(40) },
          { ...producer, ...counts, at, credit: 100 - below(90) },
          {
            ...consumer,
            type: 'timer',
            op: 'start',
            at,
            timer: 'silenceTimeout',
            state: 'consumerStream.active.listening',
            delay: 'silenceTimeout',
            duration: 30_000,
          },
        );
      }
      if (below(4) === 0)
        step(consumer, heard + 100, 'link.restored', 'consumerStream.active', -1, { active: 'listening' });
    }
  }
  if (ending !== undefined) {
    records.push({ ...consumer, type: 'end', at: closed, stream, ...ending });
    step(consumer, closed, 'frame.close', 'consumerStream.active', 1, 'closed');
    if (isHeard) step(producer, closed + 1, 'source.ended', 'producerStream.active', 1, 'closed');
  }
  return records;
}

/** A chart with the four states that streams of either side have. */
function machine(id: string): Pick<TraceMachine, 'root'> {
  const node = (key: string, events: readonly [string, string][], children: readonly TraceStateNode[] = []) =>
    ({
      id: `${id}.${key}`,
      key,
      kind: key === 'closed' ? 'final' : children.length > 0 ? 'compound' : 'atomic',
      ...(children[0] === undefined ? {} : { initial: children[0].key }),
      entry: [],
      transitions: events.map(([event, target], index) => ({
        index,
        event,
        targets: [`${id}.${target}`],
        reenter: false,
        actions: [],
      })),
      children,
    }) satisfies TraceStateNode;
  const leaf = (key: string, events: readonly [string, string][]): TraceStateNode => ({
    ...node(key, events),
    key: key.split('.').at(-1) ?? key,
  });
  const isConsumer = id === 'consumerStream';
  return {
    root: {
      id,
      key: id,
      kind: 'compound',
      initial: 'opening',
      entry: [],
      transitions: [],
      children: [
        isConsumer
          ? node(
              'opening',
              [],
              [
                leaf('opening.waiting', [
                  ['after:openTimeout', 'cancelling'],
                  ['frame.data', 'active'],
                ]),
              ],
            )
          : node('opening', [['source.record', 'active']]),
        isConsumer
          ? node(
              'active',
              [
                ['app.cancel', 'cancelling'],
                ['frame.close', 'closed'],
              ],
              [leaf('active.listening', [['after:silenceTimeout', 'cancelling']])],
            )
          : node('active', [
              ['heartbeat.reported', 'cancelling'],
              ['source.ended', 'closed'],
            ]),
        node('cancelling', [['after:cancellationBuffer', 'closed']]),
        node('closed', []),
      ],
    },
  };
}
