import { expect } from 'chai';
import { sampleHeader } from '../visualizations/sample-run.js';
import {
  closed,
  goTo,
  openRecording,
  records,
  stageFor,
  untilConnected,
  untilHolds,
  untilMoment,
} from './sample-page.js';

describe('finding something on the page', () => {
  const stage = stageFor();

  it('begins with the streams that need a look, and shows those alone when asked', async () => {
    const page = await openRecording(stage());
    const first = page.locator('.grid-row').first();
    await first.locator('.anomaly').waitFor();
    const button = page.getByRole('button', { name: / to look at$/ });
    await button.click();
    await untilHolds(async () => {
      const count = Number.parseInt((await button.textContent()) ?? '', 10);
      expect(count).to.be.greaterThan(0);
      expect(await page.locator('.streams-count').textContent()).to.include(`${count} of 120`);
      expect(await page.locator('.grid-row:not(:has(.anomaly))').count()).to.equal(0);
    });
    await closed(page);
  });

  it('sorts by a column, filters by a query, and says what is wrong with one', async () => {
    const page = await openRecording(stage());
    await page.getByRole('columnheader', { name: 'Records' }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'Records' }).and(page.locator('[aria-sort=descending]')).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('reason:slowReader');
    await untilHolds(async () => {
      expect(await page.locator('.streams-count').textContent()).to.match(/ of 120/);
      const reasons = await page.locator('.grid-row [data-column=reason]').allTextContents();
      expect([...new Set(reasons)]).to.deep.equal(['slowReader']);
    });
    await page.getByLabel('Query over streams').fill('stat:active');
    await page.getByRole('alert').filter({ hasText: 'expected one of state, subject' }).waitFor();
    await closed(page);
  });

  it('selects a stream in all panes, and a link leads to the same moment and stream', async () => {
    const page = await openRecording(stage());
    await page.locator('.grid-row').nth(2).click();
    await page.getByRole('heading', { name: /dashboard/ }).waitFor();
    const moment = Math.floor(records.length * 0.9);
    await page.waitForFunction(() => location.hash.includes('stream='));
    await goTo(page, moment);
    await page.waitForFunction((seq) => location.hash.includes(`at=${seq}`), moment);
    const { hash } = new URL(page.url());
    const stream = new URLSearchParams(hash.slice(1)).get('stream') ?? '';
    expect(stream).to.match(/^s\d+/);
    await page.locator('.details .facts').first().filter({ hasText: stream }).waitFor();
    await page
      .locator('.sq-bar')
      .getByRole('button', { name: `Only ${stream}` })
      .waitFor();
    await closed(page);

    const again = await stage().open({ hash: hash.replace(/&?tool=[^&]*/, '') });
    await untilConnected(stage());
    stage().send([sampleHeader, ...records]);
    await untilMoment(again, moment);
    await again.locator('.details .facts').first().filter({ hasText: stream }).waitFor();
    await closed(again);
  });
});
