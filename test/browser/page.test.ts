import { expect } from 'chai';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { seed } from '../support/seed.js';
import { setStage, type PageStage } from '../support/page.js';
import { sampleFile, sampleHeader, sampleRecords } from '../visualizations/sample-run.js';

const records = sampleRecords({ streams: 120, seed });
const file = {
  name: 'sample.jsonl',
  mimeType: 'application/json',
  buffer: Buffer.from(sampleFile({ streams: 120, seed })),
};

describe('the page in a browser', function () {
  // Building the page and starting a browser take their time on a busy machine.
  this.timeout(60_000);
  let stage: PageStage;

  before(async function () {
    this.timeout(240_000);
    stage = await setStage();
  });
  after(() => stage.close());
  afterEach(() => expect(stage.problems()).to.deep.equal([]));

  const untilConnected = async (count = 1): Promise<void> => {
    const until = Date.now() + 15_000;
    while (stage.connections < count && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stage.connections).to.be.at.least(count);
  };
  /** The page with the sample as a live run. */
  const openLive = async (hash = ''): Promise<Page> => {
    const page = await stage.open({ hash });
    await untilConnected();
    stage.send([sampleHeader, ...records]);
    await page.getByRole('grid', { name: 'Streams' }).waitFor();
    await page.waitForFunction(
      (count) => document.querySelector('.time-shown')?.textContent.endsWith(`#${count}`),
      records.length,
    );
    return page;
  };
  /** The page with the sample opened as a recording. */
  const openFile = async (): Promise<Page> => {
    const page = await stage.open({ live: false, hash: '#tool=simulation' });
    await page.setInputFiles('#open-file', file);
    await page.getByRole('status').filter({ hasText: 'complete' }).waitFor();
    await page.waitForFunction(
      (count) => document.querySelector('.time-shown')?.textContent.endsWith(`#${count}`),
      records.length,
    );
    return page;
  };
  const closed = async (page: Page): Promise<void> => page.context().close();

  it('shows a live run, and says that it is connected', async () => {
    const page = await openLive();
    expect(await page.locator('.link').textContent()).to.equal('connected');
    expect(await page.locator('.streams-count').textContent()).to.match(/^120, \d+ live$/);
    expect(await page.getByRole('grid', { name: 'Streams' }).getAttribute('aria-rowcount')).to.equal('121');
    // Thousands of lines must not be thousands of elements.
    expect(await page.locator('.grid-row').count()).to.be.lessThan(60);
    await closed(page);
  });

  it('says when the connection is lost, and goes on when it is back', async () => {
    const page = await openLive();
    stage.breakConnections();
    await page.getByRole('status').filter({ hasText: 'connection lost' }).waitFor();
    await untilConnected();
    await page.getByRole('status').filter({ hasText: 'connected' }).waitFor();
    stage.send([{ type: 'gap', seq: records.length + 1, at: 61_000, dropped: 42 }]);
    await page.locator('.overhead .bad').filter({ hasText: '42' }).waitFor();
    await closed(page);
    // The browser says on its console that a connection broke, which is what this test does.
    const problems = stage
      .problems()
      .filter((problem) => !/ERR_(INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION)/.test(problem));
    expect(problems).to.deep.equal([]);
  });

  it('is not broken by records that cannot be read, nor by unknown ones, and counts the former', async () => {
    const page = await openLive();
    const next = records.length + 1;
    stage.sendText('{"type":');
    stage.send([
      null,
      { type: 'step', seq: next, at: 60_000 },
      { type: 'weather', seq: next, at: 60_000, sky: 'blue' },
      { type: 'machine', seq: next + 1, at: 60_000, machine: 'm', root: {} },
    ]);
    await page.locator('.overhead .bad').filter({ hasText: 'unreadable' }).waitFor();
    expect(await page.locator('.overhead .bad dd').textContent()).to.equal('4');
    await page.waitForFunction(
      (count) => document.querySelector('.time-shown')?.textContent.endsWith(`#${count}`),
      next,
    );
    await closed(page);
  });

  it('opens a recording, and says what is wrong with a file that is none', async () => {
    const page = await openFile();
    expect(await page.locator('.source').textContent()).to.equal('Recorded');
    await page.setInputFiles('#open-file', { ...file, buffer: Buffer.from('once upon a time\n') });
    await page.getByText('This is no recording').waitFor();
    expect(await page.getByRole('alert').textContent()).to.include('1 of its lines cannot be read');
    await closed(page);
  });

  it('sorts by a column and filters by a query, and says what is wrong with one', async () => {
    const page = await openFile();
    await page.getByRole('columnheader', { name: 'Records' }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'Records' }).and(page.locator('[aria-sort=descending]')).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('reason:slowReader');
    await page
      .locator('.streams-count')
      .filter({ hasText: / of 120/ })
      .waitFor();
    const reasons = await page.locator('.grid-row [role=gridcell]:nth-child(4)').allTextContents();
    expect([...new Set(reasons)]).to.deep.equal(['slowReader']);
    await page.getByLabel('Query over streams').fill('stat:active');
    await page.getByRole('alert').filter({ hasText: 'expected one of state, subject' }).waitFor();
    await closed(page);
  });

  it('selects a stream in all panes, and a link leads to the same moment and stream', async () => {
    const page = await openFile();
    await page.locator('.grid-row').nth(2).click();
    await page.getByRole('heading', { name: /dashboard/ }).waitFor();
    const moment = Math.floor(records.length * 0.9);
    await page.getByRole('slider', { name: 'Moment' }).fill(`${moment}`);
    await page.waitForFunction((seq) => location.hash.includes(`at=${seq}`), moment);
    const { hash } = new URL(page.url());
    expect(hash).to.match(/stream=s\d+/);
    await closed(page);

    const again = await stage.open({ hash: hash.replace(/&?tool=[^&]*/, '') });
    await untilConnected();
    stage.send([sampleHeader, ...records]);
    await again.waitForFunction(
      (seq) => document.querySelector('.time-shown')?.textContent.endsWith(`#${seq}`),
      moment,
    );
    const stream = new URLSearchParams(hash.slice(1)).get('stream') ?? '';
    await again.locator('.details .facts').first().filter({ hasText: stream }).waitFor();
    await closed(again);
  });

  it('can be used by the keyboard alone', async () => {
    const page = await openFile();
    await page.keyboard.press('1');
    await page.keyboard.press('Tab');
    const moment = async (): Promise<number> =>
      Number(/#(\d+)$/.exec((await page.locator('.time-shown').textContent()) ?? '')?.[1]);
    const untilMoment = async (seq: number): Promise<void> => {
      await page.waitForFunction(
        (wanted) => document.querySelector('.time-shown')?.textContent.endsWith(`#${wanted}`),
        seq,
      );
    };
    await page.getByRole('grid', { name: 'Streams' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.locator('.grid-row[aria-selected=true]').waitFor();
    await page.keyboard.press(',');
    await untilMoment(records.length - 1);
    await page.keyboard.press('<');
    await untilMoment(records.length - 101);
    await page.keyboard.press('.');
    await untilMoment(records.length - 100);
    await page.keyboard.press('p');
    await page.waitForFunction(
      (seq) => !document.querySelector('.time-shown')?.textContent.endsWith(`#${seq}`),
      records.length - 100,
    );
    expect(await moment()).to.be.lessThan(records.length - 100);
    await page.keyboard.press('[');
    await untilMoment(records.find(({ type }) => type === 'mark')?.seq ?? 0);
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.keyboard.press('l');
    await untilMoment(records.length);
    for (const [key, title] of [
      ['2', 'Systems'],
      ['5', 'Sequence'],
      ['7', 'Charts'],
      ['8', 'Compare'],
      ['6', 'Timeline'],
    ] as const) {
      await page.keyboard.press(key);
      await page.locator(`[role=tab][aria-selected=true]:text-is("${title}")`).waitFor();
    }
    await page.keyboard.press('z');
    await page.waitForFunction(() => document.querySelectorAll('.area').length === 1);
    await page.keyboard.press('z');
    const theme = await page.locator('html').getAttribute('data-theme');
    await page.keyboard.press('t');
    expect(await page.locator('html').getAttribute('data-theme')).not.to.equal(theme);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys and queries' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    await closed(page);
  });

  it('plays a recording and breaks where it is told', async () => {
    const page = await openFile();
    const reason = 'producerSilent';
    const expected = records.find((record) => record.type === 'end' && record.reason === reason)?.seq ?? 0;
    expect(expected).to.be.greaterThan(0);
    await page.getByLabel('Speed').selectOption('1000');
    await page.getByRole('slider', { name: 'Moment' }).fill('1');
    await page.getByLabel('Break at').fill(`type:end reason:${reason}`);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction(
      (seq) => document.querySelector('.time-shown')?.textContent.endsWith(`#${seq}`),
      expected,
    );
    await page.getByRole('button', { name: 'Play' }).waitFor();
    await page.getByLabel('Break at').fill('kind>3 nonsense:1');
    await page.getByRole('alert').filter({ hasText: 'nonsense' }).waitFor();
    await closed(page);
  });

  it('shows each pane of a recording without an error, in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await stage.open({ live: false, context: { colorScheme } });
      await page.setInputFiles('#open-file', file);
      await page.getByRole('status').filter({ hasText: 'complete' }).waitFor();
      await page.locator('.grid-row').first().click();
      expect(await page.locator('html').getAttribute('data-theme')).to.equal(colorScheme);
      for (const key of ['2', '5', '7', '8', '6', '1']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(150);
      }
      expect(await page.locator('.pane-empty[role=alert]').count()).to.equal(0);
      await closed(page);
    }
  });

  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing serious for axe-core, ${colorScheme}`, async () => {
      // The policy of the page forbids foreign scripts, the one that examines it included.
      const page = await stage.open({ live: false, context: { colorScheme, bypassCSP: true } });
      await page.setInputFiles('#open-file', file);
      await page.getByRole('status').filter({ hasText: 'complete' }).waitFor();
      await page.locator('.grid-row').first().click();
      await page.addScriptTag({ content: axe });
      const found: string[] = [];
      for (const keys of [['1', '6'], ['2', '5'], ['4', '7'], ['8'], ['?']]) {
        for (const key of keys) await page.keyboard.press(key);
        await page.waitForTimeout(300);
        found.push(...(await page.evaluate(seriousBreaches)));
      }
      expect([...new Set(found)]).to.deep.equal([]);
      await closed(page);
    });
  }
});

/** Runs in the page. */
async function seriousBreaches(): Promise<string[]> {
  const { axe } = globalThis as unknown as {
    axe: {
      run(): Promise<{
        violations: { id: string; impact?: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
      }>;
    };
  };
  const { violations } = await axe.run();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 5).map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.slice(0, 160) ?? ''}`),
    );
}
