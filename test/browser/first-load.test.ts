import { expect } from 'chai';
import { gzipSync } from 'node:zlib';
import { sampleHeader } from '../visualizations/sample-run.js';
import { closed, records, stageFor, untilConnected, untilHolds, untilMoment } from './sample-page.js';

describe('what a browser loads', () => {
  const stage = stageFor();

  it('is at most 90 kB, compressed, until a run is shown in all panes', async () => {
    const page = await stage().open();
    const loaded = new Map<string, number>();
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      // What lays out machines of others is not of the first load: those of this package are laid out while the page is built.
      if (pathname === '/records' || /elk|worker/.test(pathname)) return;
      loaded.set(pathname, 0);
      void response.body().then((body) => loaded.set(pathname, gzipSync(body).length));
    });
    await page.reload();
    await untilConnected(stage());
    stage().send([sampleHeader, ...records]);
    await untilMoment(page, records.length);
    await page.locator('.grid-row[aria-selected=true]').waitFor();
    await page.locator('.sc-svg text').first().waitFor();
    await page.locator('.details .facts').first().waitFor();
    await untilHolds(() => expect(Math.min(...loaded.values())).to.be.greaterThan(0));
    const sizes = [...loaded.values()];
    const sum = sizes.reduce((total, size) => total + size, 0);
    console.log(`      ${sizes.length} files, ${(sum / 1_000).toFixed(1)} kB`);
    expect(sizes.length).to.be.within(10, 40);
    expect(Math.min(...sizes)).to.be.greaterThan(0);
    expect(sum).to.be.within(40_000, 90_000);
    await closed(page);
  });
});
