import { expect } from 'chai';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { closed, openRecording, stageFor } from './sample-page.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Runs in the page. */
async function seriousBreaches(): Promise<string[]> {
  const { axe } = globalThis as unknown as {
    axe: {
      run(): Promise<{
        violations: { id: string; impact?: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
      }>;
    };
  };
  const { violations } = await axe.run();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 5).map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.slice(0, 160) ?? ''}`),
    );
}

describe('the page for everybody', () => {
  const stage = stageFor();

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe-core finds serious, in ${colorScheme} colours`, async () => {
      // The policy of the page forbids foreign scripts, the one that examines it included.
      const page = await openRecording(stage(), { hash: '', context: { colorScheme, bypassCSP: true } });
      await page.locator('.grid-row').first().click();
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      await page.addScriptTag({ content: axe });
      // The simulation is beside the panes until its key is pressed.
      await page.locator('.sim').waitFor();
      const found: string[] = [];
      for (const [keys, shown] of [
        ['16', '.sc-svg'],
        ['27', '.u-legend'],
        ['8s', 'text=Two runs beside each other'],
        ['c', '.checker :text("Every state explored")'],
        ['?', 'dialog'],
      ] as const) {
        for (const key of keys) await page.keyboard.press(key);
        await page.locator(shown).first().waitFor();
        found.push(...(await page.evaluate(seriousBreaches)));
        expect(await page.locator('.pane-empty[role=alert]').count()).to.equal(0);
      }
      expect([...new Set(found)]).to.deep.equal([]);
      await closed(page);
    });
  }

  it('moves nothing by itself where motion is to be reduced', async () => {
    const page = await openRecording(stage(), { context: { reducedMotion: 'reduce' } });
    await page.locator('.grid-row').first().click();
    await page.locator('.sc-svg').waitFor();
    const moving = await page.evaluate(() => document.getAnimations().length);
    expect(moving).to.equal(0);
    await closed(page);
  });

  it('has its panes below each other in a narrow window, and all of them in reach', async () => {
    const page = await openRecording(stage(), { context: { viewport: { width: 700, height: 900 } } });
    const boxes = await page
      .locator('.area')
      .evaluateAll((areas) =>
        areas.map((area) => area.getBoundingClientRect()).map(({ left, right }) => ({ left, right })),
      );
    expect(boxes).to.have.lengthOf(5);
    for (const { left, right } of boxes) {
      expect(left).to.be.at.least(0);
      expect(right).to.be.at.most(700);
    }
    await page.locator('.area').last().scrollIntoViewIfNeeded();
    await closed(page);
  });
});
