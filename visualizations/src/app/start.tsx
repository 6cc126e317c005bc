import type { App } from './app-state.js';

/** What stands where the panes will be, until trace events come. */
export function Start({ app }: { readonly app: App }) {
  const { state, text, malformed, lastProblem } = app.feed.health.value;
  const source = app.feed.source.value;
  return (
    <main class="start">
      {source === undefined ? (
        <>
          <h2>Streams, seen</h2>
          <p>Open a recording, drop one here, or break a simulated network. Nothing leaves this machine.</p>
        </>
      ) : state === 'failed' ? (
        <>
          <h2>Nothing to show</h2>
          <p role="alert">
            {source.label}: {text}
          </p>
        </>
      ) : state === 'ended' ? (
        <>
          <h2>This is no recording</h2>
          <p role="alert">
            {source.label} has no header of a run
            {malformed > 0 ? `, and ${malformed} of its lines cannot be read: ${lastProblem}` : ''}.
          </p>
        </>
      ) : (
        <>
          <h2>Waiting for trace events</h2>
          <p>
            {source.label}: {state === 'open' ? 'connected, nothing has come yet' : text || state}
          </p>
        </>
      )}
      <p>
        <button type="button" onClick={() => document.getElementById('open-file')?.click()}>
          Open a recording…
        </button>{' '}
        <button type="button" onClick={() => app.tool.peek() !== 'simulation' && app.toggleTool('simulation')}>
          Simulate
        </button>
      </p>
    </main>
  );
}
