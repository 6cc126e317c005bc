/**
 * The durations of the demo: as short as a busy machine bears, so that the death of a producer is told within two
 * seconds. The rules are those of PROTOCOL.md, Timing: T <= I, and S and O at least K * I + T.
 */
export const demoTiming = {
  heartbeatIntervalMs: 500,
  heartbeatRequestTimeoutMs: 250,
  missedHeartbeatsMax: 2,
  silenceTimeoutMs: 1500,
  openTimeoutMs: 3000,
  cancellationBufferMs: 500,
};

/** Between the lines of a source without end. */
export const lineIntervalMs = 25;

/** A stream that has not ended by then has gone wrong. */
export const sceneTimeoutMs = 20_000;
