import type { TraceStateNode } from '../../../../src/trace-events/trace-event.js';
import type { Overlay } from './overlay.js';
import { transitionKey } from './chart.js';

/** The statechart in words: a nested list of states and transitions, for screen readers and for reading closely. */
export function Outline({ state, overlay }: { state: TraceStateNode; overlay: Overlay }) {
  const isActive = overlay.active.has(state.id);
  const timers = overlay.timers.filter((timer) => timer.state === state.id);
  return (
    <li>
      <span class={isActive ? 'sc-outline-active' : ''}>
        <strong>{state.key}</strong>
        {state.kind === 'atomic' ? '' : ` (${state.kind})`}
        {isActive && ', active'}
        {timers.length > 0 && `, ${timers.map(({ delay }) => delay).join(' and ')} running`}
      </span>
      {(state.transitions.length > 0 || state.children.length > 0) && (
        <ul>
          {state.transitions.map((transition) => {
            const key = transitionKey(state.id, transition.index);
            const count = overlay.heat?.counts.get(key);
            return (
              <li key={key} class={overlay.taken.has(key) ? 'sc-outline-taken' : ''}>
                <code>{transition.event.replace('after:', 'after ')}</code>
                {transition.guard !== undefined && ` if ${transition.guard}`}
                {transition.targets.length === 0
                  ? ' stays'
                  : ` to ${transition.targets.map((id) => id.split('.').slice(1).join('.') || id).join(' and ')}`}
                {transition.actions.length > 0 && `, does ${transition.actions.join(', ')}`}
                {overlay.taken.has(key) && ', just taken'}
                {overlay.refused.has(key) && ', its guard just said no'}
                {overlay.heat !== undefined && `, taken ${count ?? 0} times`}
              </li>
            );
          })}
          {state.children.map((child) => (
            <Outline key={child.id} state={child} overlay={overlay} />
          ))}
        </ul>
      )}
    </li>
  );
}
