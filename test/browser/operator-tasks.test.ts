import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { closed, openRecording, records, stageFor, untilMoment } from './sample-page.js';

/** What somebody does on a page: each click, each key, and each text that is typed into a field counts as one. */
class Hand {
  acts = 0;
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async click(name: string | RegExp): Promise<void> {
    this.acts += 1;
    await this.page.getByRole('button', { name }).first().click();
  }

  async clickText(text: string): Promise<void> {
    this.acts += 1;
    await this.page.getByText(text, { exact: true }).first().click();
  }

  async press(key: string): Promise<void> {
    this.acts += 1;
    await this.page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    this.acts += 1;
    await this.page.keyboard.type(text);
  }
}

interface Task {
  readonly question: string;
  /** What it took on the page as it was before the panes shared a scope. */
  readonly before: string;
  /** What it takes with the pointer, and by the keyboard alone. */
  readonly acts: readonly [pointer: number, keys: number];
  readonly byPointer: (hand: Hand) => Promise<unknown>;
  readonly byKeys: (hand: Hand) => Promise<unknown>;
  /** Resolves when the page shows the answer. */
  readonly answered: (page: Page) => Promise<unknown>;
}

const silent = records.find((record) => record.type === 'end' && record.reason === 'producerSilent');
const nothing = (): Promise<void> => Promise.resolve();

/** The name of the file that is saved while something is done. */
async function savedBy(hand: Hand, act: () => Promise<void>): Promise<void> {
  const [download] = await Promise.all([hand.page.waitForEvent('download'), act()]);
  expect(download.suggestedFilename()).to.equal('nats-stream.html');
}

const tasks: readonly Task[] = [
  {
    question: 'Which stream is worst, and why did it end?',
    before: '1',
    acts: [0, 0],
    byPointer: nothing,
    byKeys: nothing,
    answered: (page) => page.locator('.details .facts').first().filter({ hasText: 'ended' }).waitFor(),
  },
  {
    question: 'Which producer is silent?',
    before: '3, and one more for each stream, since the table did not name producers',
    acts: [1, 1],
    byPointer: (hand) => hand.click(/^\d+ silent$/),
    byKeys: (hand) => hand.press('q'),
    answered: (page) => page.locator('.grid-group').filter({ hasText: 'collector' }).waitFor(),
  },
  {
    question: 'Which streams need a look?',
    before: '1, and 3 by the keyboard',
    acts: [1, 1],
    byPointer: (hand) => hand.click(/ to look at$/),
    byKeys: (hand) => hand.press('!'),
    answered: (page) => page.locator('.streams-count').filter({ hasText: ' of 120' }).waitFor(),
  },
  {
    question: 'When was a producer given up for the first time, and what else was then?',
    before: '5, and the event had to be found by hand',
    acts: [3, 3],
    byPointer: async (hand) => {
      await hand.clickText('Break at');
      await hand.type('reason:producerSilent');
      await hand.press('Enter');
    },
    byKeys: async (hand) => {
      await hand.press('b');
      await hand.type('reason:producerSilent');
      await hand.press('Enter');
    },
    answered: async (page) => {
      await untilMoment(page, silent?.seq ?? 0);
      await page.locator('.broke').filter({ hasText: 'producerSilent' }).waitFor();
      await page.getByRole('heading', { name: `Trace event ${silent?.seq ?? 0}` }).waitFor();
    },
  },
  {
    question: 'What did the streams of one subject say to each other?',
    before: 'not to be had: one stream, or all of them',
    acts: [3, 4],
    byPointer: async (hand) => {
      await hand.press('/');
      await hand.type('subject:log.db');
      await hand.click('Filtered');
    },
    byKeys: async (hand) => {
      await hand.press('/');
      await hand.type('subject:log.db');
      await hand.press('Escape');
      await hand.press('f');
    },
    answered: (page) => page.locator('.sq-bar [aria-pressed=true]').filter({ hasText: 'Filtered' }).waitFor(),
  },
  {
    question: 'What may be attached to the ticket?',
    before: 'not to be had',
    acts: [2, 1],
    byPointer: (hand) =>
      savedBy(hand, async () => {
        await hand.clickText('Save…');
        await hand.click(/^Report of the incident/);
      }),
    byKeys: (hand) => savedBy(hand, () => hand.press('r')),
    answered: nothing,
  },
];

describe('what an operator asks', () => {
  const stage = stageFor();

  for (const { question, before, acts, byPointer, byKeys, answered } of tasks) {
    it(`${question} ${acts[0]} acts, ${acts[1]} by keys; before: ${before}`, async () => {
      for (const [way, expected] of [
        [byPointer, acts[0]],
        [byKeys, acts[1]],
      ] as const) {
        const page = await openRecording(stage(), { hash: '' });
        await page.locator('.grid-row[aria-selected=true]').waitFor();
        const hand = new Hand(page);
        await way(hand);
        await answered(page);
        expect(hand.acts).to.equal(expected);
        await closed(page);
      }
    });
  }
});
