import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../src/cli/command-line.js';
import { closed, stageFor, untilMoment, untilText } from './sample-page.js';

describe("the checker's view of the page", () => {
  const stage = stageFor();
  const folder = mkdtempSync(join(tmpdir(), 'page-trace-'));

  after(() => rmSync(folder, { recursive: true }));

  it('explores, leads to what it has found, and takes another step from there', async () => {
    const page = await stage().open({ live: false, hash: '#tool=checker' });
    await page.getByText('Every state explored').waitFor();
    await page.getByText(/^Properties: [1-9]\d* of \d+ violated$/).waitFor();
    const heading = page.getByRole('heading', { name: /^After \d+ steps/ });
    await untilText(heading, 'After 13 steps, what could happen:');
    // The way there is a run like any other, in all panes.
    await untilText(page.locator('.source'), 'Explored');
    await page.locator('.details section').first().filter({ hasText: 'consumerStream' }).waitFor();
    await page.locator('.scrubber .mark.bad').first().waitFor();

    await page.getByRole('button', { name: '← A step back' }).click();
    await untilText(heading, 'After 12 steps, what could happen:');
    const breaking = page.locator('.checker-next li').filter({ has: page.locator('.bad') });
    await breaking.waitFor();
    await breaking.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await untilText(heading, 'After 13 steps, what could happen:');
    await page.waitForFunction(() => /checker.*(\.\d+){12}$/.test(location.hash));
    const { hash } = new URL(page.url());
    await closed(page);

    const again = await stage().open({ live: false, hash });
    await again.getByRole('heading', { name: 'After 13 steps, what could happen:', exact: true }).waitFor();
    await closed(again);
  });

  it('explores what is chosen, and says that it holds', async () => {
    const page = await stage().open({ live: false, hash: '#tool=checker' });
    await page.getByLabel('What is explored').selectOption('protocol-crash');
    await page.getByText('Properties: nothing is violated').waitFor();
    await closed(page);
  });

  it('shows the trace that nats-stream check has written', async () => {
    const file = join(folder, 'trace.jsonl');
    const run = runCommand(['check', '--delay', '1', '--silence', '5', '--trace', file]);
    expect(await run.ended).to.equal(1);
    const page = await stage().open({ live: false, hash: '#tool=checker' });
    await page.setInputFiles('#open-file', file);
    await untilMoment(page, readFileSync(file, 'utf8').trim().split('\n').length - 1);
    await untilText(page.locator('.header .label'), 'A: without a fault nobody is told of one');
    await untilText(page.locator('.source'), 'Explored');
    await page.locator('.time-shown').filter({ hasText: 'tick 5' }).waitFor();
    await page.locator('.grid-row').filter({ hasText: 'cancelling' }).waitFor();
    expect(await page.locator('.scrubber .mark.bad').getAttribute('title')).to.include('does not hold');
    await closed(page);
  });
});
