import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../model/format.js';
import { silentQuery, toggleSilent, type Grouping } from '../../model/scope.js';
import type { StreamRow } from '../../model/stream-row.js';
import type { PaneProps, RunReader, View } from '../../model/types.js';
import { useVirtual } from '../common/use-virtual.js';
import { columns, type Column } from './columns.js';
import { groupRows, isGroup, type Line } from './groups.js';
import { useRows } from './use-rows.js';
import './streams.css';

const rowHeight = 28;
/** For so long what is newly selected is brought into sight: the rows are computed a few times a second. */
const revealMs = 800;
const tracks = (of: readonly Column[]): string => of.map((column) => column.width).join(' ');
/** A table that is too narrow for all columns shows those that matter most. */
const templates = { '--narrow': tracks(columns.filter(({ isExtra }) => isExtra !== true)), '--wide': tracks(columns) };

function plural(count: number, name: string): string {
  return `${formatCount(count)} ${name}${count === 1 ? '' : 's'}`;
}

/** Why there is nothing to see. */
function noStreams({ actors }: View): string {
  return actors.size === 0
    ? 'No stream has been opened yet.'
    : `No stream has been opened. ${actors.size === 1 ? 'One actor stands' : `${actors.size} actors stand`} under Systems (2).`;
}

/** What the rows may be grouped by, and what a group of rows is called that have nothing there. */
const groupings: readonly (readonly [by: Grouping, title: string, none: string])[] = [
  ['', 'no groups', ''],
  ['producer', 'by producer', 'no producer watched'],
  ['consumer', 'by consumer', 'no consumer watched'],
  ['subject', 'by subject', 'no subject'],
  ['reason', 'by end', 'not ended'],
];

/** Runs in which the worst stream has been selected: later it is for people to choose. */
const begun = new WeakSet<RunReader>();

