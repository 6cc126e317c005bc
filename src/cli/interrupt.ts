const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type InterruptSignal = (typeof signals)[number];

/** The exit code of a process that a signal ended, as shells count. */
export const exitCodeOf: Readonly<Record<InterruptSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Calls back at the first interrupt, so that the command can leave in good order. The second one ends the process at
 * once, with the exit code of its signal.
 *
 * @returns What stops listening.
 */
export function onInterrupt(leave: (signal: InterruptSignal) => void): () => void {
  let interrupted = false;
  const listener = (signal: NodeJS.Signals): void => {
    if (interrupted) process.exit(exitCodeOf[signal as InterruptSignal]);
    interrupted = true;
    leave(signal as InterruptSignal);
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
