import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endCommands, runCommand } from '../src/cli/command-line.js';
import { builtPage } from '../support/built-page.js';
import { sampleHeader } from '../visualizations/sample-run.js';
import { createLoad, recordsPerRound } from './load-records.js';
import { closed, goTo, openRecording, records, shownMoment, stageFor, untilHolds, untilMoment } from './sample-page.js';

/** More than the page once kept of a run. */
const events = 240_000;

describe('a long recording on the page', () => {
  const stage = stageFor();
  const folder = mkdtempSync(join(tmpdir(), 'nats-stream-long-'));
  const file = join(folder, 'ten minutes.jsonl');
  let last = 0;

  before(() => {
    const load = createLoad(300);
    const times = Math.ceil(events / (1_000 * recordsPerRound));
    const rest = Array.from({ length: times }, (_, index) =>
      load.next(1_000 * recordsPerRound, (index / times) * 600_000),
    ).flat();
    const all = [{ ...sampleHeader, startedAt: 1.7e12 }, ...load.opening, ...rest];
    last = all.length - 1;
    writeFileSync(file, all.map((event) => `${JSON.stringify(event)}\n`).join(''));
  });
  after(async () => {
    await endCommands();
    rmSync(folder, { recursive: true });
  });

  it('is whole: the first moment as well as the last, and any between them', async () => {
    const view = runCommand(['view', '--page', builtPage(), '--file', file]);
    const [, url = ''] = await view.untilStdout(/^page +(\S+)$/m);
    const page = await stage().open({ url });
    await page.getByRole('progressbar', { name: 'Read so far' }).waitFor();
    await page.getByRole('status').filter({ hasText: 'complete' }).waitFor();
    await untilMoment(page, last);
    expect(await page.locator('.overhead').textContent()).to.equal(`${Math.round(last / 1_000)} kevents kept`);
    for (const moment of [1, last, Math.floor(last / 2)]) await goTo(page, moment);
    await page.keyboard.press(',');
    await untilMoment(page, Math.floor(last / 2) - 1);
    await closed(page);
  });

  it('moves along its slider by time, which has its times below it', async () => {
    const page = await openRecording(stage());
    const slider = page.getByRole('slider', { name: 'Moment' });
    const [from, to] = [records[0]?.at ?? NaN, records.at(-1)?.at ?? NaN];
    await untilHolds(async () => {
      const shown = [await slider.getAttribute('min'), await slider.getAttribute('max')];
      expect(shown).to.deep.equal([`${from}`, `${to}`]);
    });
    const middle = (from + to) / 2;
    await slider.fill(`${middle}`);
    await untilMoment(page, records.findLast(({ at }) => at <= middle)?.seq ?? 0);
    expect(await slider.getAttribute('aria-valuetext')).to.match(/^\d+:\d\d\.\d{3}/);
    const ticks = await page.locator('.scrubber-scale span').allTextContents();
    expect(ticks.length).to.be.within(2, 10);
    const before = await shownMoment(page);
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await untilHolds(async () => expect(await shownMoment(page)).to.be.greaterThan(before));
    await closed(page);
  });
});
