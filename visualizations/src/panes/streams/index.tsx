import { useEffect, useRef, useState } from 'preact/hooks';
import { formatCount } from '../../model/format.js';
import type { PaneProps, View } from '../../model/types.js';
import { useVirtual } from '../common/use-virtual.js';
import { columns } from './columns.js';
import { useRows } from './use-rows.js';
import './streams.css';

const rowHeight = 28;
const template = columns.map((column) => column.width).join(' ');

/** Why there is nothing to see. */
function noStreams({ actors }: View): string {
  return actors.size === 0
    ? 'No stream has been opened yet.'
    : `No stream has been opened. ${actors.size === 1 ? 'One actor stands' : `${actors.size} actors stand`} under Systems (2).`;
}

/** Every stream as a line. Only the lines in sight are drawn, so that thousands cost no more than thirty. */
export default function StreamsPane(props: PaneProps) {
  const { run, selection } = props;
  const [text, setText] = useState('');
  const [sort, setSort] = useState({ by: 'anomaly', descending: true });
  const { rows, total, living, anomalous, problem } = useRows(props, {
    text,
    sort: sort.by,
    descending: sort.descending,
  });
  const scroller = useRef<HTMLDivElement>(null);
  const { items, totalHeight, scrollTo } = useVirtual(scroller, rows.length, rowHeight);
  const selected = selection.value.value.stream;
  const selectedIndex = selected === undefined ? -1 : rows.findIndex((row) => row.stream === selected);

  // What is selected elsewhere comes into sight here, once; the order may then carry it away.
  useEffect(() => {
    if (selectedIndex >= 0) scrollTo(selectedIndex);
  }, [selected]);

  const go = (index: number): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row === undefined) return;
    selection.select({ stream: row.stream });
    scrollTo(rows.indexOf(row));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const target = {
      ArrowDown: selectedIndex + 1,
      ArrowUp: selectedIndex - 1,
      PageDown: selectedIndex + page,
      PageUp: selectedIndex - page,
      Home: 0,
      End: rows.length - 1,
      Enter: Math.max(0, selectedIndex),
    }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    go(target);
  };
  const sortBy = (column: string): void => {
    setSort(({ by, descending }) =>
      by === column
        ? { by, descending: !descending }
        : { by: column, descending: !['state', 'subject', 'reason'].includes(column) },
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
          onInput={({ currentTarget }) => setText(currentTarget.value)}
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
          onClick={() => setText(text === 'anomaly:*' ? '' : 'anomaly:*')}
        >
          {formatCount(anomalous)} to look at
        </button>
      </div>
      {problem !== '' && (
        <p id="stream-problem" class="streams-problem bad" role="alert">
          {problem}
        </p>
      )}
      <div
        ref={scroller}
        class="grid"
        role="grid"
        aria-label="Streams"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={selectedIndex >= 0 ? `stream-row-${selectedIndex}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div class="grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
          {columns.map((column) => (
            <div
              key={column.id}
              role="columnheader"
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
            const row = rows[index];
            return (
              row !== undefined && (
                <div
                  key={row.stream}
                  id={`stream-row-${index}`}
                  class="grid-row"
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={row.stream === selected}
                  data-over={row.entry.endedAt !== undefined}
                  style={{ transform: `translateY(${start}px)`, gridTemplateColumns: template }}
                  onClick={() => selection.select({ stream: row.stream })}
                >
                  {columns.map((column) => (
                    <div key={column.id} role="gridcell" class={column.isNumber === true ? 'number' : ''}>
                      {column.cell(row, run.header)}
                    </div>
                  ))}
                </div>
              )
            );
          })}
        </div>
      </div>
      {rows.length === 0 && (
        <p class="pane-empty">{total === 0 ? noStreams(props.view.peek()) : 'No stream answers the query.'}</p>
      )}
    </div>
  );
}
