/**
 * The durations of the demo: as short as a busy machine bears, so that the death of a producer is told within three
 * seconds. The rules are those of PROTOCOL.md, Timing: T <= I, and S and O at least K * I + T. On a machine with ten times
 * the work that it can do, event loops stall for a second and more, which must not look like a death.
 */
export const demoTiming = {
  heartbeatIntervalMs: 500,
  heartbeatRequestTimeoutMs: 500,
  missedHeartbeatsMax: 4,
  silenceTimeoutMs: 2500,
  openTimeoutMs: 3000,
  cancellationBufferMs: 500,
};

/** Between the lines of a source without end. */
export const lineIntervalMs = 25;

/** A stream that has not ended by then has gone wrong. */
export const sceneTimeoutMs = 20_000;
