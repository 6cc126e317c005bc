import { expect } from 'chai';
import {
  closed,
  openLive,
  openRecording,
  recording,
  records,
  stageFor,
  untilConnected,
  untilMoment,
  untilText,
} from './sample-page.js';

describe('what the page is given', () => {
  const stage = stageFor();

  it('is a live run where the address has a token, and the page says that it is connected', async () => {
    const page = await openLive(stage());
    await untilMoment(page, records.length);
    await untilText(page.locator('.link'), 'connected');
    await untilText(page.locator('.streams-count'), /^120, \d+ live$/);
    await page.getByRole('grid', { name: 'Streams' }).and(page.locator('[aria-rowcount="121"]')).waitFor();
    // Thousands of lines must not be thousands of elements.
    expect(await page.locator('.grid-row').count()).to.be.lessThan(60);
    await closed(page);
  });

  it('goes on after a lost connection, which the page tells', async () => {
    const page = await openLive(stage());
    await untilMoment(page, records.length);
    // It connects again after a second, so it is looked at from before on.
    const lost = page.getByRole('status').filter({ hasText: 'connection lost' }).waitFor();
    stage().breakConnections();
    await lost;
    await untilConnected(stage());
    await page.getByRole('status').filter({ hasText: 'connected' }).waitFor();
    stage().send([{ type: 'gap', seq: records.length + 1, at: 61_000, dropped: 42 }]);
    await page.locator('.overhead .bad').filter({ hasText: '42' }).waitFor();
    await closed(page);
    // The browser says on its console that a connection broke, which is what this test does.
    const problems = stage()
      .problems()
      .filter((problem) => !/ERR_(INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|CONNECTION)/.test(problem));
    expect(problems).to.deep.equal([]);
  });

  it('may hold records that cannot be read, which are counted, and unknown ones, which are passed over', async () => {
    const page = await openLive(stage());
    await untilMoment(page, records.length);
    const next = records.length + 1;
    stage().sendText('{"type":');
    stage().send([
      null,
      { type: 'step', seq: next, at: 60_000 },
      { type: 'weather', seq: next, at: 60_000, sky: 'blue' },
      { type: 'machine', seq: next + 1, at: 60_000, machine: 'm', root: {} },
    ]);
    await page.locator('.overhead .bad').filter({ hasText: 'unreadable' }).waitFor();
    await untilText(page.locator('.overhead .bad dd'), '4');
    await untilMoment(page, next);
    expect(await page.locator('.pane-empty[role=alert]').count()).to.equal(0);
    await closed(page);
  });

  it('is a recording where a file is opened, and the page says what is wrong with one that is none', async () => {
    const page = await openRecording(stage());
    await untilText(page.locator('.source'), 'Recorded');
    await page.setInputFiles('#open-file', { ...recording, buffer: Buffer.from('once upon a time\n') });
    await page.getByText('This is no recording').waitFor();
    expect(await page.getByRole('alert').textContent()).to.include('1 of its lines cannot be read');
    await closed(page);
  });
});
