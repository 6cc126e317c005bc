import { useMemo } from 'preact/hooks';
import { useSampled } from '../panes/drawing/use-sampled.js';
import { bothTimes } from '../model/wall-clock.js';
import type { Session } from '../model/session.js';
import type { SequencedEvent } from '../model/types.js';

/** How many columns the density of records is counted in. */
const columns = 160;

/** How many records are looked at for the picture, at most: more are sampled. */
const sampledMax = 40_000;

interface Overview {
  readonly first: number;
  readonly last: number;
  /** Steps in each column, of the most. */
  readonly density: readonly number[];
  readonly marks: readonly {
    readonly seq: number;
    readonly share: number;
    readonly bad: boolean;
    readonly text: string;
  }[];
}

/** A slider over the records that are kept, above how much happened when and what was marked. */
export function Scrubber({ session }: { readonly session: Session }) {
  const { run, cursor } = session;
  // A recording that is complete is looked through once; a live one each second.
  const version = useSampled(run.version, 1_000, (value) => value);
  const overview = useMemo(() => overviewOf(session), [session, version]);
  const range = useSampled(run.version, 250, () => ({ first: run.firstSeq, last: run.lastSeq }));
  const seq = useSampled(cursor.seq, 100, (value) => value);
  const height = 18;
  const path = overview.density
    .map((share, column) => `M${column + 0.5} ${height}V${height - share * height}`)
    .join('');
  return (
    <div class="scrubber">
      <svg viewBox={`0 0 ${columns} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={path} stroke="currentColor" stroke-width="0.8" />
      </svg>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`trace event ${seq} at ${bothTimes(run.header, session.view.peek().at)}`}
        min={range.first}
        max={Math.max(range.first, range.last)}
        step={1}
        value={seq}
        onInput={({ currentTarget }) => cursor.seek(Number(currentTarget.value))}
      />
      {overview.marks.map(({ seq: at, share, bad, text }) => (
        <button
          key={at}
          type="button"
          class={bad ? 'mark bad' : 'mark'}
          style={{ left: `${share * 100}%` }}
          title={text}
          aria-label={`Go to: ${text}`}
          tabIndex={-1}
          onClick={() => cursor.seek(at)}
        />
      ))}
    </div>
  );
}

function overviewOf({ run }: Session): Overview {
  const { header } = run;
  const { firstSeq: first, lastSeq: last } = run;
  const counts = new Array<number>(columns).fill(0);
  const marks: Overview['marks'][number][] = [];
  const span = Math.max(1, last - first);
  const stride = Math.max(1, Math.ceil(run.size / sampledMax));
  let place = 0;
  run.forEach(first, last, (event) => {
    place += 1;
    const share = (event.seq - first) / span;
    if (isMarked(event) && marks.length < 200) {
      const text = `${event.type === 'mark' ? event.text : textOf(event)}, ${bothTimes(header, event.at)}`;
      marks.push({ seq: event.seq, share, bad: event.type !== 'mark' || event.kind !== 'note', text });
    }
    if (place % stride !== 0 || event.type !== 'step') return undefined;
    const column = Math.min(columns - 1, Math.floor(share * columns));
    counts[column] = (counts[column] ?? 0) + 1;
    return undefined;
  });
  const most = Math.max(1, ...counts);
  return { first, last, density: counts.map((count) => count / most), marks };
}

function isMarked(event: SequencedEvent): boolean {
  return (
    event.type === 'mark' ||
    event.type === 'gap' ||
    (event.type === 'contact' && event.op === 'lost' && event.reason !== 'disconnected') ||
    (event.type === 'system' && event.op === 'crash') ||
    // Of its own connection whoever collects says more in a mark.
    (event.type === 'link' && event.op !== 'restored' && event.systems.length > 0)
  );
}

function textOf(event: SequencedEvent): string {
  if (event.type === 'gap') return `${event.dropped} trace events were left out`;
  if (event.type === 'system') return `${event.system} crashes`;
  if (event.type === 'contact') return `${event.systems.join(', ')} not heard any more`;
  if (event.type !== 'link') return event.type;
  return event.systems.length === 0 ? `connection ${event.op}` : `link of ${event.systems.join(', ')} ${event.op}`;
}
