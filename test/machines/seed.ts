/** The seed of a run's random tests: that of the environment variable SEED, so that a run can be repeated, else a new one. */
export const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
