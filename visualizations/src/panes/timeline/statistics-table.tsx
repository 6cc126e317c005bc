import { bytesText, durationText } from '../drawing/time-text.js';
import type { AreaStatistics } from './statistics.js';

export { areaStatistics } from './statistics.js';

/** What happened in the chosen area. */
export function StatisticsTable({
  statistics,
  unit,
  onClose,
}: {
  statistics: AreaStatistics;
  unit: 'ms' | 'tick';
  onClose: () => void;
}) {
  const { phases, timers, ends, steps, refused, records, bytes, messages, lost, duration, tracks } = statistics;
  const whole = phases.reduce((sum, { time }) => sum + time, 0);
  return (
    <section class="tl-area" aria-label="What happened in the chosen area">
      <div class="tl-sums">
        <strong>{`${durationText(duration, unit)} on ${tracks} ends`}</strong>
        <span>{`${steps} steps, ${refused} refused`}</span>
        <span>{`${records} records, ${bytesText(bytes)}`}</span>
        <span>{`${messages} messages sent, ${lost} lost`}</span>
        <button type="button" onClick={onClose} aria-label="Close the statistics">
          ✕
        </button>
      </div>
      <div class="tl-tables">
        <table>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Time</th>
              <th scope="col">Part</th>
              <th scope="col">Ends</th>
            </tr>
          </thead>
          <tbody>
            {phases.map(({ phase, time, tracks: on }) => (
              <tr key={phase}>
                <td>
                  <i class="tl-swatch" data-phase={phase} /> {phase}
                </td>
                <td>{durationText(time, unit)}</td>
                <td>{`${Math.round((100 * time) / Math.max(1e-9, whole))} %`}</td>
                <td>{on}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {timers.length > 0 && (
          <table>
            <thead>
              <tr>
                <th scope="col">Timer</th>
                <th scope="col">Started</th>
                <th scope="col">Fired</th>
              </tr>
            </thead>
            <tbody>
              {timers.map(({ delay, started, fired }) => (
                <tr key={delay}>
                  <td>{delay}</td>
                  <td>{started}</td>
                  <td>{fired}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {ends.length > 0 && (
          <table>
            <thead>
              <tr>
                <th scope="col">Ended</th>
                <th scope="col">Ends</th>
              </tr>
            </thead>
            <tbody>
              {ends.map(({ reason, count }) => (
                <tr key={reason}>
                  <td>{reason}</td>
                  <td>{count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}
