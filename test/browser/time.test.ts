import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createRandom } from '../../src/testing/doubles/random.js';
import type { PageStage } from '../support/page.js';
import { seed } from '../support/seed.js';
import { sampleHeader } from '../visualizations/sample-run.js';
import { closed, goTo, openRecording, records, stageFor, untilHolds, untilMoment } from './sample-page.js';

/** The page with the records up to a moment, and no others, as a recording. */
async function replayedTo(stage: PageStage, seq: number): Promise<Page> {
  const page = await stage.open({ live: false, hash: '#tool=simulation' });
  const lines = [sampleHeader, ...records.slice(0, seq)].map((record) => `${JSON.stringify(record)}\n`);
  const buffer = Buffer.from(lines.join(''));
  await page.setInputFiles('#open-file', { name: 'part.jsonl', mimeType: 'application/json', buffer });
  await untilMoment(page, seq);
  return page;
}

/** What the table, the tree and the details say. */
async function said(page: Page): Promise<readonly string[]> {
  const texts: string[] = [];
  // What is selected is scrolled to.
  await page.keyboard.press('x');
  for (const [key, place] of [
    ['2', '.tree-row'],
    ['1', '.grid-row'],
  ] as const) {
    await page.keyboard.press(key);
    await page.locator(place).first().waitFor();
    texts.push(...(await page.locator(place).allInnerTexts()));
  }
  await page.locator('.grid-row').first().click();
  await page.locator('.details .facts').first().waitFor();
  texts.push(...(await page.locator('.details section .facts, .details-state').allInnerTexts()));
  return texts;
}

describe('time on the page', () => {
  const stage = stageFor();

  it(`shows the same at a moment that is gone to as a replay to that moment (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const page = await openRecording(stage());
    for (const part of [0.85, 0.3]) {
      const moment = Math.floor(records.length * (part + 0.1 * random.next()));
      // Back and forth, so that the view at the moment comes from another one.
      await goTo(page, moment);
      const replay = await replayedTo(stage(), moment);
      await untilHolds(async () => expect(await said(page), `at record ${moment}`).to.deep.equal(await said(replay)));
      await closed(replay);
    }
    await closed(page);
  });

  it('plays a recording, and stops at the record that a query names', async () => {
    const page = await openRecording(stage());
    const reason = 'producerSilent';
    const expected = records.find((record) => record.type === 'end' && record.reason === reason)?.seq ?? 0;
    expect(expected).to.be.greaterThan(0);
    await page.getByLabel('Speed').selectOption('1000');
    await goTo(page, 1);
    await page.getByLabel('Break at').fill(`type:end reason:${reason}`);
    await page.getByRole('button', { name: 'Play' }).click();
    await untilMoment(page, expected);
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.getByLabel('Break at').fill('kind>3 nonsense:1');
    await page.getByRole('alert').filter({ hasText: 'nonsense' }).waitFor();
    await closed(page);
  });
});
