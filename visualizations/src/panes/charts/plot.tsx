import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Theme } from '../../model/types.js';
import { readPalette, type Palette } from '../drawing/palette.js';

export interface PlotProps {
  readonly title: string;
  /** New columns make a new picture; the plot takes them at most a few times a second. */
  readonly data: uPlot.AlignedData;
  readonly series: (palette: Palette) => readonly uPlot.Series[];
  readonly axes: (palette: Palette) => readonly uPlot.Axis[];
  readonly scales?: uPlot.Scales;
  readonly theme: ReadonlySignal<Theme>;
  /** Where the moment that is shown is, on the axis of time; undefined for none. */
  readonly moment: number | undefined;
  readonly onPick: (time: number) => void;
}

/** A uPlot chart in the colours of the page, as large as its box. */
export function Plot({ title, data, series, axes, scales, theme, moment, onPick }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef({ data, moment, onPick });
  latest.current = { data, moment, onPick };
  const { dark } = theme.value;

  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const palette = readPalette(element);
    const made = new uPlot(
      {
        title,
        ...sizeOf(element),
        series: [{ label: 'time', value: (_, at) => (Number.isFinite(at) ? at.toFixed(1) : '') }, ...series(palette)],
        axes: [...axes(palette)],
        scales: { x: { time: false }, ...scales },
        cursor: { sync: { key: 'nats-stream-charts' }, drag: { x: true, y: false } },
        hooks: { draw: [(self) => drawMoment(self, latest.current.moment, palette)] },
      },
      latest.current.data,
      element,
    );
    plot.current = made;
    made.over.addEventListener('dblclick', () => {
      const left = made.cursor.left ?? -1;
      if (left >= 0) latest.current.onPick(made.posToVal(left, 'x'));
    });
    const resized = new ResizeObserver(() => made.setSize(sizeOf(element)));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [dark]);

  useEffect(() => plot.current?.setData(data), [data]);
  useEffect(() => plot.current?.redraw(false), [moment]);
  return <div ref={box} class="ch-plot" />;
}

/** The title and the legend take their part of the box. */
function sizeOf(element: Element): { width: number; height: number } {
  return { width: Math.max(120, element.clientWidth), height: Math.max(80, element.clientHeight - 62) };
}

function drawMoment(self: uPlot, moment: number | undefined, palette: Palette): void {
  if (moment === undefined) return;
  const x = self.valToPos(moment, 'x', true);
  const { left, top, width, height } = self.bbox;
  if (x < left || x > left + width) return;
  self.ctx.save();
  self.ctx.setLineDash([]);
  self.ctx.strokeStyle = palette.accent;
  self.ctx.lineWidth = window.devicePixelRatio * 1.5;
  self.ctx.beginPath();
  self.ctx.moveTo(x, top);
  self.ctx.lineTo(x, top + height);
  self.ctx.stroke();
  self.ctx.restore();
}
