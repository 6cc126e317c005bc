import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { findChromium } from '../support/chromium.js';
import type { PageUnderTest } from './strict-mode-page.js';

/** React as an application has it while it is developed: only that mounts twice in StrictMode. */
async function bundle(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['module', 'browser', 'development'] },
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: fileURLToPath(new URL('./strict-mode-page.ts', import.meta.url)) },
    },
  });
  if (Array.isArray(output) || !('output' in output)) throw new Error('expected one bundle');
  const [entry] = output.output;
  expect(output.output).to.have.lengthOf(1);
  return entry.code;
}

describe('streamActor in a page, with React in StrictMode', () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  before(async function () {
    this.timeout(60_000);
    const script = await bundle();
    server = createServer(({ url }, response) => {
      const isScript = url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(
        isScript
          ? script
          : '<!doctype html><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="page.js"></script>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({
      executablePath: findChromium()!,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  });
  after(async () => {
    await browser.close();
    server.close();
  });
  beforeEach(async () => {
    problems.length = 0;
    page = await browser.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterEach(() => page.close());

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
    expect(problems).to.deep.equal([]);
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
    expect(problems).to.deep.equal([]);
  });

  it('React starts each actor twice here', async () => {
    await shows('tailing: GET /', 'active');
    expect(
      await page.evaluate(() => (globalThis as unknown as { underTest: PageUnderTest }).underTest.mounts()),
    ).to.equal(2);
  });
});
