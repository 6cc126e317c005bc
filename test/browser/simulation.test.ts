import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { scenarios } from '../../visualizations/src/simulation/scenarios/index.js';
import { play } from '../visualizations/simulation-run.js';
import { sampleHeader } from '../visualizations/sample-run.js';
import { closed, goTo, records, stageFor, untilConnected, untilHolds, untilMoment } from './sample-page.js';

/** The reason of its end, and the records, of each stream in the table. */
async function shownStreams(page: Page): Promise<readonly string[]> {
  const texts = await page.locator('.grid-row').evaluateAll((rows) =>
    rows.map((row) => {
      const text = (column: string) => row.querySelector(`[data-column=${column}]`)?.textContent ?? '';
      return `${text('reason')} ${text('records')}`;
    }),
  );
  return texts.sort();
}

/** What the same scenario gives where it is played without a page. */
async function expectedStreams(id: string): Promise<readonly string[]> {
  const { streams, records, handled } = await play(id);
  return streams
    .map(({ name, inbox }) => {
      const ends = records.flatMap((record) => (record.type === 'end' && record.stream === inbox ? [record] : []));
      const end = ends.find(({ system }) => system !== 'producer') ?? ends[0];
      return `${end?.reason ?? ''} ${Math.max(handled('consumer', name), handled('producer', name))}`;
    })
    .sort();
}

/** Resolves when the table shows this. */
async function untilShown(page: Page, expected: readonly string[], what = ''): Promise<void> {
  await untilHolds(async () => expect(await shownStreams(page), what).to.deep.equal(expected));
}

describe('the simulation in the page', () => {
  const stage = stageFor();

  const caption = (page: Page) => page.locator('.sim-caption');
  const speed = (page: Page) => page.locator('.sim').getByLabel('Speed');
  const isOver = (page: Page) => page.getByRole('button', { name: 'Go on' }).waitFor();

  it('is what a page without a server opens on, and it explains itself', async () => {
    const page = await stage().open({ live: false });
    await page.locator('.grid-row').first().waitFor();
    // The stream that was opened is looked at in all panes, without a click.
    await page.locator('.details section').first().filter({ hasText: 'consumerStream' }).waitFor();
    await speed(page).selectOption('50');
    await caption(page).filter({ hasText: 'Now it is yours' }).waitFor();
    // All that was said stands above the slider of time, and leads to its moment.
    const said = page.locator('.scrubber').getByRole('button', { name: 'It waits in "opening"' });
    await said.dispatchEvent('click');
    await caption(page).filter({ hasText: 'It waits in "opening"' }).waitFor();
    await closed(page);
  });

  it('ends each scenario as it ends without the page', async () => {
    const page = await stage().open({ live: false });
    await speed(page).selectOption('50');
    for (const { id } of scenarios) {
      await page.getByLabel('Scenario').selectOption(id);
      await page.waitForFunction((story) => location.hash.includes(`sim%3D${story}%26`), id);
      await isOver(page);
      const expected = await expectedStreams(id);
      await untilShown(page, expected, id);
    }
    await closed(page);
  });

  it('can be broken by hand, and a link tells everybody the same story', async () => {
    const page = await stage().open({ live: false, hash: '#tool=simulation&with=sim%3Dlimit-go-consumer-two' });
    await page.locator('.sim-cast').getByLabel('Consumer').selectOption('ours');
    await page.locator('.grid-row').first().waitFor();
    const producer = page.locator('.sim-row').filter({ hasText: 'producer running' });
    await producer.getByRole('button', { name: 'Crash' }).click();
    await page.locator('.sim-row').filter({ hasText: 'producer crashed' }).waitFor();
    await speed(page).selectOption('10');
    await isOver(page);
    await page.waitForFunction(() => location.hash.includes('crash'));
    const { hash } = new URL(page.url());
    await page.locator('.streams-count').filter({ hasText: ', 0 live' }).waitFor();
    let told: readonly string[] = [];
    await untilHolds(async () => {
      told = await shownStreams(page);
      expect(told.some((text) => text.startsWith('producerSilent'))).to.equal(true);
    });
    await closed(page);

    const again = await stage().open({ live: false, hash: hash.replace(/at=\d+&?/, '') });
    await speed(again).selectOption('50');
    await isOver(again);
    await untilShown(again, told);
    await closed(again);
  });

  it('is what a link to it leads to, whatever the page was served with, and the link says nothing of that', async () => {
    const link = '#tool=simulation&with=sim%3Ddefect-3';
    const context = { permissions: ['clipboard-read', 'clipboard-write'] };
    // Where the page has just been opened, and where it shows a live run already.
    const opened = await stage().open({ hash: link, context });
    const live = await stage().open({ context });
    await untilConnected(stage());
    stage().send([sampleHeader, ...records]);
    await untilMoment(live, records.length);
    await live.evaluate((hash) => (location.hash = hash), link);
    for (const page of [opened, live]) {
      await page.waitForFunction(() => location.hash.includes('sim%3Ddefect-3%26'));
      await page.locator('.header .source').filter({ hasText: 'Simulated' }).waitFor();
      expect(new URL(page.url()).search).to.equal('');
      await page.getByRole('button', { name: 'Copy the link' }).click();
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied).to.match(/^#/).and.to.include('sim%3Ddefect-3');
      expect(copied).not.to.match(/token|127\.0\.0\.1|localhost/);
    }
    // What it was served with is a click away, and its address is as it was.
    await opened.getByRole('button', { name: 'Back', exact: true }).click();
    await untilConnected(stage(), 1);
    stage().send([sampleHeader, ...records]);
    await untilMoment(opened, records.length);
    await opened.waitForFunction(() => location.search.includes('token='));
    await closed(opened);
    await closed(live);
  });

  it('forks from a moment that has been, and goes on from there by hand', async () => {
    const page = await stage().open({ live: false, hash: '#tool=simulation&with=sim%3Ddefect-3' });
    await speed(page).selectOption('50');
    await isOver(page);
    await page.locator('.tree-row, .grid-row').first().waitFor();
    // Before the producer dies, at 4 s.
    await goTo(page, 20);
    const fork = page.getByRole('button', { name: /^Fork from [0-3]\.\d s$/ });
    await fork.click();
    await page.locator('.sim-row').filter({ hasText: 'producer running' }).waitFor();
    await page.getByRole('button', { name: 'Go', exact: true }).click();
    await page.waitForFunction(() => Number.parseFloat(document.querySelector('.sim output')?.textContent ?? '') > 10);
    await page.locator('.sim-row').filter({ hasText: 'producer running' }).waitFor();
    await closed(page);
  });

  it('loses what the slider says', async () => {
    const page = await stage().open({ live: false, hash: '#tool=simulation&with=sim%3Ddefect-2' });
    await page.getByRole('slider', { name: 'Loss' }).fill('0.5');
    await speed(page).selectOption('10');
    await isOver(page);
    await page.keyboard.press('7');
    await page.locator('.ch-sums .bad').filter({ hasText: '✕' }).waitFor();
    await closed(page);
  });
});