/** Every stream as a line. Only the lines in sight are drawn, so that thousands cost no more than thirty. */
export default function StreamsPane(props: PaneProps) {
  const { run, selection, scope } = props;
  const [sort, setSort] = useState({ by: 'anomaly', descending: true });
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const { rows, total, living, anomalous, silentProducers } = useRows(props, {
    sort: sort.by,
    descending: sort.descending,
  });
  const text = scope.query.value;
  const problem = scope.problem.value;
  const by = scope.grouping.value;
  const lines = useMemo(() => groupRows(rows, by, closed), [rows, by, closed]);
  const scroller = useRef<HTMLDivElement>(null);
  const { items, totalHeight, scrollTo } = useVirtual(scroller, lines.length, rowHeight);
  const selected = selection.value.value.stream;
  const selectedIndex =
    selected === undefined ? -1 : lines.findIndex((line) => !isGroup(line) && line.stream === selected);

  // What is selected elsewhere comes into sight here, as soon as the rows are those of its moment; the order may then carry
  // it away.
  const revealed = useRef<{ readonly stream: string | undefined; readonly until: number }>(undefined);
  useEffect(() => {
    const now = performance.now();
    if (revealed.current?.stream !== selected) revealed.current = { stream: selected, until: now + revealMs };
    if (selectedIndex >= 0 && now < (revealed.current?.until ?? 0)) scrollTo(selectedIndex);
  });
  // The worst comes first, once there is something to see: of a recording when it has come whole.
  const isReading = run.isReading.value;
  useEffect(() => {
    const first = rows[0];
    if (begun.has(run) || first === undefined || isReading) return;
    begun.add(run);
    const { stream, actor, seq } = selection.value.peek();
    if (stream === undefined && actor === undefined && seq === undefined) selection.select({ stream: first.stream });
  }, [run, rows.length > 0, isReading]);

  const toggle = (group: string): void => {
    setClosed((now) => new Set(now.has(group) ? [...now].filter((other) => other !== group) : [...now, group]));
  };
  /** The next line on the way that is a stream; a group that is closed is passed. */
  const go = (index: number, step = 1): void => {
    const at = Math.min(lines.length - 1, Math.max(0, index));
    const isRow = (line: Line | undefined): line is StreamRow => line !== undefined && !isGroup(line);
    const row = step > 0 ? lines.slice(at).find(isRow) : lines.slice(0, at + 1).findLast(isRow);
    if (row === undefined) return;
    selection.select({ stream: row.stream });
    scrollTo(lines.indexOf(row));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const target = {
      ArrowDown: selectedIndex + 1,
      ArrowUp: selectedIndex - 1,
      PageDown: selectedIndex + page,
      PageUp: selectedIndex - page,
      Home: 0,
      End: lines.length - 1,
      Enter: Math.max(0, selectedIndex),
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    go(target, target < selectedIndex || event.key === 'End' ? -1 : 1);
  };
  const sortBy = (column: string): void => {
    setSort(({ by, descending }) =>
      by === column
        ? { by, descending: !descending }
        : { by: column, descending: !['state', 'subject', 'producer', 'consumer', 'reason'].includes(column) },
    );
  };

  return (
    <div class="streams">
      <div class="streams-bar">
        <input
          id="stream-query"
          type="search"
          spellcheck={false}
          placeholder="state:active age>30s subject:log.*"
          aria-label="Query over streams"
          aria-invalid={problem !== ''}
          aria-describedby={problem === '' ? undefined : 'stream-problem'}
          value={text}
          onInput={({ currentTarget }) => (scope.query.value = currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'ArrowDown') return;
            event.preventDefault();
            scroller.current?.focus();
            go(0);
          }}
        />
        <span class="streams-count muted" role="status">
          {rows.length === total ? formatCount(total) : `${formatCount(rows.length)} of ${formatCount(total)}`}
          {`, ${formatCount(living)} live`}
        </span>
        <button
          type="button"
          class={anomalous > 0 ? 'bad' : ''}
          disabled={anomalous === 0 && text !== 'anomaly:*'}
          aria-pressed={text === 'anomaly:*'}
          title="Only streams that need a look"
          onClick={() => (scope.query.value = text === 'anomaly:*' ? '' : 'anomaly:*')}
        >
          {formatCount(anomalous)} to look at
        </button>
        <button
          type="button"
          class={silentProducers > 0 ? 'bad' : ''}
          disabled={silentProducers === 0 && text !== silentQuery}
          aria-pressed={text === silentQuery}
          title="Which producers are silent? Their streams alone, by producer (q)"
          onClick={() => toggleSilent(scope)}
        >
          {formatCount(silentProducers)} silent
        </button>
        <select
          aria-label="Group the streams"
          title="Group the streams"
          value={by}
          onChange={({ currentTarget }) => (scope.grouping.value = currentTarget.value as Grouping)}
        >
          {groupings.map(([id, title]) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </div>
      {problem !== '' && (
        <p id="stream-problem" class="streams-problem bad" role="alert">
          {problem}
        </p>
      )}
      <div
        ref={scroller}
        class="grid"
        style={templates}
        role="grid"
        aria-label="Streams"
        aria-rowcount={lines.length + 1}
        aria-activedescendant={selectedIndex >= 0 ? `stream-row-${selectedIndex}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div class="grid-head" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <div
              key={column.id}
              role="columnheader"
              data-extra={column.isExtra}
              class={column.isNumber === true ? 'number' : ''}
              aria-sort={sort.by === column.id ? (sort.descending ? 'descending' : 'ascending') : 'none'}
            >
              <button type="button" tabIndex={-1} title={column.about} onClick={() => sortBy(column.id)}>
                {column.title}
                {sort.by === column.id && <span aria-hidden="true">{sort.descending ? ' ↓' : ' ↑'}</span>}
              </button>
            </div>
          ))}
        </div>
        <div role="rowgroup" style={{ height: `${totalHeight}px` }} class="grid-body">
          {items.map(({ index, start }) => {
            const line = lines[index];
            if (line === undefined) return null;
            if (isGroup(line)) {
              const name = line.group || groupings.find(([id]) => id === by)?.[2];
              return (
                <div
                  key={`group ${line.group}`}
                  class="grid-group"
                  role="row"
                  aria-rowindex={index + 2}
                  aria-expanded={line.isOpen}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <div role="gridcell">
                    <button type="button" class="quiet" title={name} onClick={() => toggle(line.group)}>
                      <span aria-hidden="true">{line.isOpen ? '▾' : '▸'}</span> <strong>{name}</strong>
                    </button>
                    <span class="muted">
                      {plural(line.streams, 'stream')}, {formatCount(line.living)} live
                    </span>
                    {line.anomalous > 0 && <span class="bad">{formatCount(line.anomalous)} to look at</span>}
                    {line.silent > 0 && <span class="bad">{formatCount(line.silent)} silent</span>}
                  </div>
                </div>
              );
            }
            return (
              <div
                key={line.stream}
                id={`stream-row-${index}`}
                class="grid-row"
                role="row"
                aria-rowindex={index + 2}
                aria-selected={line.stream === selected}
                data-over={line.entry.endedAt !== undefined}
                style={{ transform: `translateY(${start}px)` }}
                onClick={() => selection.select({ stream: line.stream })}
              >
                {columns.map((column) => (
                  <div
                    key={column.id}
                    role="gridcell"
                    data-column={column.id}
                    data-extra={column.isExtra}
                    class={column.isNumber === true ? 'number' : ''}
                  >
                    {column.cell(line, run.header)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && (
        <p class="pane-empty">
          {total === 0
            ? noStreams(props.view.peek())
            : `None of ${plural(total, 'stream')} answers the query at this moment.`}
        </p>
      )}
    </div>
  );
}
