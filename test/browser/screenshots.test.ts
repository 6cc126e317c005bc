import { expect } from 'chai';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { traceOrder } from '../support/order-run.js';
import { closed, openRecording, stageFor, untilHolds } from './sample-page.js';

/** For review; not kept with the sources. */
const folder = join(import.meta.dirname, 'screenshots');

const sizes = {
  1440: { width: 1440, height: 900 },
  1920: { width: 1920, height: 1080 },
  1024: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
} as const;

/** What is wrong with what a page shows: what is cut without a tooltip, and what of its bars lies over each other. */
async function flaws(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const isShown = (element: Element): boolean => element.getClientRects().length > 0;
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page is wider than its window');
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const { overflowX, textOverflow } = getComputedStyle(element);
      const isCut = overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1 && isShown(element);
      const isText = element.children.length === 0 || textOverflow === 'ellipsis';
      const hasTooltip = element.closest('[title]') !== null || element.querySelector('[title]') !== null;
      if (isCut && isText && !hasTooltip && !element.matches('.only-read')) {
        found.push(`cut: ${element.className} ${element.textContent.slice(0, 60)}`);
      }
    }
    for (const bar of document.querySelectorAll(
      '.header, .time-bar, .area-bar, .streams-bar, .tl-bar, .sq-bar, .sc-bar',
    )) {
      const children = [...bar.children]
        .filter(isShown)
        .map((child) => ({ child, box: child.getBoundingClientRect() }));
      const { right } = bar.getBoundingClientRect();
      for (const [place, { child, box }] of children.entries()) {
        if (box.right > right + 1) found.push(`beyond its bar: ${child.className} ${child.textContent.slice(0, 40)}`);
        for (const other of children.slice(place + 1)) {
          const [wide, high] = [
            Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left),
            Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top),
          ];
          if (wide > 1 && high > 1) found.push(`over each other: ${child.className} and ${other.child.className}`);
        }
      }
    }
    return found;
  });
}

describe('screenshots of the page', () => {
  const stage = stageFor();

  before(() => mkdirSync(folder, { recursive: true }));

  const shoot = async (page: Page, name: string): Promise<void> => {
    // What is drawn follows a change of size with the next frames.
    await untilHolds(async () => expect(await flaws(page), name).to.deep.equal([]));
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    // An empty page would be a few kilobytes.
    expect(statSync(path).size).to.be.greaterThan(20_000);
  };

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`show nothing cut and nothing over each other, at four widths, in ${colorScheme} colours`, async () => {
      const shootAll = async (page: Page, what: string): Promise<void> => {
        for (const [name, size] of Object.entries(sizes)) {
          await page.setViewportSize(size);
          await shoot(page, `${what}-${name}-${colorScheme}`);
        }
        await closed(page);
      };

      const simulation = await stage().open({ live: false, context: { colorScheme } });
      await simulation.locator('.sim').getByLabel('Speed').selectOption('50');
      await simulation.getByRole('button', { name: 'Go on' }).waitFor();
      // The last mark but two: the producer is dead, and nobody has been told.
      const moment = simulation.locator('.scrubber').getByRole('button', { name: 'It is gone' });
      await moment.dispatchEvent('click');
      await simulation.locator('.sim-caption').filter({ hasText: 'It is gone' }).waitFor();
      await shootAll(simulation, 'simulation');

      const incident = await openRecording(stage(), { hash: '', context: { colorScheme } });
      await incident.keyboard.press('s');
      await incident.keyboard.press('b');
      await incident.keyboard.type('reason:producerSilent');
      await incident.keyboard.press('Enter');
      await incident.locator('.broke').waitFor();
      await incident.locator('.sc-svg text').first().waitFor();
      await shootAll(incident, 'incident');

      const foreign = await stage().open({ live: false, hash: '#tool=simulation', context: { colorScheme } });
      const lines = (await traceOrder()).map((event) => `${JSON.stringify(event)}\n`);
      await foreign.setInputFiles('#open-file', {
        name: 'order.jsonl',
        mimeType: 'application/json',
        buffer: Buffer.from(lines.join('')),
      });
      await foreign.getByRole('status').filter({ hasText: 'complete' }).waitFor();
      await foreign.keyboard.press('s');
      await foreign.keyboard.press('2');
      await foreign.getByRole('treeitem', { level: 2 }).first().click();
      await foreign.locator('.sc-svg text').first().waitFor();
      await shootAll(foreign, 'foreign');

      const checker = await stage().open({ live: false, hash: '#tool=checker', context: { colorScheme } });
      await checker.getByRole('heading', { name: /^After 1\d steps/ }).waitFor();
      await checker.locator('.details section').first().waitFor();
      await shootAll(checker, 'counterexample');
    });
  }
});
