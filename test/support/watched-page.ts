import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findChromium } from './chromium.js';

/** A page of each test, of a Chromium of each suite. */
export interface WatchedPage {
  readonly page: Page;
  /** What the page complained of. Empty when a test begins, and when it ends. */
  readonly problems: string[];
}

/** Opens a page for each test of the suite, which fails where the page has complained of anything at its end. */
export function watchedPage(): WatchedPage {
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  before(async function () {
    this.timeout(60_000);
    browser = await chromium.launch({
      executablePath: findChromium()!,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  });
  after(() => browser.close());
  beforeEach(async () => {
    problems.length = 0;
    page = await browser.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
  });
  afterEach(async () => {
    await page.close();
    expect(problems).to.deep.equal([]);
  });
  return {
    get page() {
      return page;
    },
    problems,
  };
}
