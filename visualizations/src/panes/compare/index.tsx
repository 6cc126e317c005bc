import { useMemo, useRef, useState } from 'preact/hooks';
import { formatTime } from '../../model/format.js';
import { comparedMax, compareRuns, type ComparedLine } from '../../model/compare.js';
import type { PaneProps, RunReader } from '../../model/types.js';
import { useVirtual } from '../common/use-virtual.js';
import { useSampled } from '../drawing/use-sampled.js';
import { openOther, otherRun } from './other-run.js';
import './compare.css';

const rowHeight = 24;

/** This run beside another one: what happened in both, and what in one of them only. */
export default function ComparePane(props: PaneProps) {
  const { run } = props;
  const file = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  const other = otherRun.value;
  return (
    <div class="compare">
      <div class="compare-bar">
        <button type="button" onClick={() => file.current?.click()}>
          Compare with a recording…
        </button>
        <button
          type="button"
          title="Compares the next run that is shown with this one"
          onClick={() => (otherRun.value = run)}
        >
          Keep this run
        </button>
        {other !== undefined && (
          <span class="muted">
            {other === run
              ? 'This run is kept: open another one, or simulate, to compare them.'
              : `with ${other.header.label}`}
          </span>
        )}
        {problem !== '' && (
          <span class="bad" role="alert">
            {problem}
          </span>
        )}
        <input
          ref={file}
          type="file"
          hidden
          accept=".jsonl,.json,.ndjson,application/json"
          aria-label="A recording to compare with"
          onChange={({ currentTarget }) => {
            const chosen = currentTarget.files?.[0];
            currentTarget.value = '';
            setProblem('');
            if (chosen === undefined) return;
            openOther(chosen).catch((error: unknown) =>
              setProblem(error instanceof Error ? error.message : String(error)),
            );
          }}
        />
      </div>
      {other === undefined ? (
        <p class="pane-empty">Two runs beside each other: a good one and a bad one, or before and after a change.</p>
      ) : (
        other !== run && <Comparison {...props} other={other} />
      )}
    </div>
  );
}

function Comparison({ run, cursor, other }: PaneProps & { readonly other: RunReader }) {
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const version = useSampled(run.version, 2_000, (value) => value);
  const lines = useMemo(() => compareRuns(run, other), [run, other, version]);
  const different = lines.filter(({ kind }) => kind !== 'both');
  const shown = onlyDifferent ? different : lines;
  const first = shown.findIndex(({ kind }) => kind !== 'both');
  const scroller = useRef<HTMLDivElement>(null);
  const { items, totalHeight, scrollTo } = useVirtual(scroller, shown.length, rowHeight);
  return (
    <>
      <div class="compare-bar" role="status">
        {different.length === 0 ? 'The runs do the same.' : `${different.length} of ${lines.length} happenings differ.`}
        {lines.length >= comparedMax && <span class="muted">Only the first {comparedMax} of each are compared.</span>}
        <button type="button" disabled={first < 0} onClick={() => scrollTo(first)}>
          First difference
        </button>
        <label>
          <input
            type="checkbox"
            checked={onlyDifferent}
            onChange={({ currentTarget }) => setOnlyDifferent(currentTarget.checked)}
          />{' '}
          only what differs
        </label>
      </div>
      <div
        ref={scroller}
        class="compare-lines"
        role="table"
        aria-label="Both runs"
        aria-rowcount={shown.length}
        tabIndex={0}
      >
        <div role="rowgroup" style={{ height: `${totalHeight}px`, position: 'relative' }}>
          {items.map(({ index, start }) => {
            const line = shown[index];
            return line && <Line key={index} line={line} index={index} start={start} run={run} onGo={cursor.seek} />;
          })}
        </div>
      </div>
    </>
  );
}

interface LineProps {
  readonly line: ComparedLine;
  readonly index: number;
  readonly start: number;
  readonly run: RunReader;
  readonly onGo: (seq: number) => void;
}

function Line({ line: { kind, text, left, right }, index, start, run, onGo }: LineProps) {
  const sign = { both: ' ', left: '+', right: '−' }[kind];
  const where = { both: 'in both runs', left: 'in this run only', right: 'in the other run only' }[kind];
  return (
    <div
      class="compare-line"
      role="row"
      aria-rowindex={index + 1}
      data-kind={kind}
      style={{ transform: `translateY(${start}px)` }}
    >
      <span role="cell" title={where} aria-label={where}>
        {sign}
      </span>
      <span role="cell" class="mono muted">
        {left === undefined ? (
          ''
        ) : (
          <button type="button" class="quiet" onClick={() => onGo(left.seq)}>
            {formatTime(left.at, run.header.unit)}
          </button>
        )}
      </span>
      <span role="cell" class="mono muted">
        {right === undefined ? '' : formatTime(right.at, run.header.unit)}
      </span>
      <span role="cell">{text}</span>
    </div>
  );
}
