/** Something that the user has to be told in one line, without a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

/** Whether stacks and warnings of the clients are wanted on stderr. */
export function isDebugging(): boolean {
  return (process.env['NATS_STREAM_DEBUG'] ?? '') !== '';
}

/** What is printed of an error: its message, and its stack only where one debugs. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return isDebugging() ? (error.stack ?? error.message) : error.message;
}
