import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { sampleHeader } from '../visualizations/sample-run.js';
import { closed, openRecording, records, stageFor, untilConnected, untilHolds, untilMoment } from './sample-page.js';

/** The first record that tells of this end. */
const endOf = (reason: string) => records.find((record) => record.type === 'end' && record.reason === reason);

const cells = (page: Page, column: string) => page.locator(`.grid-row [data-column=${column}]`).allTextContents();

describe('what the panes of the page are of', () => {
  const stage = stageFor();

  it('is the worst stream at first, in the table, the statechart, the details, the timeline and the sequence', async () => {
    const page = await openRecording(stage(), { hash: '' });
    const first = page.locator('.grid-row').first();
    await first.and(page.locator('[aria-selected=true]')).waitFor();
    const title = await first.locator('.subject').getAttribute('title');
    const stream = /stream (\S+)$/.exec(title ?? '')?.[1] ?? '';
    await page.locator('.details .facts').first().filter({ hasText: stream }).waitFor();
    await page.locator('.sq-bar').getByText(`Only ${stream}`).waitFor();
    // Nothing is chosen again for somebody who wants nothing chosen.
    await page.keyboard.press('x');
    await page.locator('.grid-row[aria-selected=true]').waitFor({ state: 'detached' });
    await closed(page);
  });

  it('shows both processes, rate, records and age side by side at 1440 pixels', async () => {
    const page = await openRecording(stage(), { hash: '', context: { viewport: { width: 1440, height: 900 } } });
    // A page that nothing is behind opens on the simulation, beside which there is less room.
    await page.keyboard.press('s');
    await page.locator('aside.tool').waitFor({ state: 'detached' });
    const pane = await page.locator('.grid').boundingBox();
    for (const title of ['State', 'Subject', 'Producer', 'Consumer', 'End', 'Rate', 'Records', 'Age']) {
      const box = await page.getByRole('columnheader', { name: title, exact: true }).boundingBox();
      expect((box?.x ?? Infinity) + (box?.width ?? 0), title).to.be.at.most((pane?.x ?? 0) + (pane?.width ?? 0) + 1);
    }
    const widthOf = async (title: string) =>
      (await page.getByRole('columnheader', { name: title, exact: true }).boundingBox())?.width ?? 0;
    expect(await widthOf('Subject')).to.be.greaterThan(await widthOf('State'));
    await closed(page);
  });

  it('answers which producers are silent with one click: their streams alone, by producer', async () => {
    const page = await openRecording(stage(), { hash: '' });
    await page.getByRole('button', { name: /^\d+ silent$/ }).click();
    await page
      .locator('.grid-group')
      .filter({ hasText: 'collector' })
      .filter({ hasText: / silent$/ })
      .waitFor();
    await untilHolds(async () => {
      expect([...new Set(await cells(page, 'reason'))]).to.deep.equal(['producerSilent']);
      expect([...new Set(await cells(page, 'producer'))]).to.deep.equal(['collector']);
    });
    // The timeline has the same query.
    expect(await page.getByLabel('The query of the table').inputValue()).to.equal('silent:yes');
    await page.locator('.grid-group button').click();
    await page.locator('.grid-row').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^\d+ silent$/ }).click();
    await page.locator('.grid-group').waitFor({ state: 'detached' });
    await closed(page);
  });

  it('groups by consumer, subject and end', async () => {
    const page = await openRecording(stage(), { hash: '' });
    for (const [by, pattern] of [
      ['by consumer', /^▾ dashboard/],
      ['by subject', /^▾ (log|quotes|metrics)\./],
      ['by end', /^▾ [a-zA-Z ]+/],
    ] as const) {
      await page.getByLabel('Group the streams').selectOption(by);
      await page.locator('.grid-group').filter({ hasText: pattern }).first().waitFor();
    }
    await closed(page);
  });

  it('stops where to break, says so, and selects the event and its stream', async () => {
    const page = await openRecording(stage(), { hash: '' });
    const expected = endOf('producerSilent');
    await page.keyboard.press('b');
    await page.keyboard.type('type:end reason:producerSilent');
    await page.keyboard.press('Enter');
    await untilMoment(page, expected?.seq ?? 0);
    await page
      .locator('.broke')
      .filter({ hasText: `Stopped at #${expected?.seq}` })
      .filter({ hasText: 'producerSilent' })
      .waitFor();
    await page.getByRole('heading', { name: `Trace event ${expected?.seq}` }).waitFor();
    const selected = page.locator('.grid-row[aria-selected=true] .subject');
    expect(await selected.getAttribute('title')).to.include(
      `stream ${expected?.type === 'end' ? expected.stream : ''}`,
    );
    // A step further it no longer stands there, and the event that was selected is one of before.
    await page.keyboard.press('Escape');
    await page.keyboard.press('.');
    await page.locator('.broke').waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: `Trace event ${expected?.seq}` }).waitFor({ state: 'detached' });
    // What nothing answers is said as well.
    await page.getByLabel('Break at').fill('type:end reason:nothing');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'no trace event answers this' }).waitFor();
    await closed(page);
  });

  it('is a sequence of the stream that is selected, of those that answer the query, or of all', async () => {
    const page = await openRecording(stage(), { hash: '' });
    const bar = page.locator('.sq-bar');
    await bar.getByRole('button', { name: 'Table' }).click();
    const rows = page.locator('.sq-table tbody tr');
    const counted = async (): Promise<number> => Number(/of (\d+)$/.exec((await bar.last().textContent()) ?? '')?.[1]);
    await page.locator('.grid-row').nth(1).click();
    await rows.first().waitFor();
    let ofOne = 0;
    await untilHolds(async () => expect((ofOne = await counted())).to.be.within(3, 60));
    await page.keyboard.press('/');
    await page.keyboard.type('reason:producerSilent');
    await page.keyboard.press('Escape');
    await bar.getByRole('button', { name: 'Filtered' }).click();
    let ofSome = 0;
    await untilHolds(async () => expect((ofSome = await counted())).to.be.greaterThan(ofOne));
    expect((await rows.allTextContents()).join('\n')).not.to.match(/ends: (?!producerSilent)/);
    await bar.getByRole('button', { name: 'All streams' }).click();
    await untilHolds(async () => expect(await counted()).to.be.greaterThan(ofSome));
    // One stream again where one is selected anew by hand.
    await bar.getByRole('button', { name: /^Only / }).click();
    await untilHolds(async () => expect(await counted()).to.equal(ofOne));
    await closed(page);
  });

  it('is nothing before anything is told, and each pane says why', async () => {
    const page = await stage().open();
    await untilConnected(stage());
    stage().send([sampleHeader]);
    const said = (pane: string, text: string | RegExp) =>
      page.locator(`[data-pane=${pane}] .pane-empty`).filter({ hasText: text }).waitFor();
    await said('streams', 'No stream has been opened yet.');
    await said('statechart', 'No machine has been seen yet.');
    await said('sequence', 'No message has been told yet.');
    await said('details', 'Select a stream, an actor or a message in any pane.');
    await said('timeline', 'No stream and no actor has been told yet.');
    await page.keyboard.press('7');
    await said('charts', /No record has been read.*No heartbeat has been/);
    await page.keyboard.press('2');
    await said('tree', 'No system has been seen yet.');
    await page.keyboard.press('1');
    stage().send(records);
    await untilMoment(page, records.length);
    await page.keyboard.press('/');
    await page.keyboard.type('reason:nothing');
    await said('streams', 'None of 120 streams answers the query at this moment.');
    await page.keyboard.press('Escape');
    await page.keyboard.press('6');
    await said('timeline', 'Nothing within this stretch of time answers the query.');
    await closed(page);
  });

  it('follows the cursor on the timeline: what is zoomed in goes where the moment is', async () => {
    const page = await openRecording(stage(), { hash: '' });
    const shown = page.locator('.tl-canvas');
    await page.keyboard.press('6');
    await page.locator('.tl-scroll').focus();
    for (let times = 0; times < 8; times += 1) await page.keyboard.press('w');
    await page.keyboard.press('[');
    const first = records[0]?.at ?? NaN;
    await untilHolds(async () => {
      const [from, to] = ((await shown.getAttribute('data-window')) ?? '').split(' ').map(Number);
      expect(first).to.be.within(from ?? NaN, to ?? NaN);
      expect((to ?? 0) - (from ?? 0)).to.be.lessThan(10_000);
    });
    await page.keyboard.press('l');
    await untilHolds(async () => {
      const [from, to] = ((await shown.getAttribute('data-window')) ?? '').split(' ').map(Number);
      expect((to ?? 0) - (from ?? 0)).to.be.greaterThan(50_000);
    });
    await closed(page);
  });
});
