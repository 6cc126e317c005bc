import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { patienceMs, setStage, type PageStage } from '../support/page.js';
import { seed } from '../support/seed.js';
import { sampleFile, sampleHeader, sampleRecords } from '../visualizations/sample-run.js';

/** The run that most tests of the page look at: 120 streams, some of which end badly. */
export const records = sampleRecords({ streams: 120, seed });

/** The same run as a recording. */
export const recording = {
  name: 'sample.jsonl',
  mimeType: 'application/json',
  buffer: Buffer.from(sampleFile({ streams: 120, seed })),
};

/** Sets a stage for the tests of a suite, each of which leaves no problem behind. */
export function stageFor(): () => PageStage {
  let stage: PageStage | undefined;
  const theStage = (): PageStage => {
    if (stage === undefined) throw new Error('expected a test that runs, or a hook of it: there is no stage before');
    return stage;
  };
  before(async () => {
    stage = await setStage();
  });
  after(() => stage?.close());
  afterEach(() => expect(theStage().problems()).to.deep.equal([]));
  return theStage;
}

/** Opens the page and gives it the sample as a live run. */
export async function openLive(stage: PageStage, hash = ''): Promise<Page> {
  const page = await stage.open({ hash });
  await untilConnected(stage);
  stage.send([sampleHeader, ...records]);
  return page;
}

/** Opens the page without a server, and the sample in it as a recording. */
export async function openRecording(stage: PageStage, options: Parameters<PageStage['open']>[0] = {}): Promise<Page> {
  const page = await stage.open({ live: false, hash: '#tool=simulation', ...options });
  await page.setInputFiles('#open-file', recording);
  await page.getByRole('status').filter({ hasText: 'complete' }).waitFor();
  await untilMoment(page, records.length);
  return page;
}

/**
 * Resolves when an assertion on what a page shows holds: most of a page is counted and drawn a few times a second only.
 * Rejects as the assertion does where it has not held for longer than a busy machine takes.
 */
export async function untilHolds(assertion: () => unknown): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Resolves when a page takes records. */
export async function untilConnected(stage: PageStage, count = 1): Promise<void> {
  await untilHolds(() => expect(stage.connections, 'pages that take records').to.be.at.least(count));
}

/** Resolves when a place of the page shows this text. */
export async function untilText(place: Locator, text: string | RegExp): Promise<void> {
  await untilHolds(async () => {
    const shown = await place.textContent();
    if (typeof text === 'string') expect(shown).to.equal(text);
    else expect(shown).to.match(text);
  });
}

/** Resolves when the page shows the moment of this record. */
export async function untilMoment(page: Page, seq: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector('.time-shown')?.textContent.endsWith(`#${wanted}`),
    seq,
  );
}

/** Goes to the moment of a record, as a link does. */
export async function goTo(page: Page, seq: number): Promise<void> {
  await page.evaluate((wanted) => {
    const hash = new URLSearchParams(location.hash.slice(1));
    hash.set('at', `${wanted}`);
    location.hash = hash.toString();
  }, seq);
  await untilMoment(page, seq);
}

/** The moment that the page shows. */
export async function shownMoment(page: Page): Promise<number> {
  return Number(/#(\d+)$/.exec((await page.locator('.time-shown').textContent()) ?? '')?.[1]);
}

/** Closes the page, with the context that it was opened in. */
export async function closed(page: Page): Promise<void> {
  await page.context().close();
}
