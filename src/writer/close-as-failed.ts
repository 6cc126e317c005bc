import { CloseCode } from '../../machines/index.js';
import { CloseError, messageOf } from '../errors.js';

/** What closes a stream. */
export interface Closable {
  closeWithCode(code: number, ...text: readonly string[]): Promise<void>;
}

/** Closes a stream as its source failed: with the code and text of a {@link CloseError}, else with 5000 and the reason. */
export async function closeAsFailed(writer: Closable, error: unknown): Promise<void> {
  // A throw is never the source's own end, whatever code it names.
  if (error instanceof CloseError && error.code !== CloseCode.Normal && Number.isSafeInteger(error.code)) {
    await writer.closeWithCode(error.code, error.text);
  } else {
    const text = messageOf(error);
    const isCodeBad = error instanceof CloseError && !Number.isSafeInteger(error.code);
    const why = isCodeBad ? ['the source threw a close code that is no integer'] : [];
    await writer.closeWithCode(CloseCode.InternalServerError, ...why, text);
  }
}
