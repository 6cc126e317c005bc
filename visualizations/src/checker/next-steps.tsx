import { useEffect, useRef } from 'preact/hooks';
import type { PlaceReport } from './session.js';

interface NextStepsProps {
  readonly place: Omit<PlaceReport, 'records'>;
  readonly walk: (path: readonly number[]) => void;
}

/** What else could happen here: every step out of this state, to be taken by hand; and the way back. */
export function NextSteps({ place: { path, next }, walk }: NextStepsProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // The keyboard goes on with the list; whoever is elsewhere on the page stays there.
    if (list.current?.parentElement?.contains(document.activeElement) === true) {
      list.current.querySelector('button')?.focus();
    }
  }, [path]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (event.key === 'ArrowDown') buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
    else if (event.key === 'ArrowUp') buttons[Math.max(at - 1, 0)]?.focus();
    else if (event.key === 'ArrowLeft' && path.length > 0) walk(path.slice(0, -1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section aria-label="What could happen here" onKeyDown={onKeyDown}>
      <h3>
        After {path.length} {path.length === 1 ? 'step' : 'steps'}, what could happen:
      </h3>
      <p class="checker-buttons">
        <button type="button" disabled={path.length === 0} onClick={() => walk(path.slice(0, -1))}>
          ← A step back
        </button>
        <button type="button" disabled={path.length === 0} onClick={() => walk([])}>
          To the start
        </button>
        <small class="muted">
          <kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> takes, <kbd>←</kbd> goes back
        </small>
      </p>
      <ol ref={list} class="checker-list checker-next">
        {next.map(({ index, text, changes, isIgnored, violates }) => (
          <li key={index} data-ignored={isIgnored}>
            <button type="button" onClick={() => walk([...path, index])}>
              {text}
              {isIgnored && <small class="muted"> ignored</small>}
            </button>
            {violates.map((name) => (
              <small key={name} class="bad">
                ✗ {name}
              </small>
            ))}
            {changes.map((change) => (
              <small key={change} class="muted">
                {change}
              </small>
            ))}
          </li>
        ))}
      </ol>
      {next.length === 0 && <p class="muted">Nothing can happen any more.</p>}
    </section>
  );
}
