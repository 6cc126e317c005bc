import type { Warning } from './warnings.js';
import type { Inspector } from './runner.js';

/**
 * The same observer, whose exceptions end up as warnings. XState calls observers in the middle of an actor's step, and
 * the NATS clients never read from their socket again when a callback throws: an observer must not stop what it watches.
 */
export function shieldInspector(
  inspect: Inspector | undefined,
  onWarning: (warning: Warning) => void,
): Inspector | undefined {
  if (inspect === undefined) return undefined;
  return (event) => {
    try {
      if (typeof inspect === 'function') inspect(event);
      else inspect.next?.(event);
    } catch (error) {
      onWarning({ code: 'callbackThrew', message: 'the inspect observer threw', error });
    }
  };
}
