/**
 * The seed of the randomised tests of this run. It is the same each time, so that a change is judged by itself:
 * `SEED=7 npm test` replays or tries another, `SEED=random npm test` a new one. Each test says its seed in its name.
 */
export const seed = seedOf(process.env['SEED']);

/** Whether a seed was asked for, so that a test of many seeds runs this one alone. */
export const isOneSeed = process.env['SEED'] !== undefined;

function seedOf(text: string | undefined): number {
  if (text === undefined) return 1;
  if (text === 'random') return Math.floor(Math.random() * 2 ** 31);
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`SEED: expected a whole number or "random", came ${JSON.stringify(text)}`);
}
