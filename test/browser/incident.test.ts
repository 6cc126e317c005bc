import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { join } from 'node:path';
import { endCommands, runCommand, type CommandLine } from '../src/cli/command-line.js';
import { builtPage } from '../support/built-page.js';
import { startNatsServer, type NatsServer } from '../support/nats-server.js';
import { startProcess, type RunningProcess } from '../support/processes.js';
import { shownRows, watchRows, type RowHistory } from '../support/row-history.js';
import { closed, stageFor, untilHolds } from './sample-page.js';

const streams = 4;
/** Long enough for a stalled process: nothing ends by itself but what is killed. */
const timing = {
  heartbeatIntervalMs: 3_000,
  heartbeatRequestTimeoutMs: 2_900,
  silenceTimeoutMs: 120_000,
  openTimeoutMs: 120_000,
};
/** Beyond six seconds of silence contact is lost. */
const stallMs = 10_000;

describe('the page in an incident: real processes, a broker that is restarted, stalls and a kill', () => {
  const stage = stageFor();
  let nats: NatsServer;
  let view: CommandLine;
  let page: Page;
  const producers = new Map<string, RunningProcess>();
  let consumer: RunningProcess;

  before(async () => {
    const folder = builtPage();
    nats = await startNatsServer();
    const subject = 'incident.test';
    view = runCommand(['view', '--server', nats.url, '--subject', subject, '--page', folder]);
    const common = { url: nats.url, subject, streams: 0, timing, everyMs: 200 };
    for (const name of ['calm', 'stalled', 'killed']) {
      producers.set(name, startProcess('traced-process', { ...common, role: 'producer', name, topic: name }));
    }
    for (const producer of producers.values()) await producer.until('ready');
    const topics = ['calm', 'stalled', 'killed'];
    consumer = startProcess('traced-process', { ...common, role: 'consumer', streams, topics });
    await consumer.until('ready');
    const [, url] = await view.untilStdout(/^page +(\S+)$/m);
    page = await stage().open({
      ...(url === undefined ? {} : { url }),
      context: { viewport: { width: 1440, height: 900 } },
    });
    await page
      .locator('.streams-count')
      .filter({ hasText: /^12, 12 live$/ })
      .waitFor();
    await untilHolds(async () => expect(await page.locator(".pill[data-phase='active']").count()).to.be.at.least(12));
    await watchRows(page);
  });
  after(async () => {
    await endCommands();
    for (const process of [...producers.values(), consumer]) await process.kill();
    await nats.kill();
  });

  const history = (): Promise<RowHistory> => shownRows(page);
  const sleep = (ms: number): Promise<void> => page.waitForTimeout(ms);
  const phases = async (): Promise<Readonly<Record<string, number>>> => {
    const found: Record<string, number> = {};
    for (const pill of await page.locator('.grid-row .pill').all()) {
      const phase = (await pill.getAttribute('data-phase')) ?? '';
      found[phase] = (found[phase] ?? 0) + 1;
    }
    return found;
  };
  /** Shows the processes, without their actors: only the lines in sight are drawn. */
  const showSystems = async (): Promise<void> => {
    await page.keyboard.press('2');
    const open = page.getByRole('treeitem', { level: 1, expanded: true });
    await page.getByRole('treeitem', { level: 1 }).first().waitFor();
    while ((await open.count()) > 0) await open.first().locator('.tree-twist').click();
  };
  const untilAllActive = async (): Promise<void> => {
    await untilHolds(async () => expect(await phases()).to.deep.equal({ active: 12 }));
  };
  const ages = async (): Promise<readonly number[]> => {
    const cells = await page.locator('.grid-row [data-column=age]').allTextContents();
    return cells.map(seconds);
  };
  const records = async (): Promise<readonly number[]> => {
    const cells = await page.locator('.grid-row [data-column=records]').allTextContents();
    return cells.map((text) => Number.parseFloat(text) * (text.includes('k') ? 1_000 : 1));
  };
  const picture = async (name: string): Promise<void> => {
    const folder = process.env['SCREENSHOTS'];
    if (folder === undefined) return;
    for (const theme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: theme as 'light' | 'dark' });
      await page.evaluate((wanted) => (document.documentElement.dataset['theme'] = wanted), theme);
      await sleep(500);
      await page.screenshot({ path: join(folder, `incident-${name}-${theme}.png`) });
    }
  };

  it('shows all streams as live after the broker was restarted, with their ages, records and rates', async () => {
    const before = { age: Math.min(...(await ages())), records: Math.min(...(await records())) };
    await nats.kill();
    await untilHolds(async () => expect(await phases()).to.deep.equal({ unheard: 12 }));
    await picture('outage');
    await nats.restart();
    await untilAllActive();
    await untilHolds(async () => expect(Math.min(...(await records()))).to.be.greaterThan(before.records));
    expect(Math.min(...(await ages()))).to.be.at.least(before.age);
    await untilHolds(async () => expect(await page.locator('.rate').allTextContents()).not.to.include(''));
    await page.locator('.scrubber .mark[title*="the connection to NATS is lost"]').waitFor();
    await page.locator('.scrubber .mark[title*="the connection to NATS is back"]').waitFor();
    expect(await page.locator('.time-wall').textContent()).to.match(/^\d\d:\d\d:\d\d\.\d{3} UTC[+-]\d\d:\d\d $/);
    await picture('restarted');
  });

  it('shows a process that is stalled as not heard, and as live when it goes on', async () => {
    const pid = producers.get('stalled')?.pid ?? 0;
    const before = Math.min(...(await ages()));
    process.kill(pid, 'SIGSTOP');
    try {
      await showSystems();
      await page
        .getByRole('treeitem', { level: 1 })
        .filter({ hasText: 'stalled' })
        .filter({ hasText: /not heard since \d\d:\d\d:\d\d\.\d{3} UTC/ })
        .waitFor();
      expect(await page.locator('.tree').textContent()).not.to.include('its connection is closed');
      await picture('stalled');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await untilHolds(async () => {
      expect(await page.getByRole('treeitem', { level: 1 }).filter({ hasText: 'not heard' }).count()).to.equal(0);
    });
    await page.keyboard.press('1');
    await untilAllActive();
    expect(Math.min(...(await ages()))).to.be.at.least(before);
  });

  it('keeps what it has shown when the viewer itself stood still', async () => {
    const before = { age: Math.min(...(await ages())), records: Math.min(...(await records())) };
    view.kill('SIGSTOP');
    await sleep(stallMs);
    view.kill('SIGCONT');
    await untilHolds(async () => expect(Math.min(...(await records()))).to.be.greaterThan(before.records));
    await untilAllActive();
    expect(Math.min(...(await ages()))).to.be.at.least(before.age);
    const bars = await page.locator('.grid-row .rate svg').count();
    expect(bars).to.equal(12);
  });

  it('shows a killed producer as what is known of it, in no colour of its own streams', async () => {
    await producers.get('killed')?.kill();
    await showSystems();
    const row = page.getByRole('treeitem', { level: 1 }).filter({ hasText: 'killed' });
    await row.filter({ hasText: /not heard since \d\d:\d\d:\d\d\.\d{3} UTC.*, its connection is closed/ }).waitFor();
    expect(await row.textContent()).not.to.include('stopped');
    await page.keyboard.press('1');
    await picture('killed');
  });

  it('has shown no live stream as stopped, closed, crashed or red at any time', async () => {
    const { rows, counts } = await history();
    expect(rows.length).to.be.greaterThan(24);
    const wrong = rows.filter(
      ({ phase, isOver, reason, subject }) =>
        !subject.includes('killed') && (isOver || reason !== '' || !['opening', 'active', 'unheard'].includes(phase)),
    );
    expect(wrong).to.deep.equal([]);
    // Another pane stands in front at times.
    const bad = counts.filter(({ text }) => text !== '' && !/^12, (8|9|10|11|12) live$/.test(text));
    expect(bad).to.deep.equal([]);
  });

  it('shows a process that says goodbye as stopped, which looks like neither', async () => {
    process.kill(producers.get('calm')?.pid ?? 0, 'SIGTERM');
    await showSystems();
    const row = page.getByRole('treeitem', { level: 1 }).filter({ hasText: 'calm' });
    await row.filter({ hasText: '† stopped' }).waitFor();
    expect(await row.locator('.bad, .unheard').count()).to.equal(0);
    await closed(page);
  });
});

function seconds(text: string): number {
  const parts = /^(?:(\d+):)?(\d+):(\d\d)$/.exec(text);
  if (parts !== null) return Number(parts[1] ?? 0) * 3_600 + Number(parts[2]) * 60 + Number(parts[3]);
  return text.endsWith(' ms') ? Number.parseFloat(text) / 1_000 : Number.parseFloat(text);
}
