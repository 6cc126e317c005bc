import { useMemo } from 'preact/hooks';
import { momentText } from '../panes/drawing/time-text.js';
import { useSampled } from '../panes/drawing/use-sampled.js';
import { ticksOf } from '../panes/timeline/time-window.js';
import { markText } from '../model/marked.js';
import { bothTimes } from '../model/wall-clock.js';
import type { Session } from '../model/session.js';
import type { RunReader } from '../model/types.js';

/** How many columns the density of events is counted in. */
const columns = 160;
/** Runs that have no more events are counted one by one; of others it is enough to know how many came in a stretch. */
const countedMax = 20_000;
/** Marks that stand in one column cannot be told from each other. */
const markColumns = 320;

/** How many times are written below the slider. */
const ticksMax = 6;

interface Overview {
  readonly from: number;
  readonly to: number;
  /** Events in each column, of the most. */
  readonly density: readonly number[];
  readonly marks: readonly {
    readonly seq: number;
    readonly share: number;
    readonly bad: boolean;
    readonly text: string;
  }[];
  readonly ticks: readonly { readonly share: number; readonly text: string }[];
}

/** A slider over the time of what is kept, with how much happened when and what was marked above it, and ticks below. */
export function Scrubber({ session }: { readonly session: Session }) {
  const { run, cursor } = session;
  // A recording that is complete is looked through once; a live one each second.
  const version = useSampled(run.version, 1_000, (value) => value);
  const overview = useMemo(() => overviewOf(run), [session, version]);
  const shown = useSampled(session.view, 100, ({ seq }) => ({ seq, at: cursor.now() }));
  const height = 14;
  const path = overview.density
    .map((share, column) => (share === 0 ? '' : `M${column + 0.5} ${height}V${height - share * height}`))
    .join('');
  return (
    <div class="scrubber">
      <svg viewBox={`0 0 ${columns} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={path} stroke="currentColor" stroke-width="0.8" />
      </svg>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`${bothTimes(run.header, shown.at)}, trace event ${shown.seq}`}
        min={overview.from}
        max={overview.to}
        step={run.header.unit === 'tick' ? 1 : 'any'}
        value={shown.at}
        onInput={({ currentTarget }) => cursor.seekTime(Number(currentTarget.value))}
      />
      <div class="scrubber-scale" aria-hidden="true">
        {overview.ticks.map(({ share, text }) => (
          <span key={text} style={{ left: `clamp(14px, ${share * 100}%, calc(100% - 14px))` }}>
            {text}
          </span>
        ))}
      </div>
      <div class="scrubber-scale">
        {overview.marks.map(({ seq, share, bad, text }) => (
          <button
            key={seq}
            type="button"
            class={bad ? 'mark bad' : 'mark'}
            style={{ left: `${share * 100}%` }}
            title={text}
            aria-label={`Go to: ${text}`}
            tabIndex={-1}
            onClick={() => cursor.seek(seq)}
          />
        ))}
      </div>
    </div>
  );
}

function overviewOf(run: RunReader): Overview {
  const { header, firstAt: from, lastAt } = run;
  const to = Math.max(lastAt, from + 1);
  const shareOf = (at: number): number => Math.min(1, Math.max(0, (at - from) / (to - from)));
  const counts = new Array<number>(columns).fill(0);
  const columnOf = (at: number): number => Math.min(columns - 1, Math.floor(shareOf(at) * columns));
  const count = (column: number, events: number): void => {
    counts[column] = (counts[column] ?? 0) + events;
  };
  if (run.size <= countedMax) {
    run.forEach(0, Infinity, ({ at }) => {
      count(columnOf(at), 1);
      return undefined;
    });
  } else {
    run.begins.forEach(({ at, events }, index, all) => {
      const [first, last] = [columnOf(at), columnOf(all[index + 1]?.at ?? to)];
      for (let column = first; column <= last; column += 1) count(column, events / (last - first + 1));
    });
  }
  const most = Math.max(1, ...counts);
  const marks = new Map<string, Overview['marks'][number]>();
  for (const event of run.marked) {
    const share = shareOf(event.at);
    const bad = event.type !== 'mark' || event.kind !== 'note';
    // What is worst in a column is shown, and the first of those.
    const key = `${Math.floor(share * markColumns)}`;
    if (!marks.has(key) || (bad && marks.get(key)?.bad === false)) {
      marks.set(key, { seq: event.seq, share, bad, text: `${markText(event)}, ${bothTimes(header, event.at)}` });
    }
  }
  const { step, ticks: times } = ticksOf({ from, to }, ticksMax * 90);
  const decimals = header.unit === 'tick' || step >= 1_000 ? 0 : step >= 100 ? 1 : 3;
  const ticks = times.map((at) => ({ share: shareOf(at), text: momentText(at, header.unit, decimals) }));
  return { from, to, density: counts.map((value) => value / most), marks: [...marks.values()], ticks };
}
