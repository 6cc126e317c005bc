import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import type { Page } from 'playwright-core';
import { ConsumerClient, type ConsumerStream } from '../../src/index.js';
import { createTracer, traceOverNats } from '../../src/tracing/index.js';
import { endCommands, runCommand } from '../src/cli/command-line.js';
import { builtPage } from '../support/built-page.js';
import { startNatsServer, type NatsServer } from '../support/nats-server.js';
import { startProcess, type RunningProcess } from '../support/processes.js';
import { closed, stageFor } from './sample-page.js';

const opened = 200;
const left = 20;
/** Long enough for a machine that is busy: nothing may be told as silent but what is. */
const timing = {
  heartbeatIntervalMs: 3_000,
  heartbeatRequestTimeoutMs: 2_900,
  silenceTimeoutMs: 15_000,
  openTimeoutMs: 15_000,
};

describe('the page and real processes on a real server', () => {
  const stage = stageFor();
  let nats: NatsServer;
  let connection: NatsConnection;
  let producer: RunningProcess;
  let page: Page;
  const streams: ConsumerStream[] = [];
  const read: number[] = [];

  before(async () => {
    const folder = builtPage();
    nats = await startNatsServer();
    const subject = 'browser.test';
    const view = runCommand(['view', '--server', nats.url, '--subject', subject, '--page', folder]);
    const common = { url: nats.url, subject, streams: 0 };
    producer = startProcess('traced-process', { ...common, role: 'producer', everyMs: 500, timing });
    connection = await connect({ servers: nats.url });
    const [, url] = await view.untilStdout(/^page +(\S+)$/m);
    page = await stage().open({ ...(url === undefined ? {} : { url }) });
    await producer.until('ready');

    const tracer = createTracer();
    traceOverNats(tracer, { connection, subject, process: 'consumer' });
    const consumer = new ConsumerClient({ connection, tracer, ...timing });
    for (let n = 0; n < opened; n += 1) {
      read.push(0);
      const onRecord = (): void => void (read[n] = (read[n] ?? 0) + 1);
      streams.push(consumer.openStream(`count.${n}`, undefined, { onRecord }));
    }
  });
  after(async () => {
    await endCommands();
    await producer.kill();
    await connection.close();
    await nats.kill();
  });

  /** Waits until so many streams answer a query. */
  const untilFound = async (query: string, count: number): Promise<void> => {
    await page.getByLabel('Query over streams').fill(query);
    const shown = count === opened ? new RegExp(`^${opened},`) : new RegExp(`^${count} of ${opened},`);
    await page.locator('.streams-count').filter({ hasText: shown }).waitFor();
  };
  const select = async (subject: string): Promise<void> => {
    await untilFound(`subject:${subject}`, 1);
    await page.locator('.grid-row').click();
    await page.locator('.details .facts').first().filter({ hasText: subject }).waitFor();
  };

  it('shows both processes, and every stream as active', async () => {
    await untilFound('state:active.listening', opened);
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    for (const system of ['consumer', 'producer']) {
      await page
        .getByRole('treeitem', { level: 1 })
        .filter({ hasText: system })
        .filter({ hasText: /20\d live/ })
        .waitFor();
    }
    await page.keyboard.press('1');
  });

  it('shows both ends of a stream, with the timer that waits for a sign of life', async () => {
    await select('count.107');
    for (const name of ['consumer', 'producer']) {
      await page
        .locator('.details section h3')
        .filter({ hasText: `${name}Stream` })
        .waitFor();
    }
    const timer = page.locator('.timers li').filter({ hasText: 'silenceTimeout' });
    await timer.waitFor();
    // It begins again with each record, so it never comes near its end.
    const shown = Number.parseFloat((await timer.locator('.timer-time').textContent()) ?? '');
    expect(shown).to.be.within(0.1, timing.silenceTimeoutMs / 1_000);
    await page.locator('.sc-timers').filter({ hasText: 'silenceTimeout' }).waitFor();
  });

  it('shows who has left a stream, and how many records came until then', async () => {
    for (const stream of streams.slice(0, left)) stream.cancel('enough');
    const [end] = await Promise.all(streams.slice(0, left).map((stream) => stream.closed));
    await untilFound('reason:cancelled', left);
    await select('count.0');
    const facts = page.locator('.details .facts').first();
    await facts.filter({ hasText: 'cancelled' }).filter({ hasText: 'enough' }).waitFor();
    await facts.filter({ hasText: new RegExp(`records\\s*${end?.records},`) }).waitFor();
    expect(end?.records).to.equal(read[0]);
  });

  it('shows that a process is not heard any more, and what became of its streams', async () => {
    await producer.kill();
    await untilFound('reason:producerSilent', opened - left);
    await page.getByRole('button', { name: `${opened - left} to look at` }).waitFor();
    const ends = await Promise.all(streams.map((stream) => stream.closed));
    expect(ends.filter(({ reason }) => reason === 'producerSilent')).to.have.lengthOf(opened - left);
    await page.getByLabel('Query over streams').fill('');
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await page
      .getByRole('treeitem', { level: 1 })
      .filter({ hasText: 'producer' })
      .filter({ hasText: 'not heard since' })
      .waitFor();
    await closed(page);
  });
});
