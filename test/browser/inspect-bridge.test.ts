import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { root } from '../support/build.js';
import { builtBridge } from '../support/built-bridge.js';
import { builtCommand } from '../support/built-command.js';
import { findChromium } from '../support/chromium.js';
import { patienceMs } from '../support/page.js';

describe('the bridge to @xstate/inspect, in a browser', () => {
  let browser: Browser;
  before(async () => {
    const executablePath = findChromium() ?? '';
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  });
  after(() => browser.close());

  /** What a program says first that is an address of a page. */
  const start = async (file: string, cwd: string) => {
    const child = spawn(process.execPath, [file], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      printed += text as string;
      const [url] = /http:\S+/.exec(printed) ?? [];
      if (url !== undefined) {
        child.stdout.resume();
        return { url, stop: () => (child.kill(), once(child, 'exit')) };
      }
    }
    throw new Error(`expected an address, it ended with ${printed}`);
  };

  const look = async (url: string, actor: string) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(patienceMs);
    const outside: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).hostname !== '127.0.0.1' && !request.url().startsWith('data:'))
        outside.push(request.url());
    });
    page.on('pageerror', (error) => outside.push(error.message));
    await page.goto(url);
    await page.getByRole('button', { name: actor }).first().click();
    await page.locator('.state.active .state.active').first().waitFor();
    expect(outside).to.deep.equal([]);
    return page;
  };

  it('its command ends in a picture of streams, without anything from elsewhere', async () => {
    builtCommand();
    const demo = await start(join(builtBridge(), 'dist/demo.js'), tmpdir());
    const page = await look(demo.url, 'active.listening');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).to.match(/^consumerStream: /);
    expect(await page.locator('.state.active').last().getAttribute('data-id')).to.equal(
      'consumerStream.active.listening',
    );
    expect(await page.locator('[data-id="consumerStream.closed"]').count()).to.equal(1);
    await page.close();
    await demo.stop();
  });

  it('is what is shown in its README, where it is installed beside the package', async () => {
    builtCommand();
    const folder = mkdtempSync(join(tmpdir(), 'nats-stream-bridge-'));
    try {
      const modules = join(folder, 'node_modules');
      mkdirSync(join(modules, 'nats-stream-actors-inspect-bridge'), { recursive: true });
      const { dependencies } = JSON.parse(readFileSync(join(builtBridge(), 'package.json'), 'utf8')) as {
        dependencies: Readonly<Record<string, string>>;
      };
      symlinkSync(root, join(modules, 'nats-stream-actors'));
      // Its dependencies lie below it, as npm puts them where another version has the place above.
      const bridge = join(modules, 'nats-stream-actors-inspect-bridge');
      for (const part of ['package.json', 'dist'])
        cpSync(join(builtBridge(), part), join(bridge, part), { recursive: true });
      mkdirSync(join(bridge, 'node_modules/@xstate'), { recursive: true });
      for (const name of Object.keys(dependencies)) {
        const above = name === 'ws' ? root : join(root, 'visualizations');
        symlinkSync(join(above, 'node_modules', name), join(bridge, 'node_modules', name));
      }
      const readme = readFileSync(join(builtBridge(), 'README.md'), 'utf8');
      const [, snippet = ''] = /```js\n([^]*?)```/.exec(readme) ?? [];
      writeFileSync(join(folder, 'snippet.mjs'), snippet);
      const running = await start('snippet.mjs', folder);
      const page = await look(running.url, 'open.link.up');
      expect(await page.getByRole('heading', { level: 1 }).textContent()).to.equal('consumerClient: client');
      await page.close();
      await running.stop();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
