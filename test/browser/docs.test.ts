import { expect } from 'chai';
import { createReadStream, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Page } from 'playwright-core';
import { builtDocs } from '../support/built-docs.js';
import { watchedPage } from '../support/watched-page.js';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Serves a folder as any server of files does. */
async function serveFolder(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = normalize(join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname));
    if (!path.startsWith(folder) || statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain; charset=utf-8' });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe('the site of the documents', () => {
  let server: Server;
  let page: Page;
  let url: string;
  const watched = watchedPage();

  before(async () => {
    server = await serveFolder(builtDocs());
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => void server.close());
  beforeEach(() => {
    page = watched.page;
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) watched.problems.push(request.url());
    });
    page.on('response', (response) => {
      if (response.status() >= 400) watched.problems.push(`${response.status()} ${response.url()}`);
    });
  });

  const heading = () => page.locator('.VPDoc h1, .VPHero h1').first().innerText();

  it('opens, leads from its first page to the guide, and on to the next chapter', async () => {
    await page.goto(url);
    expect(await heading()).to.include('nats-stream-actors');
    await page.getByRole('link', { name: 'In two minutes' }).first().click();
    await page.waitForURL(/\/docs\/guide\/start\.html$/);
    // The address changes before the page does.
    await page.getByRole('heading', { name: 'In two minutes', level: 1 }).waitFor();
    expect(await page.locator('.VPDoc code').allInnerTexts()).to.include('request.signal');
    await page.locator('.pager-link.next').click();
    await page.waitForURL(/\/docs\/guide\/produce\.html$/);
  });

  it('has the reference of the API, the protocol, recipes and the manuals that stand elsewhere in the project', async () => {
    for (const [path, title] of [
      ['/docs/api/nats-stream-actors.html', 'nats-stream-actors'],
      ['/docs/recipes/worker-pool.html', 'pool'],
      ['/machines/protocol/wire.html', 'wire'],
      ['/src/testing/README.html', 'Exploring systems'],
      ['/docs/comparison.html', 'Compared'],
    ] as const) {
      await page.goto(`${url}${path}`);
      expect((await heading()).toLowerCase()).to.include(title.toLowerCase());
    }
    await page.goto(`${url}/docs/api/nats-stream-actors.html`);
    expect(
      await page
        .locator('.VPDoc h3')
        .allInnerTexts()
        .then((texts) => texts.join(' ')),
    ).to.include('ConsumerClient');
  });

  it('brings files along to which its pages lead', async () => {
    await page.goto(`${url}/docs/operations/permissions.html`);
    const answer = await page.request.get(
      new URL((await page.getByRole('link', { name: 'users.conf' }).getAttribute('href')) ?? '', page.url()).href,
    );
    expect(answer.status()).to.equal(200);
    expect(await answer.text()).to.include('permissions');
  });

  it('finds what is searched for, without asking anybody', async () => {
    await page.goto(`${url}/docs/guide/start.html`);
    await page.locator('.DocSearch-Button, .VPNavBarSearch button').first().click();
    await page.locator('.VPLocalSearchBox input').fill('noResponders');
    await page.locator('.VPLocalSearchBox .result').first().waitFor();
    expect(await page.locator('.VPLocalSearchBox .result').first().innerText()).to.include('Consume');
  });
});
