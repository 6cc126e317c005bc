import { outermostState } from '../../model/state-text.js';
import type { ActorStatus } from '../../model/types.js';

/** The states that streams have by the protocol; others are shown with a sign of their own. */
const phases = ['opening', 'active', 'cancelling', 'closed'];

interface StatePillProps {
  readonly state: string;
  /** Only the outermost state is written; the whole is in the tooltip. */
  readonly isShort?: boolean;
  readonly status?: ActorStatus;
  /** Since when nothing was heard of it, as text; the state is then the last one that was heard. */
  readonly unheardSince?: string | undefined;
}

/** What became of it, where that is more than its state: known to be dead, ended in order, or nobody knows. */
const words: Partial<Readonly<Record<ActorStatus, string>>> = {
  error: 'then an error',
  crashed: 'then its process crashed',
  stopped: 'then it was stopped',
  unheard: 'then it ended while nothing was heard of it',
};

/** A state as a word, with a sign and a colour for the phase that it belongs to. */
export function StatePill({ state, isShort = false, status = 'active', unheardSince }: StatePillProps) {
  const phase = phaseOf(state, status, unheardSince !== undefined);
  const shown = state === '' ? 'unknown' : state;
  const more = unheardSince === undefined ? words[status] : `not heard since ${unheardSince}`;
  return (
    <span class="pill" data-phase={phase} title={more === undefined ? shown : `${shown}, ${more}`}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {signs[phase]}
      </svg>
      <span>{phase === 'crashed' ? 'crashed' : isShort ? outermostState(shown) : shown}</span>
      {unheardSince !== undefined && <span class="only-read">, not heard since {unheardSince}</span>}
    </span>
  );
}

function phaseOf(state: string, status: ActorStatus, isUnheard: boolean): string {
  if (status === 'error' || status === 'crashed') return status;
  if (isUnheard || status === 'unheard') return 'unheard';
  if (status === 'stopped') return 'stopped';
  const outermost = outermostState(state);
  return phases.includes(outermost) ? outermost : 'other';
}

const signs: Readonly<Record<string, preact.JSX.Element>> = {
  opening: <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.8" />,
  active: <circle cx="5" cy="5" r="4.4" fill="currentColor" />,
  cancelling: (
    <>
      <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.8" />
      <path d="M5 1.4a3.6 3.6 0 0 1 0 7.2z" fill="currentColor" />
    </>
  ),
  closed: <rect x="1.4" y="1.4" width="7.2" height="7.2" rx="1" fill="currentColor" />,
  error: <path d="M1.5 1.5l7 7m0-7l-7 7" stroke="currentColor" stroke-width="2" />,
  crashed: (
    <path
      d="M1.2 3.2L3.2 1.2h3.6l2 2v3.6l-2 2H3.2l-2-2zM3.4 3.4l3.2 3.2m0-3.2L3.4 6.6"
      fill="none"
      stroke="currentColor"
    />
  ),
  stopped: (
    <rect x="1.4" y="1.4" width="7.2" height="7.2" rx="1" fill="none" stroke="currentColor" stroke-width="1.4" />
  ),
  unheard: <circle cx="5" cy="5" r="3.8" fill="none" stroke="currentColor" stroke-width="1.6" stroke-dasharray="2 2" />,
  other: <path d="M5 .8L9.2 5 5 9.2.8 5z" fill="currentColor" />,
};
