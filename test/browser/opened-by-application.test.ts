import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Frame, type Page } from 'playwright-core';
import { build } from 'vite';
import { listPage } from '../../src/cli/view/page-files.js';
import { builtPage } from '../support/built-page.js';
import { findChromium } from '../support/chromium.js';
import { patienceMs } from '../support/page.js';
import type { ApplicationUnderTest } from './application-page.js';

/** The application as its bundler makes it. */
async function bundle(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      rolldownOptions: { input: fileURLToPath(new URL('./application-page.ts', import.meta.url)) },
    },
  });
  if (Array.isArray(output) || !('output' in output)) throw new Error('expected one bundle');
  return output.output[0].code;
}

describe('the page that an application opens itself, in a browser', () => {
  let server: Server;
  let browser: Browser;
  let app: Page;
  const requests: string[] = [];
  const problems: string[] = [];

  before(async () => {
    const script = await bundle();
    const files = listPage(builtPage());
    server = createServer(({ url = '', method = '' }, response) => {
      requests.push(`${method} ${url}`);
      const file = url.startsWith('/page/')
        ? files.get(new URL(url.slice('/page'.length), 'http://app').pathname)
        : undefined;
      response.setHeader(
        'content-type',
        file?.contentType ?? (url === '/app.js' ? 'text/javascript' : 'text/html; charset=utf-8'),
      );
      response.end(
        file?.read() ??
          (url === '/app.js'
            ? script
            : '<!doctype html><link rel="icon" href="data:,"><button id="window">window</button><button id="frame">frame</button><iframe width="1200" height="700"></iframe><script type="module" src="/app.js"></script>'),
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
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(patienceMs);
    context.on('page', (page) => page.on('pageerror', (error) => problems.push(String(error))));
    app = await context.newPage();
    await app.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });
  afterEach(async () => {
    expect(problems.splice(0)).to.deep.equal([]);
    await app.context().close();
  });

  const send = (type: 'ADD' | 'SUBMIT' | 'PAY') =>
    app.evaluate((sent) => (globalThis as unknown as { underTest: ApplicationUnderTest }).underTest.send(sent), type);
  const isTracing = (expected: boolean) =>
    app.waitForFunction(
      (wanted) => (globalThis as unknown as { underTest: ApplicationUnderTest }).underTest.isTracing() === wanted,
      expected,
    );
  const shows = (page: Page | Frame, state: string) => page.locator('.tree-row').filter({ hasText: state }).waitFor();
  const openTree = (page: Page | Frame) => page.locator('#tab-tree').click();

  it('shows an actor that runs already, in a window of its own, each step as it happens, and after it is loaded again', async () => {
    const opening = app.context().waitForEvent('page');
    await app.locator('#window').click();
    const page = await opening;
    await openTree(page);
    await shows(page, 'shopping.filling');
    requests.length = 0;
    await send('SUBMIT');
    await shows(page, 'paying.asking');
    // What is asked of the network is the page's own parts, as they are shown; none of it carries what was traced.
    expect(requests.filter((request) => !/^GET \/page\/[\w./-]+$/.test(request))).to.deep.equal([]);
    await page.reload();
    await openTree(page);
    await shows(page, 'paying.asking');
    await page.close({ runBeforeUnload: false });
    await isTracing(false);
  });

  it('shows it in an iframe, until it is stopped', async () => {
    await app.locator('#frame').click();
    const frame = app.frames().find((candidate) => candidate !== app.mainFrame())!;
    await openTree(frame);
    await shows(frame, 'shopping.filling');
    await isTracing(true);
    await app.evaluate(() => (globalThis as unknown as { underTest: ApplicationUnderTest }).underTest.stop());
    await isTracing(false);
  });
});
