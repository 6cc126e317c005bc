import { momentText } from '../drawing/time-text.js';
import { labelWidth, minimapHeight, timeScale, topHeight, trackAt, trackHeight, type TrackList } from './geometry.js';
import type { Area } from './paint.js';
import { panned, zoomed, type TimeWindow } from './time-window.js';
import { segmentAt, type Flag, type Track } from './tracks.js';

/** A press that moves less is a click. */
const clickPixels = 4;
/** A flag is meant within so many pixels. */
const flagPixels = 5;
/** Where the signs that pin tracks are. */
const pinWidth = 18;

/** What a pointer moves over, and what it can do. Lengths are pixels of the canvas. */
export interface Sight {
  readonly unit: 'ms' | 'tick';
  /** What the clock on the wall showed, where the run has one. */
  readonly wallTime?: (at: number) => string | undefined;
  readonly window: () => TimeWindow;
  readonly whole: () => TimeWindow;
  readonly list: () => TrackList;
  readonly flags: () => readonly Flag[];
  /** Whether nothing was heard of a system at this time. */
  readonly isUnheard?: (system: string, at: number) => boolean;
  readonly width: () => number;
  readonly scrollTop: () => number;
  readonly setWindow: (window: TimeWindow) => void;
  readonly select: (track: Track) => void;
  readonly pin: (key: string) => void;
  /** An area is being chosen; `isDone` when the press is over. */
  readonly setArea: (area: Area, isDone: boolean) => void;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What presses, moves and turns of the wheel mean on the timeline. */
export class TimelinePointer {
  /** Where the pointer is; undefined while it is elsewhere. */
  at: Place | undefined;
  /** Set with each picture of the pane, before anything can be pressed. */
  sight!: Sight;
  #drag: { readonly from: Place; readonly kind: 'area' | 'pan' | 'minimap'; moved: boolean } | undefined;

  /** Where the pointer is within the window, from 0 to 1; the middle where it is elsewhere. */
  get pivot(): number {
    return this.at === undefined ? 0.5 : Math.min(1, Math.max(0, (this.at.x - labelWidth) / this.#room));
  }

  get track(): Track | undefined {
    return this.at === undefined ? undefined : this.#trackAt(this.at.y);
  }

  timeAt(x: number): number {
    return timeScale(this.sight.window(), this.sight.width()).timeOf(x);
  }

  down(at: Place, button: number, hasShift: boolean): void {
    const kind = at.y < minimapHeight ? 'minimap' : button === 1 || hasShift || at.x < labelWidth ? 'pan' : 'area';
    this.#drag = { from: at, kind, moved: false };
    if (kind === 'minimap') this.#toMinimap(at.x);
  }

  move(at: Place): void {
    const before = this.at ?? at;
    this.at = at;
    const drag = this.#drag;
    if (drag === undefined) return;
    drag.moved ||= Math.hypot(at.x - drag.from.x, at.y - drag.from.y) > clickPixels;
    if (drag.kind === 'minimap') this.#toMinimap(at.x);
    else if (!drag.moved) return;
    else if (drag.kind === 'area') this.sight.setArea(this.#area(drag.from, at), false);
    else if (drag.from.x >= labelWidth)
      this.sight.setWindow(panned(this.sight.window(), (before.x - at.x) / this.#room));
  }

  up(at: Place): void {
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag === undefined || drag.kind === 'minimap') return;
    const track = this.#trackAt(at.y);
    if (drag.moved) {
      if (drag.kind === 'area') this.sight.setArea(this.#area(drag.from, at), true);
    } else if (track !== undefined) {
      if (at.x < pinWidth) this.sight.pin(track.key);
      else this.sight.select(track);
    }
  }

  /** True where the wheel was for the timeline: with Ctrl it zooms, with Shift it pans, alone it scrolls as ever. */
  wheel(at: Place, event: Pick<WheelEvent, 'deltaX' | 'deltaY' | 'ctrlKey' | 'metaKey' | 'shiftKey'>): boolean {
    this.at = at;
    const { window, unit, setWindow } = this.sight;
    if (event.ctrlKey || event.metaKey) setWindow(zoomed(window(), Math.exp(event.deltaY / 300), this.pivot, unit));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      setWindow(panned(window(), (event.deltaX === 0 ? event.deltaY : event.deltaX) / 800));
    } else return false;
    return true;
  }

  /** What the pointer is on, in words. */
  words(): string {
    if (this.at === undefined) return '';
    const { x } = this.at;
    const { track } = this;
    const { unit, window, width, flags } = this.sight;
    const { xOf, timeOf } = timeScale(window(), width());
    const time = timeOf(x);
    const isOver = track?.endedAt !== undefined && time > track.endedAt;
    const isUnheard = track !== undefined && !isOver && this.sight.isUnheard?.(track.system, time) === true;
    const state = isOver
      ? `ended ${track.reason ?? track.how ?? ''}`
      : track?.segments[segmentAt(track.segments, time)]?.state;
    const flag = flags().find((candidate) => Math.abs(xOf(candidate.at) - x) < flagPixels);
    const parts = [
      x < labelWidth
        ? ''
        : [momentText(time, unit), this.sight.wallTime?.(time)].filter((text) => text !== undefined).join(' · '),
      track === undefined ? '' : `${track.stream === undefined ? track.name : track.subject} at ${track.system}`,
      state ?? '',
      isUnheard ? 'not heard' : '',
      flag?.text ?? '',
    ];
    return parts.filter((part) => part !== '').join(' · ');
  }

  /** What stands before the track under the pointer, whole. */
  labelWords(): string {
    const { track } = this;
    if (this.at === undefined || this.at.x >= labelWidth || track === undefined) return '';
    return track.stream === undefined
      ? `${track.name}, ${track.system}`
      : `${track.subject}, stream ${track.stream}, ${track.system}`;
  }

  get #room(): number {
    return Math.max(1, this.sight.width() - labelWidth);
  }

  #trackAt(y: number): Track | undefined {
    return trackAt(this.sight.list(), y, this.sight.scrollTop());
  }

  /** Puts the middle of the window where the minimap was pressed. */
  #toMinimap(x: number): void {
    const { whole, window, setWindow } = this.sight;
    const { from, to } = whole();
    const shown = window();
    const half = (shown.to - shown.from) / 2;
    const at = from + ((x - labelWidth) / this.#room) * (to - from);
    setWindow({ from: at - half, to: at + half });
  }

  #area(from: Place, to: Place): Area {
    const { pinned, others } = this.sight.list();
    const all = [...pinned, ...others];
    const first = this.#trackAt(Math.max(topHeight, Math.min(from.y, to.y)));
    const last = this.#trackAt(Math.max(from.y, to.y));
    const start = first === undefined ? Math.floor(this.sight.scrollTop() / trackHeight) : all.indexOf(first);
    const end = last === undefined ? all.length - 1 : all.indexOf(last);
    return {
      from: this.timeAt(Math.max(labelWidth, Math.min(from.x, to.x))),
      to: this.timeAt(Math.max(labelWidth, from.x, to.x)),
      tracks: all.slice(Math.max(0, start), end + 1),
    };
  }
}
