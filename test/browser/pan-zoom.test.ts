import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { closed, openRecording, stageFor, untilHolds } from './sample-page.js';

/** Where the chart is drawn, and how large. */
async function sight(page: Page): Promise<readonly [x: number, y: number, scale: number]> {
  const transform = (await page.locator('.sc-svg > g').first().getAttribute('transform')) ?? '';
  const [, x, y, scale] = /translate\(([-\d.e]+),\s*([-\d.e]+)\) scale\(([\d.e-]+)\)/.exec(transform) ?? [];
  return [Number(x), Number(y), Number(scale)];
}

describe('the statechart under a pointer', () => {
  const stage = stageFor();

  it('is dragged, and made larger by the wheel about the pointer, and a drag is no click', async () => {
    const page = await openRecording(stage(), { hash: '' });
    await page.locator('.sc-svg text').first().waitFor();
    const box = await page.locator('.sc-svg').boundingBox();
    const [left, top] = [(box?.x ?? 0) + 60, (box?.y ?? 0) + 80];
    await untilHolds(async () => expect((await sight(page))[2]).to.be.greaterThan(0));
    const [x, y, scale] = await sight(page);
    await page.evaluate(() => {
      document.querySelector('.sc-svg')?.addEventListener('click', () => (document.title = 'clicked'));
    });
    await page.mouse.move(left, top);
    await page.mouse.down();
    await page.mouse.move(left + 40, top + 25, { steps: 4 });
    await page.mouse.up();
    const dragged = await sight(page);
    expect([Math.round(dragged[0] - x), Math.round(dragged[1] - y), dragged[2]]).to.deep.equal([40, 25, scale]);
    expect(await page.title()).not.to.equal('clicked');
    await page.mouse.wheel(0, -200);
    await untilHolds(async () => expect((await sight(page))[2]).to.be.greaterThan(scale * 1.2));
    const larger = await sight(page);
    // What is under the pointer stays there.
    const under = ([ox, oy, k]: readonly [number, number, number]): readonly number[] =>
      [(100 - ox) / k, (105 - oy) / k].map((value) => Math.round(value));
    expect(under(larger)).to.deep.equal(under(dragged));
    await page.mouse.click(left, top);
    expect(await page.title()).to.equal('clicked');
    await page.getByRole('button', { name: 'Follow' }).first().click();
    await untilHolds(async () => expect((await sight(page))[2]).to.be.closeTo(scale, 0.01));
    await closed(page);
  });
});
