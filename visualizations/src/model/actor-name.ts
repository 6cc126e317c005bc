import { isMadeUp } from './event-text.js';

/** Who an actor is, as far as its name needs it. */
interface Named {
  readonly actor: string;
  readonly src?: string;
  readonly machine?: string;
}

/** What people call an actor: its id, unless XState made that up; then what its parent calls its logic, or its machine. */
export function actorName({ actor, src, machine }: Named): string {
  return isMadeUp(actor) ? (src ?? machine ?? actor) : actor;
}
