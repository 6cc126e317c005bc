import { outermostState } from '../../model/state-text.js';

/** The states that streams have by the protocol; others are shown with a sign of their own. */
const phases = ['opening', 'active', 'cancelling', 'closed'];

interface StatePillProps {
  readonly state: string;
  readonly status?: string;
}

/** A state as a word, with a sign and a colour for the phase that it belongs to. */
export function StatePill({ state, status }: StatePillProps) {
  const outermost = outermostState(state);
  const phase = status === 'error' ? 'error' : phases.includes(outermost) ? outermost : 'other';
  return (
    <span class="pill" data-phase={phase} title={status === 'error' ? `${state}, then an error` : state}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {signs[phase]}
      </svg>
      <span>{state === '' ? 'unknown' : state}</span>
    </span>
  );
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
  other: <path d="M5 .8L9.2 5 5 9.2.8 5z" fill="currentColor" />,
};
