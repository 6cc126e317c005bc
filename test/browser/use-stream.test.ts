import type { Page } from 'playwright-core';
import { serveReactPage } from '../support/react-page.js';
import { watchedPage } from '../support/watched-page.js';
import type { StreamPage } from './use-stream-page.js';

describe('useStream in a page, with React in StrictMode', () => {
  let served: Awaited<ReturnType<typeof serveReactPage>>;
  let page: Page;
  const watched = watchedPage();
  before(async () => {
    served = await serveReactPage(new URL('./use-stream-page.ts', import.meta.url));
  });
  after(() => served.close());
  beforeEach(async () => {
    page = watched.page;
    await page.goto(served.url);
  });

  // Each of these runs in the page.
  const step = () => page.evaluate(() => (globalThis as unknown as { streamPage: StreamPage }).streamPage.step());
  const hasCounts = (streams: number, running: number, requests: number) =>
    page.waitForFunction(
      (expected) => {
        const { streamPage } = globalThis as unknown as { streamPage: StreamPage };
        return JSON.stringify(streamPage.counts()) === JSON.stringify(expected);
      },
      { streams, running, requests },
    );
  const shows = (...texts: readonly string[]) =>
    page.waitForFunction(
      (expected) =>
        JSON.stringify(Array.from(document.querySelectorAll('p'), ({ textContent }) => textContent)) === expected,
      JSON.stringify(texts),
    );
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();

  it('one stream is opened, its records are shown as they come, the newest are kept, and its end is told', async () => {
    await shows('active 0%');
    await hasCounts(1, 1, 1);
    await step();
    await shows('active 0% 50%');
    await step();
    await shows('closed 50% 100%');
    await hasCounts(0, 0, 1);
  });

  it('another subject leaves the stream and opens another, of which alone is told', async () => {
    await shows('active 0%');
    await step();
    await shows('active 0% 50%');
    await press('two');
    await shows('active 0%');
    await hasCounts(1, 1, 2);
    await step();
    await shows('active 0% 50%');
  });

  it('what is taken out of the page leaves its stream, and comes back with a new one', async () => {
    await shows('active 0%');
    for (let times = 0; times < 3; times += 1) {
      await press('none');
      await shows();
      await hasCounts(0, 0, times + 1);
      await press('one');
      await shows('active 0%');
      await hasCounts(1, 1, times + 2);
    }
  });

  it('a component that suspends before it is there opens no stream until it is', async () => {
    await shows('active 0%');
    await press('suspend');
    await page.waitForSelector('i');
    await hasCounts(1, 1, 1);
    await page.evaluate(() => (globalThis as unknown as { resume(): void }).resume());
    await shows('active 0%', 'resumed active');
    await hasCounts(2, 2, 2);
  });
});
