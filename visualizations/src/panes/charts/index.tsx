import { useComputed } from '@preact/signals';
import type uPlot from 'uplot';
import type { PaneProps } from '../../model/types.js';
import type { Palette } from '../drawing/palette.js';
import { durationText } from '../drawing/time-text.js';
import { useRunModel } from '../drawing/use-run-model.js';
import { useSampled } from '../drawing/use-sampled.js';
import { chartData, plotUnit, summaryOf } from './data.js';
import { Plot } from './plot.js';
import { Series } from './series.js';
import './charts.css';

/** uPlot's name for it is a type only, which is gone when the page runs. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const rightSide: uPlot.Axis.Side = 1;

/** How often the charts are drawn again. They show seconds, so more would show nothing new. */
const everyMs = 500;

function axis(palette: Palette, unit: string, scale?: string): uPlot.Axis {
  return {
    stroke: palette.muted,
    grid: { stroke: palette.line, width: 1, show: scale !== 'bytes' },
    ticks: { stroke: palette.line, width: 1 },
    font: `11px ${palette.mono}`,
    size: scale === undefined ? 32 : 62,
    ...(scale !== undefined && {
      scale,
      values: (_: uPlot, values: number[]) => values.map((value) => `${short(value)}${unit}`),
    }),
    ...(scale === undefined && { values: (_: uPlot, values: number[]) => values.map((value) => `${value}${unit}`) }),
    ...(scale === 'bytes' && { side: rightSide }),
  };
}

function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  return value >= 1e3 ? `${(value / 1e3).toFixed(value >= 1e4 ? 0 : 1)}k` : String(Math.round(value * 10) / 10);
}

/** How many records and bytes go by, and how long heartbeats take. A double click goes to the moment. */
export default function ChartsPane({ run, cursor, theme }: PaneProps) {
  const { unit } = run.header;
  const per = unit === 'ms' ? '/s' : '/tick';
  const { model: series, version } = useRunModel(run, Series);
  const data = useSampled(
    version,
    everyMs,
    () => chartData(series, unit, !run.growing.peek() || run.header.source !== 'live'),
    run.header.label,
  );
  const moment = useComputed(() =>
    cursor.live.value || cursor.seq.value < 0 ? undefined : cursor.now() / plotUnit(unit),
  ).value;
  const summary = summaryOf(data);
  const reasons = [
    ...(summary.most > 0 ? [] : ['No record has been read or written yet, as far as ends of streams are watched.']),
    ...(data.roundTrips[0].length > 0 ? [] : ['No heartbeat has been answered or lost yet.']),
  ];
  const pick = (time: number): void => cursor.seekTime(time * plotUnit(unit));
  const time = (value: number | undefined): string => (value === undefined ? '–' : durationText(value, unit));

  return (
    // What can be scrolled must be reached by the keyboard.
    <div class="ch" tabIndex={0} role="region" aria-label="Throughput and heartbeats">
      <dl class="ch-sums">
        <div>
          <dt>{`records${per} now`}</dt>
          <dd>{short(summary.now)}</dd>
        </div>
        <div>
          <dt>{`most records${per}`}</dt>
          <dd>{short(summary.most)}</dd>
        </div>
        <div>
          <dt>{`kB${per} now`}</dt>
          <dd>{short(summary.kilobytesNow)}</dd>
        </div>
        <div>
          <dt>heartbeat, median</dt>
          <dd>{time(summary.median)}</dd>
        </div>
        <div>
          <dt>heartbeat, slowest</dt>
          <dd>{time(summary.slowest)}</dd>
        </div>
        <div class={summary.lost > 0 ? 'bad' : ''}>
          <dt>heartbeats lost</dt>
          <dd>{summary.lost > 0 ? `✕ ${summary.lost}` : 0}</dd>
        </div>
      </dl>
      {reasons.length > 0 && <p class="pane-empty">{reasons.join(' ')}</p>}
      <div class="ch-plots">
        <Plot
          title={`Throughput, ${unit === 'ms' ? 'a second' : 'a tick'}`}
          data={data.throughput as unknown as uPlot.AlignedData}
          theme={theme}
          moment={moment}
          onPick={pick}
          scales={{ y: { range: fromZero }, bytes: { range: fromZero } }}
          series={(palette) => [
            {
              label: 'received',
              stroke: palette.states['active'] ?? palette.text,
              width: 2,
              scale: 'y',
              points: { show: false },
              fill: `color-mix(in srgb, ${palette.good} 12%, transparent)`,
            },
            {
              label: 'sent',
              stroke: palette.states['opening'] ?? palette.text,
              width: 1.5,
              dash: [6, 4],
              scale: 'y',
              points: { show: false },
            },
            {
              label: 'kB received',
              stroke: palette.other,
              width: 1.5,
              dash: [2, 3],
              scale: 'bytes',
              points: { show: false },
            },
          ]}
          axes={(palette) => [
            axis(palette, unit === 'ms' ? 's' : ''),
            axis(palette, '', 'y'),
            axis(palette, ' kB', 'bytes'),
          ]}
        />
        <Plot
          title="Heartbeat round trip"
          data={data.roundTrips as unknown as uPlot.AlignedData}
          theme={theme}
          moment={moment}
          onPick={pick}
          scales={{ y: { range: fromZero } }}
          series={(palette) => [
            {
              label: 'answered',
              stroke: palette.accent,
              width: 1,
              scale: 'y',
              points: { show: true, size: 5, fill: palette.accent },
              spanGaps: true,
            },
            {
              label: 'lost',
              stroke: palette.bad,
              width: 0,
              scale: 'y',
              points: { show: true, size: 9, width: 2, fill: palette.surface },
            },
          ]}
          axes={(palette) => [axis(palette, unit === 'ms' ? 's' : ''), axis(palette, unit === 'ms' ? ' ms' : '', 'y')]}
        />
      </div>
    </div>
  );
}

/** Rates and times begin at 0, with room above the highest. */
function fromZero(_: uPlot, __: number, most: number | null): [number, number] {
  return [0, Math.max(1, (most ?? 0) * 1.1)];
}
