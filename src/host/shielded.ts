/** Whether a value can be waited for, whoever made it. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

/**
 * Hears of a rejection of what a callback of the application gave back, where that is a promise: an async function fits
 * wherever nothing is expected, and its failure would be an unhandled rejection. Anything else is no matter.
 */
export function hearRejection(given: unknown, onError: (error: unknown) => void): void {
  // Nearly every callback gives nothing back, on paths where each record passes.
  if (given === undefined || !isThenable(given)) return;
  Promise.resolve(given).catch(onError);
}

/**
 * The same callback, whose failures are told: thrown through a NATS client they would stop it from reading its socket,
 * and thrown through XState they would end the actor in whose step it was called.
 */
export function shielded<Arguments extends readonly unknown[]>(
  callback: (...given: Arguments) => unknown,
  onError: (error: unknown) => void,
): (...given: Arguments) => void {
  return (...given) => {
    try {
      hearRejection(callback(...given), onError);
    } catch (error) {
      onError(error);
    }
  };
}

/**
 * The same callback for warnings, whose failures nobody is left to hear of: they become unhandled rejections, as those
 * of any listener that throws.
 */
export function shieldWarnings<Told>(onWarning: (told: Told) => void): (told: Told) => void {
  return (warning) => {
    try {
      onWarning(warning);
    } catch (error) {
      void Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
