import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { goTo, openRecording, records, shownMoment, stageFor, untilHolds, untilMoment } from './sample-page.js';

describe('the page by the keyboard alone', () => {
  const stage = stageFor();
  let page: Page;

  before(async () => {
    page = await openRecording(stage());
  });

  it('selects a stream, and moves in time by records, steps and marks', async () => {
    const { keyboard } = page;
    await keyboard.press('1');
    await page.getByRole('grid', { name: 'Streams' }).focus();
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await page.locator('.grid-row[aria-selected=true]').waitFor();
    await keyboard.press(',');
    await untilMoment(page, records.length - 1);
    await keyboard.press('<');
    await untilMoment(page, records.length - 101);
    await keyboard.press('.');
    await untilMoment(page, records.length - 100);
    await keyboard.press('p');
    await untilHolds(async () => expect(await shownMoment(page)).to.be.lessThan(records.length - 100));
    await keyboard.press('[');
    await untilMoment(page, records.find(({ type }) => type === 'mark')?.seq ?? 0);
  });

  it('plays, pauses, and goes back to the newest moment', async () => {
    const { keyboard } = page;
    await goTo(page, 10);
    await keyboard.press(' ');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await keyboard.press(' ');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await keyboard.press('l');
    await untilMoment(page, records.length);
  });

  it('shows each pane, lets one fill the page, changes the colours, and shows all keys', async () => {
    const { keyboard } = page;
    for (const [key, title] of [
      ['2', 'Systems'],
      ['3', 'Statechart'],
      ['4', 'Details'],
      ['5', 'Sequence'],
      ['7', 'Charts'],
      ['8', 'Compare'],
      ['6', 'Timeline'],
    ] as const) {
      await keyboard.press(key);
      await page.locator(`[role=tab][aria-selected=true]:text-is("${title}")`).waitFor();
    }
    await keyboard.press('z');
    await page.waitForFunction(() => document.querySelectorAll('.area').length === 1);
    await keyboard.press('z');
    await page.waitForFunction(() => document.querySelectorAll('.area').length === 5);
    const theme = await page.locator('html').getAttribute('data-theme');
    await keyboard.press('t');
    await page.locator(`html:not([data-theme=${theme}])`).waitFor();
    await keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and queries' }).waitFor();
    await keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
  });

  it('moves the borders between the panes', async () => {
    const border = page.getByRole('separator', { name: 'Border between sequence and details' });
    const before = Number(await border.getAttribute('aria-valuenow'));
    await border.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await untilHolds(async () => expect(Number(await border.getAttribute('aria-valuenow'))).to.equal(before + 4));
  });
});
