import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { answering, type SequenceScope } from '../../model/scope.js';
import type { PaneProps } from '../../model/types.js';
import { createHatching } from '../drawing/hatching.js';
import type { Palette } from '../drawing/palette.js';
import { useCanvas } from '../drawing/use-canvas.js';
import { useSampled } from '../drawing/use-sampled.js';
import { headerHeight, placeLanes, rowHeight, type LanePlace, type LanePlaces } from './geometry.js';
import { paintSequence } from './paint.js';
import type { SequenceModel } from './sequence-model.js';
import { SequenceTable } from './table.js';
import { useSequence } from './use-sequence.js';
import { shortName } from './words.js';
import './sequence.css';

const nobody: ReadonlySet<string> = new Set();

/** The row that shows what is selected: a record by its number, else the message. */
function rowOf(model: SequenceModel, seq: number | undefined): number {
  return seq === undefined ? -1 : model.rowAt(seq);
}

function laneWords({ name, about, role }: LanePlace): string {
  if (role === 'wire') return 'NATS: the other end of these messages is not watched';
  return about === '' ? name : `${name}, ${about}`;
}

/** The messages between the systems from top to bottom, each row a moment; only what can be seen is drawn. */
export default function SequencePane({ run, view, cursor, selection, scope, theme }: PaneProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const follows = useRef(true);
  const foldHeartbeats = useSignal(true);
  const foldRecords = useSignal(true);
  const showsTable = useSignal(false);
  const changes = useSignal(0);
  const [hidden, setHidden] = useState(nobody);
  const hatching = useRef<{ palette: Palette; fill: ReturnType<typeof createHatching> }>(undefined);

  const mode = scope.sequence.value;
  const query = scope.query.value;
  const selectedStream = useComputed(() => selection.value.value.stream).value;
  const isOne = mode === 'selected' && selectedStream !== undefined;
  const answers = useSampled(
    view,
    1_000,
    (now) => (isOne || mode === 'all' ? undefined : answering(scope, now, run.header.unit, cursor.now())),
    `${query} ${mode} ${isOne}`,
  );
  const streams = useMemo(
    () => (isOne ? new Set([selectedStream]) : mode === 'all' ? undefined : answers),
    [isOne, selectedStream, mode, answers],
  );
  const model = useSequence(
    run,
    cursor,
    { streams, foldHeartbeats: foldHeartbeats.value, foldRecords: foldRecords.value },
    () => grown(),
  );
  const places = (): LanePlaces => {
    const { usedLanes, usesWire } = model.current;
    return placeLanes(usedLanes, hidden, scroller.current?.clientWidth ?? 0, usesWire);
  };

  const { redraw } = useCanvas(canvas, theme, (picture) => {
    if (hatching.current?.palette !== picture.palette) {
      hatching.current = { palette: picture.palette, fill: createHatching(picture.palette) };
    }
    const { seq, message } = selection.value.peek();
    paintSequence(picture, {
      model: model.current,
      places: places(),
      scrollLeft: scroller.current?.scrollLeft ?? 0,
      scrollTop: scroller.current?.scrollTop ?? 0,
      moment: cursor.live.peek() ? Infinity : cursor.seq.peek(),
      selectedRow: rowOf(model.current, seq),
      selectedMessage: message,
      unit: run.header.unit,
      fill: hatching.current.fill,
    });
  });

  /** The scrolled area follows the rows, and the newest row is kept in sight where the reader was at the end. */
  const grown = (): void => {
    const [area, box] = [spacer.current, scroller.current];
    if (area === null || box === null) return;
    // The canvas takes the height of the pane already.
    const height = Math.max(0, headerHeight + model.current.rows.length * rowHeight + 8 - box.clientHeight);
    area.style.height = `${height}px`;
    area.style.width = `${places().width > box.clientWidth ? places().width : 0}px`;
    if (cursor.live.peek() && follows.current) box.scrollTop = box.scrollHeight;
    changes.value += 1;
    redraw();
  };

  const reveal = (row: number): void => {
    const box = scroller.current;
    if (box === null || row < 0) return;
    const top = row * rowHeight;
    const room = box.clientHeight - headerHeight;
    if (top < box.scrollTop + rowHeight) box.scrollTop = Math.max(0, top - room / 3);
    else if (top > box.scrollTop + room - 3 * rowHeight) box.scrollTop = top - (room * 2) / 3;
  };

  useEffect(() => {
    follows.current = true;
    grown();
    // What is at the end stays at the end when the pane becomes larger or smaller.
    const resized = new ResizeObserver(() => {
      if (cursor.live.peek()) follows.current = true;
      grown();
    });
    if (scroller.current !== null) resized.observe(scroller.current);
    return () => resized.disconnect();
  }, [model.current, hidden, showsTable.value]);
  useEffect(
    () =>
      view.subscribe(() => {
        if (cursor.live.peek()) return;
        reveal(model.current.rowAt(cursor.seq.peek()));
        redraw();
      }),
    [view, model],
  );
  useEffect(
    () =>
      selection.value.subscribe(({ seq }) => {
        reveal(rowOf(model.current, seq));
        redraw();
      }),
    [selection, model],
  );

  const select = (row: number): void => {
    const chosen = model.current.rows[row];
    if (chosen === undefined) return;
    follows.current = false;
    const first = model.current.arrowsOf(row)[0];
    // An event that one actor sends another has no messages on the wire to be looked up.
    const arrow = first?.isEvent === true ? undefined : first;
    const of = chosen.stream ?? arrow?.stream ?? selection.value.peek().stream;
    selection.select({
      ...(chosen.system !== undefined && { system: chosen.system }),
      ...(chosen.actor !== undefined && { actor: chosen.actor }),
      ...(of !== undefined && { stream: of }),
      ...((chosen.message ?? arrow?.message) !== undefined && { message: chosen.message ?? arrow?.message ?? '' }),
      seq: chosen.seq,
    });
  };
  const rowUnder = (event: MouseEvent): number => {
    const y = event.clientY - (canvas.current?.getBoundingClientRect().top ?? 0) - headerHeight;
    return y < 0 ? -1 : Math.floor((y + (scroller.current?.scrollTop ?? 0)) / rowHeight);
  };
  /** What is cut, or only a sign, in words. */
  const onPointerMove = (event: PointerEvent): void => {
    const box = canvas.current?.getBoundingClientRect();
    if (canvas.current === null || box === undefined) return;
    const row = rowUnder(event);
    const x = event.clientX - box.left + (scroller.current?.scrollLeft ?? 0);
    const { lanes: placed, room } = places();
    const lane = row < 0 ? placed.find((candidate) => Math.abs(candidate.x - x) <= room / 2) : undefined;
    canvas.current.title = lane === undefined ? model.current.textOf(row, run.header.unit) : laneWords(lane);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rowOf(model.current, selection.value.peek().seq);
    const last = model.current.rows.length - 1;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const from = at < 0 ? Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight) : at;
    const to = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: last,
    }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (to !== undefined) select(Math.min(last, Math.max(0, to)));
    else if (event.key === 'Enter' && at >= 0) cursor.seek(model.current.rows[at]?.lastSeq ?? 0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const said = useComputed(() => {
    // The model is no signal, and tells of its changes by their count.
    if (changes.value < 0) return '';
    const row = rowOf(model.current, selection.value.value.seq);
    const chosen = model.current.rows[row];
    return chosen === undefined
      ? 'Click a row to select it, press Enter to go to its moment.'
      : model.current.textOf(row, run.header.unit);
  });
  const lanes = useSampled(run.version, 1_000, () => model.current.usedLanes.length);
  const toggles = useMemo(() => [...model.current.usedLanes], [lanes, model, streams]);
  const isEmpty = useSampled(view, 300, () => model.current.rows.length === 0, `${streams?.size}`);
  const shownMode = isOne ? 'selected' : mode === 'all' || query.trim() === '' ? 'all' : 'filtered';
  const modes: readonly (readonly [SequenceScope, string])[] = [
    ...(selectedStream === undefined ? [] : ([['selected', `Only ${shortName(selectedStream)}`]] as const)),
    ...(query.trim() === '' ? [] : ([['filtered', 'Filtered']] as const)),
    ['all', 'All streams'],
  ];
  const titles: Readonly<Record<SequenceScope, string>> = {
    selected: `Only ${selectedStream ?? ''}, the stream that is selected`,
    filtered: `The streams that answer the query of the table: ${query}`,
    all: 'All streams',
  };

  return (
    <div class="sq">
      <div class="sq-bar">
        {modes.map(([id, title]) => (
          <button
            key={id}
            type="button"
            aria-pressed={id === shownMode}
            title={titles[id]}
            onClick={() => (scope.sequence.value = id)}
          >
            {title}
          </button>
        ))}
        <span class="sq-space" />
        <details class="sq-hide">
          <summary>Show</summary>
          <div>
            <label>
              <input
                type="checkbox"
                checked={foldHeartbeats.value}
                onChange={() => (foldHeartbeats.value = !foldHeartbeats.value)}
              />{' '}
              Heartbeats folded
            </label>
            <label>
              <input
                type="checkbox"
                checked={foldRecords.value}
                onChange={() => (foldRecords.value = !foldRecords.value)}
              />{' '}
              Records folded
            </label>
            <hr />
            {toggles.map(({ key, name }) => (
              <label key={key}>
                <input
                  type="checkbox"
                  checked={!hidden.has(key)}
                  onChange={() =>
                    setHidden(
                      (now) => new Set(now.has(key) ? [...now].filter((other) => other !== key) : [...now, key]),
                    )
                  }
                />{' '}
                {name}
              </label>
            ))}
          </div>
        </details>
        <button
          type="button"
          aria-pressed={showsTable.value}
          title="The same rows as a table"
          onClick={() => (showsTable.value = !showsTable.value)}
        >
          Table
        </button>
      </div>
      {showsTable.value ? (
        <SequenceTable model={model} run={run} selection={selection} onSelect={select} />
      ) : (
        <div
          ref={scroller}
          class="sq-scroll"
          tabIndex={0}
          role="application"
          aria-label="Sequence diagram; arrow keys select a row, the table has the same rows"
          onScroll={({ currentTarget: box }) => {
            follows.current = box.scrollTop + box.clientHeight >= box.scrollHeight - 2 * rowHeight;
            redraw();
          }}
          onClick={(event) => select(rowUnder(event))}
          onDblClick={(event) => cursor.seek(model.current.rows[rowUnder(event)]?.lastSeq ?? cursor.seq.peek())}
          onKeyDown={onKeyDown}
        >
          <canvas ref={canvas} class="sq-canvas" onPointerMove={onPointerMove} />
          {isEmpty && (
            <p class="pane-empty">
              {streams === undefined
                ? 'No message has been told yet.'
                : streams.size === 0
                  ? 'No stream answers the query at this moment.'
                  : 'Nothing of these streams is kept.'}
            </p>
          )}
          <div ref={spacer} />
        </div>
      )}
      <p class="sq-said" aria-live="polite" title={said}>
        {said}
      </p>
    </div>
  );
}
