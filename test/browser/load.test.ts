import { expect } from 'chai';
import { sampleHeader } from '../visualizations/sample-run.js';
import { createLoad, recordsPerRound } from './load-records.js';
import { closed, stageFor, untilConnected, untilMoment, untilText } from './sample-page.js';

/** The command sends at most a thousand events at once; these are whole rounds of streams. */
const eventsPerText = 166 * recordsPerRound;
const texts = 50;

/** What a page does to its document while events of busy streams come. */
interface Drawing {
  /** How many changes it made at the most at once. */
  readonly changesMax: number;
  /** The elements of the document, when all of it is shown. */
  readonly elements: number;
}

declare global {
  interface Window {
    testDraws?: number[];
  }
}

describe('the page under load', () => {
  const stage = stageFor();

  /** Shows so many busy streams, with one of them in the statechart. */
  async function draw(streams: number): Promise<Drawing> {
    const load = createLoad(streams);
    const page = await stage().open();
    await untilConnected(stage());
    stage().send([sampleHeader, ...load.opening]);
    await untilMoment(page, load.opening.length);
    await page.locator('.grid-row').nth(3).click();
    await untilText(page.locator('.streams-count'), /live/);
    await page.evaluate(() => {
      const draws: number[] = [];
      window.testDraws = draws;
      const everything = { subtree: true, childList: true, attributes: true, characterData: true };
      new MutationObserver((changes) => draws.push(changes.length)).observe(document, everything);
    });
    for (let sent = 0; sent < texts; sent += 1) stage().sendText(JSON.stringify(load.next(eventsPerText, sent * 20)));
    await untilMoment(page, load.opening.length + texts * eventsPerText);
    await untilText(page.locator('.streams-count'), / live$/);
    const drawn = await page.evaluate(() => ({
      draws: window.testDraws ?? [],
      elements: document.querySelectorAll('*').length,
    }));
    await closed(page);
    return { changesMax: Math.max(...drawn.draws), elements: drawn.elements };
  }

  it('draws no more of 5,000 streams than of 500, however many events come', async () => {
    const [few, many] = [await draw(500), await draw(5_000)];
    console.log(
      `      ${[few, many].map((of) => `${of.elements} elements, ${of.changesMax} changes at once`).join('; ')}`,
    );
    expect(many.elements).to.be.within(500, few.elements * 1.1);
    expect(few.changesMax).to.be.within(1, 500);
    expect(many.changesMax).to.be.within(1, 500);
  });
});
