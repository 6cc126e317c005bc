import { useEffect, useMemo, useRef } from 'preact/hooks';
import { formatCount, formatRate } from '../model/format.js';
import type { LinkState, RunReader } from '../model/types.js';
import { tools } from '../tools.js';
import type { App } from './app-state.js';
import { ExportMenu } from './export-menu.js';
import { measureRate } from './rate.js';

const linkWords: Readonly<Record<LinkState, string>> = {
  connecting: 'connecting',
  open: 'connected',
  lost: 'connection lost',
  ended: 'complete',
  failed: 'failed',
};

function sourceWord({ header, growing }: RunReader): string {
  if (header.source === 'simulated') return 'Simulated';
  if (header.source === 'explored') return 'Explored';
  return growing.value ? 'Live' : 'Recorded';
}

/** Up to where a recording is read again to have what came before: with some of what is known already. */
function earlier({ firstAt, lastAt }: RunReader): number {
  return firstAt + (lastAt - firstAt) / 10;
}

/** What is shown, how the connection to it is, and what the page itself costs. */
export function Header({ app }: { readonly app: App }) {
  const file = useRef<HTMLInputElement>(null);
  const { feed, sessions, theme } = app;
  const health = feed.health.value;
  const session = sessions.current.value;
  const label = session?.run.header.label ?? feed.source.value?.label ?? '';
  const rate = useMemo(() => measureRate(() => feed.health.peek().received), [feed]);
  useEffect(() => rate.stop, [rate]);
  const source = feed.source.value;
  const isCut = session !== undefined && session.run.size < health.received - 1 - health.malformed;
  const reopen = source?.reopened && ((until: number): void => app.open(source.reopened?.(until) ?? source));
  const lost = session?.view.value.totals.recordsLost ?? 0;

  return (
    <header class="header">
      <h1>
        <svg width="18" height="18" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#17324d" />
          <path d="M6 11h13M6 21h13" stroke="#7cc4ff" stroke-width="3" stroke-linecap="round" />
          <circle cx="24" cy="11" r="3.5" fill="#ffd166" />
          <circle cx="24" cy="21" r="3.5" fill="none" stroke="#ffd166" stroke-width="2.5" />
        </svg>
        nats-stream
      </h1>
      {session !== undefined && <span class="source">{sourceWord(session.run)}</span>}
      <span class="label" title={label}>
        {label}
      </span>
      {feed.source.value !== undefined && (
        <span class="link" role="status" data-state={health.state} title={health.text}>
          <LinkSign state={health.state} />
          {health.part === undefined ? linkWords[health.state] : `reading, ${Math.floor(health.part * 100)} %`}
          {health.state === 'failed' || health.state === 'lost' ? `: ${health.text}` : ''}
          {health.part !== undefined && <progress aria-label="Read so far" value={health.part} />}
        </span>
      )}
      <span class="space" />
      {session !== undefined && (
        <dl class="overhead" aria-label="What the page was told">
          {session.run.growing.value && health.part === undefined && (
            <div title="Trace events: what the processes tell this page of their streams, each second">
              <dd>{formatRate(rate.perSecond.value)}</dd>
              <dt>events/s</dt>
            </div>
          )}
          <div title="Trace events that the page keeps, and of how many; the oldest go first">
            <dd>
              {formatCount(session.run.size)}
              {isCut ? ` of ${formatCount(health.received)}` : ''}
            </dd>
            <dt>events kept</dt>
          </div>
          {reopen !== undefined && isCut && (
            <button
              type="button"
              title="Read what came before what is kept"
              onClick={() => reopen(earlier(session.run))}
            >
              Earlier
            </button>
          )}
          {reopen !== undefined && (source?.until ?? Infinity) < Infinity && (
            <button type="button" title="Read the recording to its end" onClick={() => reopen(Infinity)}>
              To the end
            </button>
          )}
          {lost > 0 && (
            <div
              title="Trace events that this page was not told since nobody took them fast enough. No record of a stream is lost by it"
              class="bad"
            >
              <dd>{formatCount(lost)}</dd>
              <dt>events not told</dt>
            </div>
          )}
          {health.malformed > 0 && (
            <div title={`The last one: ${health.lastProblem}`} class="bad">
              <dd>{formatCount(health.malformed)}</dd>
              <dt>lines unreadable</dt>
            </div>
          )}
        </dl>
      )}
      <nav aria-label="Tools">
        {app.showServed.value !== undefined && (
          <button type="button" title="Show again what this page was opened for" onClick={app.showServed.value}>
            Back
          </button>
        )}
        {tools.map((tool) => (
          <button
            key={tool.id}
            type="button"
            aria-pressed={app.tool.value === tool.id}
            title={`${tool.about} (${tool.key})`}
            onClick={() => app.toggleTool(tool.id)}
          >
            {tool.title}
          </button>
        ))}
        <button type="button" title="Open a recording (o)" onClick={() => file.current?.click()}>
          Open…
        </button>
        <ExportMenu app={app} />
        <button
          type="button"
          title="Light or dark (t)"
          aria-label={theme.theme.value.dark ? 'Light colours' : 'Dark colours'}
          onClick={theme.toggle}
        >
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <circle cx="7" cy="7" r="5.5" fill="none" stroke="currentColor" stroke-width="1.4" />
            <path d="M7 1.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
          </svg>
        </button>
        <button
          type="button"
          title="Keys and queries (?)"
          aria-label="Help"
          onClick={() => (app.helpShown.value = true)}
        >
          ?
        </button>
      </nav>
      <input
        ref={file}
        id="open-file"
        type="file"
        hidden
        accept=".jsonl,.json,.ndjson,application/json"
        aria-label="A recording to open"
        onChange={({ currentTarget }) => {
          const chosen = currentTarget.files?.[0];
          if (chosen !== undefined) app.openFile(chosen);
          currentTarget.value = '';
        }}
      />
    </header>
  );
}

/** A sign for each state of the link, so that its colour is not needed. */
function LinkSign({ state }: { readonly state: LinkState }) {
  const shapes = {
    connecting: <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" stroke-dasharray="3 2" />,
    open: <circle cx="5" cy="5" r="4" fill="currentColor" />,
    lost: <path d="M5 1l4.3 8H.7z" fill="currentColor" />,
    ended: <rect x="1.5" y="1.5" width="7" height="7" fill="currentColor" />,
    failed: <path d="M1.5 1.5l7 7m0-7l-7 7" stroke="currentColor" stroke-width="2" />,
  };
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      {shapes[state]}
    </svg>
  );
}
