import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../src/cli/command-line.js';
import { setStage, type PageStage } from '../support/page.js';
import { closed, untilMoment } from './sample-page.js';

describe("the checker's view of the page", function () {
  this.timeout(60_000);
  let stage: PageStage;
  const folder = mkdtempSync(join(tmpdir(), 'page-trace-'));

  before(async function () {
    this.timeout(240_000);
    stage = await setStage();
  });
  after(async () => {
    await stage.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => expect(stage.problems()).to.deep.equal([]));

  it('explores, leads to what it has found, and takes another step from there', async () => {
    const page = await stage.open({ live: false, hash: '#tool=checker' });
    await page.getByText('Every state explored').waitFor();
    await page.getByText(/^Properties: [1-9]\d* of \d+ violated$/).waitFor();
    await page.getByRole('heading', { name: /^After 1\d steps, what could happen:$/ }).waitFor();
    // The way there is a run like any other, in all panes.
    expect(await page.locator('.source').textContent()).to.equal('Explored');
    await page.locator('.details section').first().filter({ hasText: 'consumerStream' }).waitFor();
    expect(await page.locator('.scrubber .mark.bad').count()).to.be.greaterThan(0);

    await page.getByRole('button', { name: '← A step back' }).click();
    const breaking = page.locator('.checker-next li').filter({ has: page.locator('.bad') });
    await breaking.waitFor();
    await breaking.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /checker.*(\.\d+){12}$/.test(location.hash));
    const { hash } = new URL(page.url());
    const heading = await page.getByRole('heading', { name: /^After/ }).textContent();
    await closed(page);

    const again = await stage.open({ live: false, hash });
    await again.getByRole('heading', { name: heading ?? '', exact: true }).waitFor();
    await closed(again);
  });

  it('explores what is chosen, and says that it holds', async () => {
    const page = await stage.open({ live: false, hash: '#tool=checker' });
    await page.getByLabel('What is explored').selectOption('protocol-crash');
    await page.getByText('Properties: nothing is violated').waitFor();
    await closed(page);
  });

  it('shows the trace that nats-stream check has written', async () => {
    const file = join(folder, 'trace.jsonl');
    const run = runCommand(['check', '--delay', '1', '--silence', '5', '--trace', file]);
    expect(await run.ended).to.equal(1);
    const page = await stage.open({ live: false, hash: '#tool=checker' });
    await page.setInputFiles('#open-file', file);
    await untilMoment(page, readFileSync(file, 'utf8').trim().split('\n').length - 1);
    expect(await page.locator('.header .label').textContent()).to.equal('A: without a fault nobody is told of one');
    expect(await page.locator('.source').textContent()).to.equal('Explored');
    await page.locator('.time-shown').filter({ hasText: 'tick 5' }).waitFor();
    await page.locator('.grid-row').filter({ hasText: 'cancelling' }).waitFor();
    expect(await page.locator('.scrubber .mark.bad').getAttribute('title')).to.include('does not hold');
    await closed(page);
  });
});
