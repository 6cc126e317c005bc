import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { serveReactPage } from '../support/react-page.js';
import { watchedPage } from '../support/watched-page.js';
import type { PageUnderTest } from './strict-mode-page.js';

describe('streamActor in a page, with React in StrictMode', () => {
  let served: Awaited<ReturnType<typeof serveReactPage>>;
  let page: Page;
  const watched = watchedPage();
  before(async function () {
    this.timeout(60_000);
    served = await serveReactPage(new URL('./strict-mode-page.ts', import.meta.url));
  });
  after(() => served.close());
  beforeEach(async () => {
    page = watched.page;
    await page.goto(served.url);
  });

  // Each of these runs in the page.
  const finish = () => page.evaluate(() => (globalThis as unknown as { underTest: PageUnderTest }).underTest.finish());
  const hasCounts = (streams: number, running: number) =>
    page.waitForFunction(
      (expected) => {
        const { underTest } = globalThis as unknown as { underTest: PageUnderTest };
        return JSON.stringify(underTest.counts()) === JSON.stringify(expected);
      },
      { streams, running },
    );
  const shows = (machine: string, logic: string) =>
    page.waitForFunction(
      (expected) =>
        JSON.stringify(Array.from(document.querySelectorAll('p'), ({ textContent }) => textContent)) === expected,
      JSON.stringify([machine, logic]),
    );

  it('each actor reads its stream to the end, and none stays open', async () => {
    await shows('tailing: GET /', 'active');
    await hasCounts(2, 2);
    await finish();
    await shows('complete: GET /, GET /about', 'done');
    await hasCounts(0, 0);
    expect(watched.problems).to.deep.equal([]);
  });

  it('what is taken out of the page leaves its streams, and comes back with new ones', async () => {
    await shows('tailing: GET /', 'active');
    for (let time = 0; time < 3; time += 1) {
      await page.getByRole('button').click();
      await hasCounts(0, 0);
      await page.getByRole('button').click();
      await shows('tailing: GET /', 'active');
      await hasCounts(2, 2);
    }
    await finish();
    await shows('complete: GET /, GET /about', 'done');
    await hasCounts(0, 0);
    expect(watched.problems).to.deep.equal([]);
  });

  it('React starts each actor twice here', async () => {
    await shows('tailing: GET /', 'active');
    expect(
      await page.evaluate(() => (globalThis as unknown as { underTest: PageUnderTest }).underTest.mounts()),
    ).to.equal(2);
  });
});
