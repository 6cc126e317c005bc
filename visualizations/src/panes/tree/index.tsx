import { useEffect, useRef, useState } from 'preact/hooks';
import { actorName } from '../../model/actor-name.js';
import { formatCount, formatDuration } from '../../model/format.js';
import type { PaneProps, Selection, TraceRun } from '../../model/types.js';
import { momentName } from '../../model/wall-clock.js';
import { StatePill } from '../common/state-pill.js';
import { useVirtual } from '../common/use-virtual.js';
import { useSampled } from '../drawing/use-sampled.js';
import { treeRows, type TreeRow } from './tree-rows.js';
import './tree.css';

const rowHeight = 26;

/** Systems and their actors. Those that have ended stay as tombstones; each leads to the event that made it. */
export default function TreePane({ run, view, cursor, selection }: PaneProps) {
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [showsEnded, setShowsEnded] = useState(true);
  const [focused, setFocused] = useState('');
  const rows = useSampled(
    view,
    300,
    (now) => treeRows(now, { opened, showsEnded }),
    `${[...opened].join('|')} ${showsEnded}`,
  );
  const scroller = useRef<HTMLDivElement>(null);
  const { items, totalHeight, scrollTo } = useVirtual(scroller, rows.length, rowHeight);
  const { system, actor } = selection.value.value;
  const isSelected = (row: TreeRow): boolean => row.system.system === system && row.actor?.actor === actor;
  const focusIndex = Math.max(
    0,
    rows.findIndex((row) => row.key === focused),
  );

  useEffect(() => {
    const index = rows.findIndex(isSelected);
    if (index < 0) return;
    setFocused(rows[index]?.key ?? '');
    scrollTo(index);
  }, [system, actor]);

  const toggle = (row: TreeRow, expanded = !row.expanded): void => {
    if (row.below === 0) return;
    setOpened((now) => new Map(now).set(row.key, expanded));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[focusIndex];
    if (row === undefined) return;
    const move = (index: number): void => {
      const target = rows[Math.min(rows.length - 1, Math.max(0, index))];
      setFocused(target?.key ?? '');
      scrollTo(Math.min(rows.length - 1, Math.max(0, index)));
    };
    const act = {
      ArrowDown: () => move(focusIndex + 1),
      ArrowUp: () => move(focusIndex - 1),
      PageDown: () => move(focusIndex + 15),
      PageUp: () => move(focusIndex - 15),
      Home: () => move(0),
      End: () => move(rows.length - 1),
      ArrowRight: () => (row.expanded ? move(focusIndex + 1) : toggle(row, true)),
      ArrowLeft: () => {
        if (row.expanded && row.below > 0) toggle(row, false);
        else move(rows.findLastIndex(({ level }, index) => index < focusIndex && level < row.level));
      },
      Enter: () => select(selection, row),
    }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  if (rows.length === 0) return <p class="pane-empty">No system has been seen yet.</p>;
  const now = Math.max(view.peek().at, cursor.now());
  return (
    <div class="tree">
      <label class="tree-bar">
        <input
          type="checkbox"
          checked={showsEnded}
          onChange={({ currentTarget }) => setShowsEnded(currentTarget.checked)}
        />{' '}
        show those that have ended
      </label>
      <div
        ref={scroller}
        class="tree-rows"
        role="tree"
        aria-label="Systems and actors"
        tabIndex={0}
        aria-activedescendant={`tree-row-${focusIndex}`}
        onKeyDown={onKeyDown}
      >
        <div role="none" style={{ height: `${totalHeight}px`, position: 'relative' }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={row.key}
                id={`tree-row-${index}`}
                class="tree-row"
                role="treeitem"
                aria-level={row.level}
                aria-expanded={row.below === 0 ? undefined : row.expanded}
                aria-selected={isSelected(row)}
                data-focused={index === focusIndex}
                data-over={(row.actor?.endedAt ?? row.system.endedAt) !== undefined}
                style={{ transform: `translateY(${start}px)`, paddingLeft: `${row.level * 16 - 8}px` }}
                onClick={() => {
                  setFocused(row.key);
                  select(selection, row);
                }}
              >
                <span
                  class="tree-twist"
                  onClick={(event) => {
                    event.stopPropagation();
                    toggle(row);
                  }}
                  aria-hidden="true"
                >
                  {row.below === 0 ? '' : row.expanded ? '▾' : '▸'}
                </span>
                {row.actor === undefined ? (
                  <SystemCells row={row} header={run.header} />
                ) : (
                  <>
                    <span class="tree-name mono" title={row.actor.actor}>
                      {row.actor.stream === undefined ? actorName(row.actor) : lastToken(row.actor.actor)}
                    </span>
                    <span class="muted">{row.actor.machine ?? row.actor.src ?? ''}</span>
                    <StatePill
                      state={row.actor.state}
                      status={row.actor.status}
                      unheardSince={unheardSince(row, run.header)}
                    />
                    <span class="tree-subject muted">{row.actor.subject ?? ''}</span>
                    {row.below > 0 && <Living row={row} />}
                    <span class="tree-space" />
                    {row.actor.cause !== undefined && (
                      <button
                        type="button"
                        class="quiet"
                        tabIndex={-1}
                        title="Go to the event that made it"
                        onClick={(event) => {
                          event.stopPropagation();
                          cursor.seek(row.actor?.cause ?? 0);
                        }}
                      >
                        by #{row.actor.cause}
                      </button>
                    )}
                    <span class="muted number">
                      {row.actor.endedAt === undefined
                        ? formatDuration(now - row.actor.startedAt, run.header.unit)
                        : `† ${formatDuration(row.actor.endedAt - row.actor.startedAt, run.header.unit)}`}
                    </span>
                  </>
                )}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Since when nothing was heard of what this row shows, if it lives. */
function unheardSince({ system, actor }: TreeRow, header: TraceRun): string | undefined {
  const isOver = (actor?.endedAt ?? system.endedAt) !== undefined;
  return isOver || system.unheardSince === undefined ? undefined : momentName(header, system.unheardSince);
}

function SystemCells({ row, header }: { readonly row: TreeRow; readonly header: TraceRun }) {
  const { system, role, status } = row.system;
  const since = unheardSince(row, header);
  return (
    <>
      <strong>{system}</strong>
      <span class="muted">{role}</span>
      {status !== 'running' && <span class={status === 'crashed' ? 'bad' : 'muted'}>† {status}</span>}
      {since !== undefined && (
        <span class="unheard">
          not heard since {since}
          {row.system.isGone === true ? ', its connection is closed' : ''}
        </span>
      )}
      <Living row={row} />
    </>
  );
}

function Living({ row: { below, living } }: { readonly row: TreeRow }) {
  return (
    <span class="muted">
      {formatCount(living)} live{below > living ? `, ${formatCount(below - living)} ended` : ''}
    </span>
  );
}

/** The last token of an inbox, by which people tell streams apart; the beginning is the same for all of a client. */
function lastToken(actor: string): string {
  return actor.slice(actor.lastIndexOf('.') + 1);
}

function select(selection: Selection, row: TreeRow): void {
  selection.select({ system: row.system.system, ...(row.actor === undefined ? {} : { actor: row.actor.actor }) });
}
