import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsServer } from '../../support/nats-server.js';
import { median } from '../../support/bench.js';
import type { Contender, OpenedStream } from './contender.js';
import type { OwnContender } from './ours.js';

/** What one process measured, by the name of the figure; a figure's unit is the last part of its name. */
export type Figures = Readonly<Record<string, number>>;

/** How much work is done. */
export interface Amounts {
  /** Streams of one record that are opened and ended. */
  readonly opens: number;
  /** Streams that are opened one after the other. */
  readonly latencies: number;
  /** Streams of 200 records at once. */
  readonly many: number;
  /** Streams that stay open. */
  readonly idle: number;
  /** Streams that are opened to see whether the last ones cost what the first ones did. */
  readonly growth: number;
}

const inFlight = 100;
const recordsOfMany = 200;
/** The sample at either end of the growth. */
const sample = 1_000;

/** Streams of one record, so many in flight. */
async function openAndEnd(contender: Contender, count: number): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await contender.open({ records: 1, endless: false }, ignore).ended;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

function ignore(): void {
  // What is counted is counted by the contender.
}

/** Opens so many streams that stay open, a hundred at a time, and resolves when each has had its record. */
async function openIdle(contender: Contender, count: number): Promise<OpenedStream[]> {
  const streams: OpenedStream[] = [];
  for (let opened = 0; opened < count; opened += inFlight) {
    await new Promise<void>((resolve) => {
      const batch = Math.min(inFlight, count - opened);
      let waiting = batch;
      for (let index = 0; index < batch; index += 1) {
        const stream = contender.open({ records: 1, endless: true }, () => {
          waiting -= 1;
          if (waiting === 0) resolve();
        });
        streams.push(stream);
      }
    });
  }
  return streams;
}

/** Milliseconds of processor time that this process has used. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Resolves when this process has nothing left to do but to wait. */
async function untilQuiet(): Promise<void> {
  for (let before = cpuMs(), quiet = 0; quiet < 4;) {
    await sleep(25);
    const now = cpuMs();
    quiet = now - before < 4 ? quiet + 1 : 0;
    before = now;
  }
}

/** The time on the wall, the processor time and the longest turn of the event loop of some work, all in milliseconds. */
async function watched(work: () => unknown): Promise<{ ms: number; cpu: number; turn: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await untilQuiet();
  delay.enable();
  await sleep(5);
  delay.reset();
  const [startedAt, cpu] = [performance.now(), cpuMs()];
  await work();
  const ms = performance.now() - startedAt;
  await untilQuiet();
  delay.disable();
  return { ms, cpu: cpuMs() - cpu, turn: delay.max / 1e6 };
}

function heapBytes(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('expected node --expose-gc');
  for (let runs = 0; runs < 3; runs += 1) gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

export const measures: Readonly<
  Record<string, (contender: Contender, amounts: Amounts, server: NatsServer) => Promise<Figures>>
> = {
  opens: async (contender, { opens }) => {
    await openAndEnd(contender, opens / 5);
    const [before, cpu, startedAt] = [contender.traffic(), cpuMs(), performance.now()];
    await openAndEnd(contender, opens);
    const seconds = (performance.now() - startedAt) / 1_000;
    const cpuUs = ((cpuMs() - cpu) * 1_000) / opens;
    // What is said after the end, an acknowledgement say, belongs to the stream.
    await untilQuiet();
    const after = contender.traffic();
    const traffic =
      before === undefined || after === undefined
        ? {}
        : {
            'messages a stream': (after.messages - before.messages) / opens,
            'bytes a stream': (after.bytes - before.bytes) / opens,
          };
    return { 'streams a second': opens / seconds, 'processor µs': cpuUs, ...traffic };
  },

  latency: async (contender, { latencies }) => {
    const times: number[] = [];
    let cpu = 0;
    for (let index = -latencies / 5; index < latencies; index += 1) {
      if (index === 0) cpu = cpuMs();
      const startedAt = performance.now();
      await new Promise<void>((resolve) => {
        const { ended } = contender.open({ records: 1, endless: false }, () => {
          if (index >= 0) times.push((performance.now() - startedAt) * 1_000);
          void ended.then(() => resolve());
        });
      });
    }
    return { 'open to record p50 µs': median(times), 'processor µs': ((cpuMs() - cpu) * 1_000) / latencies };
  },

  many: async (contender, { many }) => {
    let records = 0;
    const work = { records: recordsOfMany, endless: false };
    const run = () => Promise.all(Array.from({ length: many }, () => contender.open(work, () => (records += 1)).ended));
    await run();
    records = 0;
    const [startedAt, cpu] = [performance.now(), cpuMs()];
    await run();
    const seconds = (performance.now() - startedAt) / 1_000;
    if (records !== many * recordsOfMany) throw new Error(`expected ${many * recordsOfMany} records, came ${records}`);
    return { 'records a second': records / seconds, 'processor µs': ((cpuMs() - cpu) * 1_000) / records };
  },

  idle: async (contender, { idle }) => {
    await openAndEnd(contender, 2_000);
    await untilQuiet();
    const before = heapBytes();
    const streams = await openIdle(contender, idle);
    await untilQuiet();
    const bytes = (heapBytes() - before) / streams.length;
    return { 'heap of an idle stream, bytes': bytes };
  },

  growth: async (contender, { growth }, server) => {
    await openAndEnd(contender, 2_000);
    const streams: OpenedStream[] = [];
    const figures: Record<string, number> = {};
    const open = async (count: number, name: string) => {
      const cpu = cpuMs();
      streams.push(...(await openIdle(contender, count)));
      if (name !== '') figures[name] = ((cpuMs() - cpu) * 1_000) / count;
    };
    await open(sample, 'opening the first, µs');
    await open(Math.max(0, growth - 2 * sample), '');
    await open(sample, 'opening the last, µs');
    figures['growth'] = (figures['opening the last, µs'] ?? 0) / (figures['opening the first, µs'] ?? 1);
    if ('beat' in contender) {
      await untilQuiet();
      const round = await watched(() => (contender as OwnContender).beat());
      figures['heartbeat round, processor ms'] = round.cpu;
      figures['heartbeat round, longest turn ms'] = round.turn;
      const lost = await watched(() => server.restart());
      figures['link lost and restored, processor ms'] = lost.cpu;
      figures['link lost and restored, longest turn ms'] = lost.turn;
    }
    const cancelled = await watched(async () => {
      for (const stream of streams) stream.cancel();
      await Promise.all(streams.map(({ ended }) => ended));
      await untilQuiet();
    });
    figures['cancelling all, processor ms'] = cancelled.cpu;
    figures['cancelling all, longest turn ms'] = cancelled.turn;
    return figures;
  },
};
