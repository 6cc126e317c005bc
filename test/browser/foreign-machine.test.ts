import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { TraceEvent } from '../../src/tracing/index.js';
import { traceOrder } from '../support/order-run.js';
import { closed, stageFor, untilConnected, untilHolds, untilText } from './sample-page.js';

/** For review; not kept with the sources. */
const folder = join(import.meta.dirname, 'screenshots');

/** The states and the chart as they are seen: where the pane is, the whole chart, and each innermost active state. */
interface Seen {
  readonly scale: number;
  readonly isWholeInSight: boolean;
  /** The innermost active states that are wholly in sight. */
  readonly activeInSight: readonly string[];
}

function seen(page: Page): Promise<Seen> {
  return page.evaluate(() => {
    const pane = document.querySelector('.sc-svg')!.getBoundingClientRect();
    const isIn = (element: Element): boolean => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return left >= pane.left - 1 && top >= pane.top - 1 && right <= pane.right + 1 && bottom <= pane.bottom + 1;
    };
    const active = [...document.querySelectorAll('.sc-state.sc-active')];
    const ids = active.map((state) => state.getAttribute('data-state') ?? '');
    const inner = active.filter((_, at) => !ids.some((id) => id.startsWith(`${ids[at]}.`)));
    return {
      scale: Number(
        /scale\(([\d.]+)\)/.exec(document.querySelector('.sc-svg > g')?.getAttribute('transform') ?? '')?.[1],
      ),
      isWholeInSight: isIn(document.querySelector('[data-state="order"] > .sc-box')!),
      activeInSight: inner
        .filter((state) => isIn(state.querySelector('.sc-box')!))
        .map((state) => state.getAttribute('data-state') ?? ''),
    };
  });
}

describe('a machine that has nothing to do with streams, on the page', () => {
  const stage = stageFor();
  let events: readonly TraceEvent[];
  before(async () => {
    mkdirSync(folder, { recursive: true });
    events = await traceOrder();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`is drawn, followed and fitted at 1440 pixels, with a row of its own and a lifeline for each actor, in ${colorScheme} colours`, async () => {
      const page = await stage().open({ context: { viewport: { width: 1440, height: 900 }, colorScheme } });
      await untilConnected(stage());
      stage().send(events);
      await untilText(page.locator('.pane[data-pane=streams]'), /6 actors stand under Systems/);
      await page.locator('#tab-tree').click();
      await page.locator('.tree-row').filter({ hasText: 'fulfilling' }).click();
      const chart = page.locator('.sc-svg');
      await chart.locator('[data-state="order.fulfilling"]').waitFor();

      // What it holds is there, in the words of the notation.
      expect(await chart.locator('.sc-history').allTextContents()).to.satisfy((texts: readonly string[]) =>
        [/^order\.paying\.lastStep.*H\*lastStep$/s, /lastPlace.*HlastPlace$/s].every((text) =>
          texts.some((found) => text.test(found)),
        ),
      );
      const words = (await chart.locator('text').allTextContents()).join('\n');
      expect(words).not.to.include('xstate');
      for (const word of [
        'onDone',
        'onError (chargeCard)',
        'after 200 ms',
        'always',
        'invoke / carrier',
        'exit / unlock',
      ])
        expect(words).to.include(word);
      expect(await chart.locator('.sc-region').count()).to.equal(4);
      expect(await chart.locator('.sc-final').count()).to.equal(10);
      expect(await chart.locator('.sc-note.sc-running').allTextContents()).to.deep.equal([
        'invoke / carrierinvoke / carrier, which runs',
      ]);
      // Its living children, of which it spawned one and invoked the other, are a click away.
      const tabs = page.locator('.sc-bar button').filter({ hasText: '↳' });
      await untilHolds(async () => expect(await tabs.count()).to.equal(2));

      await page.getByRole('button', { name: 'Follow', exact: true }).first().click();
      await untilHolds(async () =>
        expect((await seen(page)).activeInSight).to.include('order.fulfilling.goods.travelling.road'),
      );
      const rows = page.locator('.pane[data-pane=sequence]');
      await rows.getByRole('button', { name: 'Table' }).click();
      await untilText(rows.locator('.sq-table'), /parcel-a → order: onDone \(parcel-a\)/);
      await rows.getByRole('button', { name: 'Table' }).click();
      await page.screenshot({ path: join(folder, `foreign-machine-${colorScheme}.png`) });

      const fit = page.getByRole('button', { name: 'Fit', exact: true });
      await fit.click();
      await untilHolds(async () => {
        const { scale, isWholeInSight } = await seen(page);
        expect(isWholeInSight).to.equal(true);
        expect(scale).to.be.at.least(0.6);
      });
      await page.screenshot({ path: join(folder, `foreign-machine-fit-${colorScheme}.png`) });
      await page
        .locator('.sc-bar')
        .getByRole('button', { name: /collapsed/ })
        .click();
      await page
        .locator('.area[data-area=middle]')
        .getByRole('button', { name: /fill the page/ })
        .click();
      await fit.click();
      // The names of states are ten pixels high then, and the whole way of the order is there, with all active regions.
      await untilHolds(async () => {
        const { scale, isWholeInSight, activeInSight } = await seen(page);
        expect(isWholeInSight).to.equal(true);
        expect(scale).to.be.at.least(0.75);
        expect(activeInSight).to.have.length(4);
      });
      await page.screenshot({ path: join(folder, `foreign-machine-whole-fit-${colorScheme}.png`) });
      await closed(page);
    });
  }
});
