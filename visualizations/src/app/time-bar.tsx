import { useState } from 'preact/hooks';
import { useSampled } from '../panes/drawing/use-sampled.js';
import { formatTime } from '../model/format.js';
import type { SequencedEvent } from '../model/types.js';
import { momentName, wallTime, wholeWallTime } from '../model/wall-clock.js';
import { parseQuery, QueryError } from '../model/query.js';
import { eventFields } from '../model/event-fields.js';
import type { Session } from '../model/session.js';
import { Scrubber } from './scrubber.js';

const speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 100, 1_000];

/** The moment that is shown, and everything that moves it. */
export function TimeBar({ session }: { readonly session: Session }) {
  const { run, cursor } = session;
  const { unit } = run.header;
  const live = cursor.live.value;
  const broke = cursor.broke.value;
  const playing = cursor.playing.value;
  const growing = run.growing.value;
  const shown = useSampled(session.view, 100, ({ seq, at }) => ({ seq, at: Math.max(at, cursor.now()) }));
  const wall = wallTime(run.header, shown.at);
  const moves = playing || (live && growing);

  return (
    <footer class="time-bar" aria-label="Time">
      <div class="time-buttons">
        <button
          type="button"
          title="One trace event back (,)"
          aria-label="One trace event back"
          onClick={() => cursor.step(-1)}
        >
          <Sign path="M9 2L3.5 6 9 10zM2 2h1.5v8H2z" />
        </button>
        <button
          type="button"
          class="play"
          title={moves ? 'Pause (space)' : 'Play (space)'}
          aria-label={moves ? 'Pause' : 'Play'}
          onClick={() => (moves ? cursor.pause() : cursor.play())}
        >
          <Sign path={moves ? 'M2.5 2h2.5v8H2.5zM7 2h2.5v8H7z' : 'M3 1.5L10.5 6 3 10.5z'} />
        </button>
        <button
          type="button"
          title="One trace event on (.)"
          aria-label="One trace event on"
          onClick={() => cursor.step(1)}
        >
          <Sign path="M3 2l5.5 4L3 10zM8.5 2H10v8H8.5z" />
        </button>
        <button type="button" aria-pressed={live} title="Follow the newest moment (l)" onClick={() => cursor.follow()}>
          {growing ? 'Live' : 'End'}
        </button>
      </div>
      <Scrubber session={session} />
      <output
        class="time-shown"
        title={['The time since the start, and the trace event', wholeWallTime(run.header, shown.at)]
          .filter((text) => text !== undefined)
          .join('; ')}
      >
        {wall !== undefined && <span class="time-wall">{wall} </span>}
        {formatTime(shown.at, unit)} <span class="muted">#{shown.seq}</span>
      </output>
      <label>
        <span class="only-read">Speed</span>
        <select
          title="How fast a recording is played"
          value={`${cursor.speed.value}`}
          onChange={({ currentTarget }) => (cursor.speed.value = Number(currentTarget.value))}
        >
          {speeds.map((speed) => (
            <option key={speed} value={`${speed}`}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
      <BreakField session={session} />
      {broke !== undefined && (
        <output class="broke" title={breakText(broke, session)}>
          {breakText(broke, session)}
        </output>
      )}
    </footer>
  );
}

/** Where a query stands at which playing, or following, stops. */
function BreakField({ session }: { readonly session: Session }) {
  const [problem, setProblem] = useState('');
  const [text, setText] = useState('');
  const next = (): void => {
    if (text.trim() !== '' && problem === '' && !session.cursor.findBreak()) setProblem('no trace event answers this');
  };
  const apply = (query: string): void => {
    setText(query);
    try {
      session.cursor.breakTest.value = query.trim() === '' ? undefined : parseQuery(query, eventFields);
      setProblem('');
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      session.cursor.breakTest.value = undefined;
      setProblem(error.message);
    }
  };
  return (
    <label class="break">
      <span>Break at</span>
      <input
        id="break-at"
        type="text"
        spellcheck={false}
        placeholder="type:end reason:slowReader"
        title={
          problem || 'A query over trace events: playing stops at the first that answers it, Enter goes to the next (b)'
        }
        aria-invalid={problem !== ''}
        aria-describedby={problem === '' ? undefined : 'break-problem'}
        value={text}
        onInput={({ currentTarget }) => apply(currentTarget.value)}
        onKeyDown={({ key }) => key === 'Enter' && next()}
      />
      {problem !== '' && (
        <span id="break-problem" class="problem" role="alert">
          {problem}
        </span>
      )}
    </label>
  );
}

/** What it has stopped at: the event, in a few words. */
function breakText(event: SequencedEvent, { run }: Session): string {
  const {
    system,
    reason,
    text,
    event: cause,
  } = event as Readonly<Partial<Record<'system' | 'reason' | 'text', string>>> & {
    readonly event?: { readonly type: string };
  };
  const about = [event.type, cause?.type, reason, system, text].filter((part) => part !== undefined && part !== '');
  return `Stopped at #${event.seq}, ${momentName(run.header, event.at)}: ${about.join(' ')}`;
}

function Sign({ path }: { readonly path: string }) {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <path d={path} fill="currentColor" />
    </svg>
  );
}
