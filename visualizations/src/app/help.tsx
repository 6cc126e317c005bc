import { useEffect, useRef } from 'preact/hooks';
import type { Command } from './commands.js';

interface HelpProps {
  readonly commands: readonly Command[];
  readonly close: () => void;
}

/** What a pane does with keys while it has the focus. */
const withinPanes: readonly (readonly [keys: string, about: string])[] = [
  ['↑ ↓ PgUp PgDn Home End', 'move in the stream table and the tree; Enter selects'],
  ['Enter', 'in the query of the stream table: go to the first row'],
  ['+ − 0, arrows', 'zoom and move the statechart'],
  ['w a s d', 'zoom and move the timeline'],
  ['arrows', 'move a border that has the focus, and the tabs of an area'],
  ['Esc', 'leave a field or this help'],
];

const queryExamples: readonly (readonly [query: string, about: string])[] = [
  ['state:active age>30s', 'active for more than 30 seconds'],
  ['subject:log.* -reason:completed', 'of log.…, and not completed'],
  ['anomaly:silent|badEnd', 'what needs a look'],
  ['silent:yes producer:orders-*', 'to which nothing comes from its producer, of some producers'],
  ['records>10k bytes<1MiB', 'numbers with their units'],
  ['type:end reason:slowReader', 'to break at: the trace event with which a reader was too slow'],
];

/** All keys, and the query language. */
export function Help({ commands, close }: HelpProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={close}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="help-bar">
        <h2 id="help-title">Keys and queries</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <div class="help-columns">
        {groups.map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {commands
                .filter((command) => command.group === group)
                .map((command) => (
                  <div key={command.key}>
                    <dt>
                      <kbd>{command.keyName ?? command.key}</kbd>
                    </dt>
                    <dd>{command.about}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>Within panes</h3>
          <dl>
            {withinPanes.map(([keys, about]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{about}</dd>
              </div>
            ))}
          </dl>
        </section>
        <section>
          <h3>Queries</h3>
          <dl>
            {queryExamples.map(([query, about]) => (
              <div key={query}>
                <dt>
                  <code>{query}</code>
                </dt>
                <dd>{about}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </dialog>
  );
}
