import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { sampleHeader } from '../visualizations/sample-run.js';
import { createLoad, recordsPerRound } from './load-records.js';
import { closed, stageFor, untilConnected, untilMoment, untilText } from './sample-page.js';

const streams = 5_000;
const recordsPerSecond = 50_000;
/** The command sends at most a thousand; these are whole rounds of streams. */
const recordsPerEvent = 166 * recordsPerRound;
const frameMsMax = 50;
/** For so long records come, at most. */
const secondsMax = 25;

interface FrameTimes {
  /** How much of the processor's time the thread of the page took for each frame, in milliseconds, the shortest first. */
  readonly processorMs: readonly number[];
  /** How long each frame took. On a machine that does other things too this tells of them, not of the page. */
  readonly wallMs: readonly number[];
}

/** The frames that the page draws in this time, twenty at least. The page calls `testFrame` at each. */
async function frameTimes(page: Page, forMs: number): Promise<FrameTimes> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('expected a page of a browser that was launched here');
  await browser.startTracing(page, { categories: ['blink.user_timing'] });
  // A text, since it runs in the page.
  await page.evaluate(`new Promise((resolve) => {
    const begin = performance.now();
    let frames = 0;
    requestAnimationFrame(function next(now) {
      performance.mark('test frame');
      void testFrame();
      frames += 1;
      if (now - begin < ${forMs} || frames <= 20) requestAnimationFrame(next);
      else resolve();
    });
  })`);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    // In microseconds, and in those that its thread had the processor.
    readonly traceEvents: readonly { readonly name: string; readonly ts: number; readonly tts?: number }[];
  };
  const frames = traceEvents.filter(({ name }) => name === 'test frame').sort((a, b) => a.ts - b.ts);
  const between = (timeOf: (frame: (typeof frames)[number]) => number): readonly number[] =>
    frames
      .slice(1)
      .map((frame, index) => (timeOf(frame) - timeOf(frames[index] ?? frame)) / 1_000)
      .sort((a, b) => a - b);
  return { processorMs: between(({ tts = Number.NaN }) => tts), wallMs: between(({ ts }) => ts) };
}

function percentile(sorted: readonly number[], part: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN);
}

describe('the page under load', () => {
  const stage = stageFor();

  it(`shows ${streams} streams with a p95 of ${frameMsMax} ms of the processor's time for a frame while ${recordsPerSecond} records a second come`, async () => {
    const load = createLoad(streams);
    // Made before they are sent, so that making them takes no time from the page.
    const events = Array.from({ length: Math.ceil((recordsPerSecond / recordsPerEvent) * secondsMax) }, (_, index) =>
      JSON.stringify(load.next(recordsPerEvent, (index * recordsPerEvent * 1_000) / recordsPerSecond)),
    );
    const page = await stage().open();
    // A machine that is busy with other things draws few frames: each has the records of its longest time, and no more.
    let recordsMax = 0;
    await page.exposeFunction('testFrame', () => {
      recordsMax += (frameMsMax * recordsPerSecond) / 1_000;
    });
    await untilConnected(stage());
    stage().send([sampleHeader, ...load.opening]);
    await untilMoment(page, load.opening.length);
    await page.locator('.grid-row').nth(3).click();

    const begin = performance.now();
    let sent = 0;
    const sender = setInterval(() => {
      const due = Math.min(((performance.now() - begin) / 1_000) * recordsPerSecond, recordsMax);
      for (; sent < events.length && (sent + 1) * recordsPerEvent <= due; sent += 1)
        stage().sendText(events[sent] ?? '');
    }, 10);
    let best = Infinity;
    try {
      for (
        let second = 1;
        second < secondsMax && (best >= frameMsMax || sent * recordsPerEvent < recordsPerSecond);
        second += 1
      ) {
        const { processorMs, wallMs } = await frameTimes(page, 1_000);
        const [p50, p95, worst] = [0.5, 0.95, 1].map((part) => percentile(processorMs, part));
        const wall = percentile(wallMs, 0.95);
        console.log(
          `      ${wallMs.length} frames: p50 ${p50} ms, p95 ${p95} ms, worst ${worst} ms; by the clock p95 ${wall} ms`,
        );
        // The first second has fewer records than the others.
        if (second > 1) best = Math.min(best, p95 ?? Infinity);
      }
    } finally {
      clearInterval(sender);
    }
    expect(best, 'p95 of the frames of the best second').to.be.below(frameMsMax);
    // The page has kept up with what was sent, and drew it.
    await untilMoment(page, load.opening.length + sent * recordsPerEvent);
    expect(sent * recordsPerEvent).to.be.at.least(recordsPerSecond);
    await untilText(page.locator('.streams-count'), /5\.0 k live/);
    await closed(page);
  });
});
