import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { sampleHeader } from '../visualizations/sample-run.js';
import { closed, openRecording, recording, records, stageFor, untilHolds, untilMoment } from './sample-page.js';

/** Saves the run in a format, and gives back the file. */
async function saved(page: Page, format: string): Promise<{ readonly name: string; readonly text: string }> {
  await page.getByText('Save…').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.menu-list').getByRole('button', { name: format }).click(),
  ]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

describe('saving and comparing runs', () => {
  const stage = stageFor();

  it('saves the trace events as they came, the diagram as a picture and as text, and the run for Perfetto', async () => {
    const page = await openRecording(stage());
    await page.locator('.grid-row').first().click();

    const lines = await saved(page, 'Trace events');
    expect(lines.name).to.equal('nats-stream.jsonl');
    const read = lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(read).to.deep.equal([sampleHeader, ...records]);

    const picture = await saved(page, 'as a drawing');
    expect(picture.text).to.match(/^<svg [\s\S]*<\/svg>\s*$/);
    const mermaid = await saved(page, 'for Mermaid');
    expect(mermaid.text).to.match(/^sequenceDiagram\n/);
    // It is of what the sequence shows: of the selected stream, or of all.
    const stream = /stream=(s\d+)/.exec(page.url())?.[1] ?? '';
    expect(mermaid.text).to.include(`${stream} ends: `);
    expect(mermaid.text.split('\n').length).to.be.below(60);
    await page.locator('.sq-bar').getByRole('button', { name: 'All streams' }).click();
    const all = await saved(page, 'for Mermaid');
    expect(all.text.split('\n').length).to.be.within(290, 320);
    const report = await saved(page, 'Report of the incident');
    expect(report.name).to.equal('nats-stream.html');
    expect(report.text).to.include('<h2>How streams ended</h2>').and.to.include('<svg ');
    const trace = JSON.parse((await saved(page, 'for Perfetto')).text) as { readonly traceEvents: readonly unknown[] };
    expect(trace.traceEvents.length).to.be.greaterThan(1_000);
    await closed(page);
  });

  it('compares two runs, and leads to where they differ', async () => {
    const page = await openRecording(stage());
    await page.keyboard.press('8');
    await page.getByRole('button', { name: 'Keep this run' }).click();
    // The same run, but for the event of one step.
    const other = recording.buffer.toString().replace('"type":"frame.data"', '"type":"frame.other"');
    await page.setInputFiles('#open-file', { ...recording, name: 'other.jsonl', buffer: Buffer.from(other) });
    await page.keyboard.press('8');
    await page.getByLabel('only what differs').check();
    const lines = page.getByRole('table', { name: 'Both runs' }).getByRole('row');
    await untilHolds(async () => {
      const texts = await lines.allTextContents();
      expect(texts).to.have.lengthOf(2);
      expect(texts.join('\n'))
        .to.match(/frame\.data/)
        .and.to.match(/frame\.other/);
    });
    // One leads to its moment.
    await lines.getByRole('button').first().click();
    const changed = records.find((record) => record.type === 'step' && record.event.type === 'frame.data');
    await untilMoment(page, changed?.seq ?? 0);
    await closed(page);
  });
});
