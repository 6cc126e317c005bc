/** What the command exits with. */
export const ExitCode = {
  Ok: 0,
  /** The stream, the connection or the demo did not go as it should; one line on stderr says why. */
  Failure: 1,
  /** The command line cannot be understood. */
  Usage: 2,
  /** Interrupted from the keyboard: 128 plus the number of the signal, as shells count. */
  Interrupted: 130,
} as const;
