import { came, requireFields } from '../known-fields.js';
import { createRandom } from './random.js';
import type { Scheduler, ScheduledTask } from './scheduler.js';
import { settleMicrotasks } from './settle.js';
import { createTestClock, type TestClock } from './test-clock.js';

/** Options of {@link exploreOrders}. */
export interface ExploreOrdersOptions {
  /**
   * The seed, an integer, of random orders; the same seed tries the same ones.
   *
   * @default none: every order is tried, one after another
   */
  readonly seed?: number;
  /**
   * How many orders are tried at most.
   *
   * @default 10_000, or 100 with a seed
   */
  readonly orders?: number;
}

/** The result of {@link exploreOrders}: no order made the code fail. */
export interface ExploreOrdersResult {
  /** How many orders were tried. */
  readonly orders: number;
  /** Whether these were all there are. */
  readonly complete: boolean;
}

interface Choice {
  readonly count: number;
  readonly picked: number;
}

interface Run {
  readonly choices: readonly Choice[];
  readonly happened: readonly string[];
  readonly failure: { readonly error: unknown } | undefined;
}

const fields = Object.keys({ seed: true, orders: true } satisfies Record<keyof ExploreOrdersOptions, true>);
const ordersMaxDefault = 10_000;
const randomOrdersDefault = 100;

/** Runs the body once, in the order that `choose` gives. */
async function runOnce(body: (scheduler: Scheduler) => unknown, choose: (count: number) => number): Promise<Run> {
  const clock: TestClock = createTestClock();
  const tasks: ScheduledTask[] = [];
  const idle: (() => void)[] = [];
  const choices: Choice[] = [];
  const happened: string[] = [];
  const test = { isOver: false };
  let failure: Run['failure'];

  const fail = (error: unknown): void => {
    failure ??= { error };
    test.isOver = true;
  };
  const schedule = (task: ScheduledTask): void => void tasks.push(task);
  const scheduler: Scheduler = {
    clock,
    schedule,
    wrap(fn, name = fn.name) {
      return (...args) =>
        new Promise((resolve, reject) => {
          const label = `${name === '' ? 'a promise' : name}(${args.map(textOf).join(', ')})`;
          // An outcome waits for its turn once it is known.
          Promise.resolve()
            .then(() => fn(...args))
            .then(
              (value) => schedule({ label: `${label} resolves`, run: () => resolve(value) }),
              // What the function rejects with is its own affair.
              // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
              (error: unknown) => schedule({ label: `${label} rejects`, run: () => reject(error) }),
            );
        });
    },
    idle: () => new Promise((resolve) => void idle.push(resolve)),
  };

  /** What may happen next: the first of each lane, and the next timer. */
  function possible(): readonly (ScheduledTask | 'timer')[] {
    const lanes = new Set<string>();
    const first = tasks.filter(({ lane }) => {
      if (lane === undefined) return true;
      const isFirst = !lanes.has(lane);
      lanes.add(lane);
      return isFirst;
    });
    return clock.pending().length > 0 ? [...first, 'timer'] : first;
  }

  async function take(next: ScheduledTask | 'timer'): Promise<void> {
    if (next === 'timer') {
      happened.push(`the clock goes on to ${clock.pending()[0]?.dueMs ?? 0} ms`);
      await clock.advanceToNextTimer();
      return;
    }
    tasks.splice(tasks.indexOf(next), 1);
    happened.push(next.label);
    next.run();
  }

  Promise.resolve()
    .then(() => body(scheduler))
    .then(() => (test.isOver = true), fail);
  for (;;) {
    await settleMicrotasks();
    if (test.isOver) break;
    const next = possible();
    if (next.length === 0 && idle.length > 0) {
      for (const resolve of idle.splice(0)) resolve();
      continue;
    }
    if (next.length === 0) {
      fail(new Error('expected the code to come to its end, but it waits for what is neither scheduled nor a timer'));
      break;
    }
    const picked = next.length === 1 ? 0 : choose(next.length);
    if (next.length > 1) choices.push({ count: next.length, picked });
    const chosen = next[picked];
    if (chosen === undefined) {
      fail(new Error(`expected the code to do the same in the same order, but ${next.length} things may happen now`));
      break;
    }
    await take(chosen).catch(fail);
  }
  return { choices, happened, failure };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '…';
}

function failed({ happened, failure }: Run, orders: number, seed: number | undefined): Error {
  const { error } = failure ?? {};
  const what = error instanceof Error ? error.message : String(error);
  const seeded = seed === undefined ? '' : `, seed ${seed}`;
  const lines = happened.map((line, index) => `  ${index + 1}. ${line}`);
  return new Error(`${what}\n\nin this order, number ${orders}${seeded}:\n${lines.join('\n')}`, { cause: error });
}

/** The choices of the order after this one: the last choice that has another way, and nothing after it. */
function following(choices: readonly Choice[]): readonly Choice[] | undefined {
  const last = choices.findLastIndex(({ count, picked }) => picked < count - 1);
  if (last === -1) return undefined;
  return choices
    .slice(0, last + 1)
    .map(({ count, picked }, index) => ({ count, picked: index === last ? picked + 1 : picked }));
}

/**
 * Runs a test of real code once for each order in which its promises, its deliveries and its timers may come, until it
 * fails in one of them. The code runs as it is: what it awaits is wrapped by the {@link Scheduler}, its timers are those
 * of the scheduler's clock, and a test broker holds its deliveries with the option `scheduler`.
 *
 * @param body The test: it throws where something is wrong, and starts anew at each call.
 * @throws {TypeError} If an option is unknown or invalid.
 * @throws {Error} What the test throws, with the order in which it came to it.
 */
export async function exploreOrders(
  body: (scheduler: Scheduler) => unknown,
  options: ExploreOrdersOptions = {},
): Promise<ExploreOrdersResult> {
  requireFields('', options, fields);
  const { seed } = options;
  const ordersMax = options.orders ?? (seed === undefined ? ordersMaxDefault : randomOrdersDefault);
  if (!Number.isInteger(ordersMax) || ordersMax < 1) {
    throw new TypeError(`orders: expected a whole number, 1 or more, came ${came(ordersMax)}`);
  }
  const random = seed === undefined ? undefined : createRandom(seed);
  let planned: readonly Choice[] | undefined = [];
  for (let orders = 1; ; orders += 1) {
    const before: readonly Choice[] = planned;
    let at = 0;
    const run = await runOnce(body, (count) => {
      const choice = before[at];
      at += 1;
      // A choice that there is not, where the code did something else than before.
      if (choice !== undefined && choice.count !== count) return count;
      return choice?.picked ?? random?.integer(0, count - 1) ?? 0;
    });
    if (run.failure !== undefined) throw failed(run, orders, seed);
    planned = random === undefined ? following(run.choices) : [];
    if (planned === undefined) return { orders, complete: true };
    if (orders === ordersMax) return { orders, complete: false };
  }
}
