import { expect } from 'chai';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { closed, openRecording, stageFor } from './sample-page.js';

/** For review; not kept with the sources. */
const folder = join(import.meta.dirname, 'screenshots');

describe('screenshots of the page', () => {
  const stage = stageFor();

  before(() => mkdirSync(folder, { recursive: true }));

  const shoot = async (page: Page, name: string): Promise<void> => {
    const path = join(folder, `${name}.png`);
    await page.screenshot({ path });
    // An empty page would be a few kilobytes.
    expect(statSync(path).size).to.be.greaterThan(30_000);
  };

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`show the simulation, a recording and the checker in ${colorScheme} colours`, async () => {
      const simulation = await stage().open({ live: false, context: { colorScheme } });
      await simulation.locator('.sim').getByLabel('Speed').selectOption('50');
      await simulation.getByRole('button', { name: 'Go on' }).waitFor();
      // The last mark but two: the producer is dead, and nobody has been told.
      const moment = simulation.locator('.scrubber').getByRole('button', { name: 'It is gone' });
      await moment.dispatchEvent('click');
      await simulation.locator('.sim-caption').filter({ hasText: 'It is gone' }).waitFor();
      await shoot(simulation, `simulation-${colorScheme}`);
      await closed(simulation);

      const recording = await openRecording(stage(), { hash: '', context: { colorScheme } });
      await recording.keyboard.press('s');
      await recording.locator('.grid-row').nth(4).click();
      await recording.locator('.sc-svg text').first().waitFor();
      await shoot(recording, `recording-${colorScheme}`);
      await recording.keyboard.press('7');
      await recording.keyboard.press('2');
      await recording.locator('.u-legend').first().waitFor();
      await shoot(recording, `systems-and-charts-${colorScheme}`);
      await closed(recording);

      const checker = await stage().open({ live: false, hash: '#tool=checker', context: { colorScheme } });
      await checker.getByRole('heading', { name: /^After 1\d steps/ }).waitFor();
      await checker.locator('.details section').first().waitFor();
      await shoot(checker, `checker-${colorScheme}`);
      await closed(checker);
    });
  }
});
