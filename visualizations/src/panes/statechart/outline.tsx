import type { TraceStateNode } from '../../../../src/trace-events/trace-event.js';
import { delayText, triggerText } from '../../model/event-text.js';
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
        {state.kind === 'atomic' ? '' : ` (${state.isDeep === true ? 'deep history' : state.kind})`}
        {(state.invokes ?? []).length > 0 && `, invokes ${(state.invokes ?? []).map(({ src }) => src).join(' and ')}`}
        {(state.entry.length > 0 || (state.exit ?? []).length > 0) &&
          `, ${[...state.entry.map((name) => `on entry ${name}`), ...(state.exit ?? []).map((name) => `on exit ${name}`)].join(', ')}`}
        {(state.targets ?? []).length > 0 && `, at first to ${(state.targets ?? []).map(shortId).join(' and ')}`}
        {isActive && ', active'}
        {timers.length > 0 && `, ${timers.map(({ delay }) => delayText(delay)).join(' and ')} running`}
      </span>
      {(state.transitions.length > 0 || state.children.length > 0) && (
        <ul>
          {state.transitions.map((transition) => {
            const key = transitionKey(state.id, transition.index);
            const count = overlay.heat?.counts.get(key);
            return (
              <li key={key} class={overlay.taken.has(key) ? 'sc-outline-taken' : ''}>
                <code>{triggerText(state, transition)}</code>
                {transition.guard !== undefined && ` if ${transition.guard}`}
                {transition.targets.length === 0 ? ' stays' : ` to ${transition.targets.map(shortId).join(' and ')}`}
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

/** The id of a state without that of its machine. */
function shortId(id: string): string {
  return id.split('.').slice(1).join('.') || id;
}
