import type { NatsConnection } from 'nats';

/**
 * A module of the package as users run it, from `dist`: the loader of the sources wraps every function that is made,
 * which may cost more than what is measured.
 *
 * @param file Its path below `dist/src`.
 */
export function built(file: string): Promise<unknown> {
  return import(new URL(`../../dist/src/${file}`, import.meta.url).href);
}

/** One way of doing the work of a bench, and what one run of it took. */
export interface Contender {
  readonly name: string;
  /** Does the work once. Resolves with how long it took, in milliseconds. */
  run(): Promise<number>;
}

/** What the runs of one contender came to. */
export interface Standing {
  readonly name: string;
  /** The median of its runs, in units of work a second. */
  readonly perSecond: number;
  /** The median, over the rounds, of its speed divided by that of the first contender in the same round. */
  readonly ratio: number;
  /** The least and the greatest of these quotients. */
  readonly range: readonly [least: number, greatest: number];
  /** The median of the processor time that this process spent on one unit of work, in microseconds. */
  readonly cpuUs: number;
}

/**
 * Lets the contenders take turns, in another order each round, so that what else the machine does falls on all of them
 * alike, and compares each with the first one. One round before the counted ones warms everything up.
 *
 * @param units How much work one run does.
 */
export async function compare(
  contenders: readonly Contender[],
  { rounds, units }: { rounds: number; units: number },
): Promise<readonly Standing[]> {
  const speeds = contenders.map(() => [] as number[]);
  const cpu = contenders.map(() => [] as number[]);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, contender] of shuffled([...contenders.entries()])) {
      const before = process.cpuUsage();
      const perSecond = (units / (await contender.run())) * 1_000;
      const { user, system } = process.cpuUsage(before);
      if (round === 0) continue;
      speeds[index]?.push(perSecond);
      cpu[index]?.push((user + system) / units);
    }
  }
  const base = speeds[0] ?? [];
  return contenders.map(({ name }, index) => {
    const own = speeds[index] ?? [];
    const ratios = own.map((speed, round) => speed / (base[round] ?? Number.NaN));
    return {
      name,
      perSecond: median(own),
      ratio: median(ratios),
      range: [Math.min(...ratios), Math.max(...ratios)],
      cpuUs: median(cpu[index] ?? []),
    };
  });
}

/** In an order by chance, since what one contender leaves behind, such as garbage, is a burden for the next. */
function shuffled<Item>(items: readonly Item[]): readonly Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** The middle one of the values, the lower of the two where their number is even. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/**
 * A table of plain text: a title, and for each contender its speed, its multiple of the first one with the range over
 * the rounds, and the processor time of this process for one unit.
 */
export function tableOf(title: string, standings: readonly Standing[]): string {
  const width = Math.max(...standings.map(({ name }) => name.length));
  const lines = standings.map(({ name, perSecond, ratio, range: [least, greatest], cpuUs }) => {
    const thousands = `${Math.round(perSecond / 1_000)} k/s`.padStart(9);
    const multiple = `${ratio.toFixed(2)} (${least.toFixed(2)} to ${greatest.toFixed(2)})`.padEnd(20);
    return `  ${name.padEnd(width)} ${thousands}  × ${multiple}  ${cpuUs.toFixed(2).padStart(5)} µs`;
  });
  return [title, ...lines, ''].join('\n');
}

/** A number among the arguments of the command line, such as `--rounds 5`. Throws where it is none above zero. */
export function numberArgument(name: string, unlessTold: number): number {
  const at = process.argv.indexOf(name);
  if (at === -1) return unlessTold;
  const text = process.argv[at + 1] ?? 'nothing';
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name}: expected a number above zero, came ${text}`);
  return value;
}

/** How many bytes are sent before the server's word that it has taken the earlier half is waited for. */
const aheadBytesMax = 1024 * 1024;

/**
 * Paces a sender that would otherwise fill the memory of its process before a single byte leaves: call it after each
 * turn's worth of messages. It lets the loop turn, and waits where the server is a MiB behind.
 */
export function pacer(connection: NatsConnection): (bytes: number) => Promise<void> {
  let unconfirmed = 0;
  let flushing: Promise<void> = Promise.resolve();
  return async (bytes) => {
    unconfirmed += bytes;
    if (unconfirmed >= aheadBytesMax / 2) {
      unconfirmed = 0;
      await flushing;
      flushing = connection.flush();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
}
