/**
 * How much of the processor's time the thread of the page takes for a frame while many streams are busy: the best second
 * of some, since a machine that does other things too draws few frames, each with more to show.
 */
import type { Page } from 'playwright-core';
import { createLoad, recordsPerRound } from '../browser/load-records.js';
import { closed, untilConnected, untilMoment } from '../browser/sample-page.js';
import { setStage } from '../support/page.js';
import { sampleHeader } from '../visualizations/sample-run.js';

const streams = 5_000;
const eventsPerSecond = 50_000;
/** The command sends at most a thousand; these are whole rounds of streams. */
const eventsPerText = 166 * recordsPerRound;
/** The longest frame for which a frame's share of the events comes: the load waits for a page that is slower. */
const frameMsMax = 50;
const seconds = 10;

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

const load = createLoad(streams);
// Made before they are sent, so that making them takes no time from the page.
const texts = Array.from({ length: Math.ceil((eventsPerSecond / eventsPerText) * seconds) }, (_, index) =>
  JSON.stringify(load.next(eventsPerText, (index * eventsPerText * 1_000) / eventsPerSecond)),
);
const stage = await setStage();
const page = await stage.open();
let eventsMax = 0;
await page.exposeFunction('testFrame', () => {
  eventsMax += (frameMsMax * eventsPerSecond) / 1_000;
});
await untilConnected(stage);
stage.send([sampleHeader, ...load.opening]);
await untilMoment(page, load.opening.length);
await page.locator('.grid-row').nth(3).click();

const begin = performance.now();
let sent = 0;
const sender = setInterval(() => {
  const due = Math.min(((performance.now() - begin) / 1_000) * eventsPerSecond, eventsMax);
  for (; sent < texts.length && (sent + 1) * eventsPerText <= due; sent += 1) stage.sendText(texts[sent] ?? '');
}, 10);
console.log(`${streams} streams, ${eventsPerSecond} events a second; milliseconds of the processor for a frame`);
for (let second = 1; second <= seconds; second += 1) {
  const { processorMs, wallMs } = await frameTimes(page, 1_000);
  const [p50, p95, worst] = [0.5, 0.95, 1].map((part) => percentile(processorMs, part));
  const byClock = percentile(wallMs, 0.95);
  console.log(`${wallMs.length} frames: p50 ${p50}, p95 ${p95}, worst ${worst}; by the clock p95 ${byClock}`);
}
clearInterval(sender);
await untilMoment(page, load.opening.length + sent * eventsPerText);
console.log(`${sent * eventsPerText} events shown`);
await closed(page);
await stage.close();
