import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { actorKey } from '../../model/keys.js';
import { answering } from '../../model/scope.js';
import type { PaneProps } from '../../model/types.js';
import { wallTime } from '../../model/wall-clock.js';
import { createHatching } from '../drawing/hatching.js';
import type { Palette } from '../drawing/palette.js';
import { useCanvas } from '../drawing/use-canvas.js';
import { useFrames } from '../drawing/use-frames.js';
import { useSampled } from '../drawing/use-sampled.js';
import { useRunModel } from '../drawing/use-run-model.js';
import { labelWidth, listTracks, pinnedHeight, timeScale, topHeight, trackHeight, type TrackList } from './geometry.js';
import { paintTimeline, type Area } from './paint.js';
import { TimelinePointer, type Sight } from './pointer.js';
import { TimelineBar } from './timeline-bar.js';
import { clamped, leastSpan, panned, zoomed, type TimeWindow } from './time-window.js';
import { isBadEnd, Tracks, type Track } from './tracks.js';
import './timeline.css';

const nothing: ReadonlySet<string> = new Set();
/** How much of the newest time is shown at first. */
const followed = { ms: 60_000, tick: 60 };

/** The states of every end of every stream, and of every other actor, over time. Keys as in Perfetto: W and S zoom, A and D pan. */
export default function TimelinePane({ run, view, cursor, selection, scope, theme }: PaneProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const spacer = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const unit = run.header.unit;
  /** The window that the user chose; undefined follows the newest time. */
  const chosen = useRef<TimeWindow>(undefined);
  /** Whether it is not people who have moved the window, but the cursor or the selection. */
  const wasMoved = useRef(false);
  /** The row that was brought into sight last. */
  const revealed = useRef('');
  const area = useRef<Area>(undefined);
  const hatching = useRef<{ palette: Palette; fill: ReturnType<typeof createHatching> }>(undefined);
  const said = useSignal('');
  const follows = useSignal(true);
  const [pinned, setPinned] = useState(nothing);
  const [statistics, setStatistics] = useState<ComponentChild>();
  const { model: tracks, version } = useRunModel(run, Tracks);
  const pointer = useMemo(() => new TimelinePointer(), [run]);

  const listed = useRef<{ list: TrackList; key: string }>(undefined);
  const list = (): TrackList => {
    const window = windowNow();
    const query = scope.query.value;
    // A window that goes on is another one for the list each twentieth of it; what answers a query changes with time.
    const step = (window.to - window.from) / 20;
    const [from, to] = [Math.floor(window.from / step), Math.ceil(window.to / step)];
    const moment = query === '' ? '' : `${cursor.live.peek() ? Math.floor(cursor.now() / 1_000) : cursor.seq.peek()}`;
    const key = [tracks.listVersion, query, [...pinned].join(' '), from, to, step, moment].join(' ');
    if (listed.current?.key !== key) {
      const streams = answering(scope, view.peek(), unit, cursor.now());
      const isBad = (track: Track): boolean => isBadEnd(tracks, track);
      listed.current = { key, list: listTracks(tracks.tracks, { pinned, query, streams, window, isBad }) };
    }
    return listed.current.list;
  };

  const whole = (): TimeWindow => ({
    from: run.firstAt,
    to: Math.max(run.firstAt + leastSpan[run.header.unit], run.lastAt, cursor.live.peek() ? cursor.now() : 0),
  });
  const windowNow = (): TimeWindow => {
    if (chosen.current !== undefined) return chosen.current;
    const { from, to } = whole();
    const isOver = !run.growing.peek() || run.header.source !== 'live';
    const width = isOver ? to - from : Math.min(followed[unit], Math.max(to - from, followed[unit] / 6));
    return { from: to - width, to: to + width * 0.04 };
  };
  const setWindow = (next: TimeWindow | undefined): void => {
    const { from, to } = whole();
    chosen.current = next === undefined ? undefined : clamped(next, from, to);
    follows.value = next === undefined;
    wasMoved.current = false;
    resize();
    redraw();
  };
  /** Brings a time into sight, at a part of the width, where it is not. */
  const reveal = (at: number, part: number): void => {
    const { from, to } = windowNow();
    if (at >= from && at <= from + (to - from) * 0.98) return;
    const start = at - (to - from) * part;
    setWindow({ from: start, to: start + to - from });
    wasMoved.current = true;
  };

  const { redraw } = useCanvas(canvas, theme, (picture) => {
    if (hatching.current?.palette !== picture.palette) {
      hatching.current = { palette: picture.palette, fill: createHatching(picture.palette) };
    }
    const { system, actor } = selection.value.peek();
    const window = windowNow();
    const scale = timeScale(window, picture.width);
    // What is drawn cannot be read from a canvas.
    canvas.current?.setAttribute('data-window', `${window.from} ${window.to}`);
    const { at, track } = pointer;
    const rows = list();
    paintTimeline(picture, {
      tracks,
      list: rows,
      window,
      whole: whole(),
      scrollTop: scroller.current?.scrollTop ?? 0,
      now: cursor.now(),
      isLive: cursor.live.peek(),
      selectedKey: system === undefined || actor === undefined ? undefined : actorKey(system, actor),
      hoveredKey: track?.key,
      hoveredAt: at === undefined || at.x < labelWidth ? undefined : scale.timeOf(at.x),
      pinned,
      area: area.current,
      unit,
      fill: hatching.current.fill,
      ...scale,
    });
  });

  /** Brings the row of what is selected into sight, once it is there. */
  const scrollToSelected = (): void => {
    const { system, actor } = selection.value.peek();
    const box = scroller.current;
    const key = actorKey(system ?? '', actor ?? '');
    const at = list().others.findIndex((track) => track.key === key);
    if (box === null || at < 0 || revealed.current === key) return;
    revealed.current = key;
    const room = box.clientHeight - topHeight - pinnedHeight(list());
    const top = at * trackHeight;
    if (top < box.scrollTop || top > box.scrollTop + room - trackHeight) box.scrollTop = Math.max(0, top - room / 2);
  };
  const resize = (): void => {
    const rows = list();
    const height =
      topHeight + pinnedHeight(rows) + rows.others.length * trackHeight + 8 - (scroller.current?.clientHeight ?? 0);
    if (spacer.current !== null) spacer.current.style.height = `${Math.max(0, height)}px`;
    scrollToSelected();
  };
  useEffect(
    () =>
      version.subscribe(() => {
        resize();
        redraw();
      }),
    [version, tracks, pinned],
  );
  useEffect(
    () =>
      view.subscribe(() => {
        // The window follows the cursor, and goes back to the newest time with it.
        if (!cursor.live.peek()) reveal(cursor.now(), cursor.playing.peek() ? 0.1 : 0.5);
        else if (wasMoved.current) setWindow(undefined);
        redraw();
      }),
    [view],
  );
  useEffect(() => {
    resize();
    redraw();
  }, [pinned, scope.query.value, statistics]);
  useEffect(
    () =>
      selection.value.subscribe(({ system, actor }) => {
        const track = tracks.byKey.get(actorKey(system ?? '', actor ?? ''));
        if (
          track !== undefined &&
          (track.startedAt > windowNow().to || (track.endedAt ?? Infinity) < windowNow().from)
        ) {
          reveal(track.startedAt, 0.1);
        }
        scrollToSelected();
        redraw();
      }),
    [selection, tracks],
  );
  // Between two records time goes on, and the bands of what lives grow with it.
  const isMoving = useComputed(() => cursor.live.value || cursor.playing.value).value && run.header.source === 'live';
  useFrames(isMoving, redraw, theme.value.reducedMotion ? 1_000 : 100);

  const place = (event: MouseEvent): { x: number; y: number } => {
    const box = canvas.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  };
  const selectTrack = ({ system, actor, stream }: Track): void =>
    selection.select({ system, actor, ...(stream !== undefined && { stream }) });
  const pin = (key: string): void => {
    setPinned((now) => new Set(now.has(key) ? [...now].filter((other) => other !== key) : [...now, key]));
  };
  const sight: Sight = {
    unit,
    window: windowNow,
    whole,
    list,
    flags: () => tracks.flags,
    wallTime: (at) => wallTime(run.header, at),
    isUnheard: (system, at) =>
      tracks.unheard.get(system)?.some(({ from, to }) => from <= at && at < (to ?? Infinity)) === true,
    width: () => canvas.current?.clientWidth ?? 1,
    scrollTop: () => scroller.current?.scrollTop ?? 0,
    setWindow,
    select: selectTrack,
    pin,
    setArea: (next, isDone) => {
      area.current = next;
      if (isDone) void sumUp(next);
      redraw();
    },
  };
  pointer.sight = sight;
  const onPointerMove = (event: PointerEvent): void => {
    pointer.move(place(event));
    said.value = pointer.words();
    // Names are cut where they are too long.
    if (canvas.current !== null) canvas.current.title = pointer.labelWords();
    redraw();
  };
  const onWheel = (event: WheelEvent): void => {
    if (pointer.wheel(place(event), event)) event.preventDefault();
  };
  useEffect(() => {
    const box = scroller.current;
    // Preact's listeners of wheels are passive, and this one must keep the page from zooming.
    box?.addEventListener('wheel', onWheel, { passive: false });
    return () => box?.removeEventListener('wheel', onWheel);
  });

  const sumUp = async ({ tracks: within, from, to }: Area): Promise<void> => {
    const { areaStatistics, StatisticsTable } = await import('./statistics-table.js');
    setStatistics(
      <StatisticsTable statistics={areaStatistics(run, within, from, to)} unit={unit} onClose={closeArea} />,
    );
  };
  const closeArea = (): void => {
    area.current = undefined;
    setStatistics(undefined);
    redraw();
  };
  const moveSelection = (by: number): void => {
    const { pinned: top, others } = list();
    const all = [...top, ...others];
    const { system, actor } = selection.value.peek();
    const at =
      system === undefined || actor === undefined ? -1 : all.findIndex(({ key }) => key === actorKey(system, actor));
    const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
    if (next !== undefined) selectTrack(next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { system, actor } = selection.value.peek();
    const acts: Readonly<Record<string, () => void>> = {
      w: () => setWindow(zoomed(windowNow(), 0.7, pointer.pivot, unit)),
      s: () => setWindow(zoomed(windowNow(), 1 / 0.7, pointer.pivot, unit)),
      a: () => setWindow(panned(windowNow(), -0.2)),
      d: () => setWindow(panned(windowNow(), 0.2)),
      ArrowLeft: () => setWindow(panned(windowNow(), -0.1)),
      ArrowRight: () => setWindow(panned(windowNow(), 0.1)),
      ArrowDown: () => moveSelection(1),
      ArrowUp: () => moveSelection(-1),
      ...(system !== undefined && actor !== undefined && { p: () => pin(actorKey(system, actor)) }),
      '0': () => setWindow(undefined),
      ...(area.current !== undefined && { Escape: closeArea }),
    };
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  /** Why there is nothing to see. */
  const reason = useSampled(
    view,
    500,
    () => {
      if (list().pinned.length + list().others.length > 0) return '';
      if (tracks.byKey.size === 0) return 'No stream and no actor has been told yet.';
      return scope.query.peek() === ''
        ? 'Nothing lives within this stretch of time.'
        : 'Nothing within this stretch of time answers the query.';
    },
    scope.query.value,
  );

  return (
    <div class="tl">
      <TimelineBar
        query={scope.query}
        follows={follows}
        onZoom={(factor) => setWindow(zoomed(windowNow(), factor, 0.5, unit))}
        onAll={() => setWindow(whole())}
        onFollow={() => setWindow(undefined)}
      />
      <div
        ref={scroller}
        class="tl-scroll"
        tabIndex={0}
        role="application"
        aria-label="Timeline of the ends of streams and of other actors. W and S zoom, A and D move in time, up and down select, P pins."
        onScroll={redraw}
        onKeyDown={onKeyDown}
      >
        <canvas
          ref={canvas}
          class="tl-canvas"
          onPointerDown={(event) => {
            if (event.button > 1) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            pointer.down(place(event), event.button, event.shiftKey);
          }}
          onPointerMove={onPointerMove}
          onPointerUp={(event) => {
            pointer.up(place(event));
            redraw();
          }}
          onPointerLeave={() => {
            pointer.at = undefined;
            redraw();
          }}
          onDblClick={(event) => cursor.seekTime(pointer.timeAt(place(event).x))}
        />
        <div ref={spacer} />
      </div>
      {statistics}
      {reason !== '' && <p class="pane-empty">{reason}</p>}
      <p class="tl-said" title={said}>
        {said.value || 'W S zoom · A D move · drag for statistics · double click goes to a moment · P pins'}
      </p>
    </div>
  );
}
