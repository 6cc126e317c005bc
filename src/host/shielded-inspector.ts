import type { InspectionEvent } from 'xstate';
import type { Warning } from './warnings.js';
import type { Inspector } from './inspector.js';
import { shielded } from './shielded.js';

/**
 * The same observer, whose failures end up as warnings. XState calls observers in the middle of an actor's step, and
 * the NATS clients never read from their socket again when a callback throws: an observer must not stop what it watches.
 */
export function shieldInspector(
  inspect: Inspector | undefined,
  onWarning: (warning: Warning) => void,
): Inspector | undefined {
  if (inspect === undefined) return undefined;
  return shielded(
    (event: InspectionEvent): unknown => (typeof inspect === 'function' ? inspect(event) : inspect.next?.(event)),
    (error) => {
      onWarning({ code: 'callbackThrew', message: 'the inspect observer threw', error });
    },
  );
}
