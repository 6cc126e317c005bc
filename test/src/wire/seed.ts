/** The seed of the randomised tests of this run: the variable SEED replays one. Each test says it in its name. */
export const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
