import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/build.js';
import { findFreePort, startNatsServer, type NatsServer } from '../support/nats-server.js';
import { serveReactPage } from '../support/react-page.js';
import { fencedBlocks, programFolder, withSources } from '../support/readme.js';
import { watchedPage } from '../support/watched-page.js';

const recipes = join(root, 'docs/recipes');

/** What a recipe with a page is made of, running: its server, its worker and its page. */
interface RunningRecipe {
  readonly url: string;
  /** What the worker has printed, line by line. */
  readonly lines: readonly string[];
  /** Ends all of it. */
  close(): Promise<void>;
}

async function startRecipe(recipe: string): Promise<RunningRecipe> {
  const markdown = readFileSync(join(recipes, recipe), 'utf8');
  const port = await findFreePort();
  // The port of other clients is the helper's to choose.
  const config =
    fencedBlocks(markdown, 'conf')
      .join('')
      .replace(/^port:.*$/m, '') || defaultConfig;
  const server: NatsServer = await startNatsServer({ config: config.replace('8080', `${port}`) });
  const placed = (program: string) =>
    withSources(program)
      .replaceAll('nats://127.0.0.1:4222', server.url)
      .replaceAll('ws://127.0.0.1:8080', `ws://127.0.0.1:${port}`);
  const folder = programFolder();
  const worker = join(folder, 'worker.ts');
  const page = join(folder, 'page.tsx');
  writeFileSync(worker, placed(fencedBlocks(markdown, 'ts').join('\n')));
  writeFileSync(page, placed(fencedBlocks(markdown, 'tsx').join('\n')));
  const served = await serveReactPage(pathToFileURL(page));
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', worker], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (data: string) => {
    const whole = (text + data).split('\n');
    text = whole.pop() ?? '';
    lines.push(...whole);
  });
  return {
    url: served.url,
    lines,
    async close() {
      child.kill('SIGKILL');
      served.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const defaultConfig = 'websocket { port: 8080, no_tls: true }';

async function untilLine({ lines }: RunningRecipe, line: string): Promise<void> {
  while (!lines.includes(line)) await new Promise((resolve) => setTimeout(resolve, 5).unref());
}

describe('recipes', () => {
  it('have a page where these tests say so', () => {
    const withPage = readdirSync(recipes).filter(
      (name) => fencedBlocks(readFileSync(join(recipes, name), 'utf8'), 'tsx').length > 0,
    );
    expect(withPage.sort()).to.deep.equal(['job-progress-in-react.md', 'tokens-over-websockets.md']);
  });
});

describe('recipes with a page', function () {
  this.timeout(60_000);
  const watched = watchedPage();
  let running: RunningRecipe;
  const open = async (recipe: string) => {
    running = await startRecipe(recipe);
    await untilLine(running, 'serving');
    await watched.page.goto(running.url);
  };
  afterEach(() => running.close());
  const press = (name: string) => watched.page.getByRole('button', { name, exact: true }).click();

  describe('tokens-over-websockets.md', () => {
    beforeEach(() => open('tokens-over-websockets.md'));

    it('shows the tokens as they come, and how the answer ends', async () => {
      const { page } = watched;
      await page.getByLabel('Prompt').fill('hello');
      await press('Ask');
      await page.getByText('completed').waitFor();
      expect(await page.locator('output').innerText()).to.equal('You said hello, and there is much to say about that.');
      await untilLine(running, 'completed');
    });

    it('stops the worker as the user presses Stop', async () => {
      const { page } = watched;
      await page.getByLabel('Prompt').fill('hello');
      await press('Ask');
      await page.getByText('You said').waitFor();
      await press('Stop');
      await page.getByText('cancelled').waitFor();
      await untilLine(running, 'stopped');
      expect(await page.locator('output').innerText()).not.to.include('about that');
    });
  });

  describe('job-progress-in-react.md', () => {
    beforeEach(() => open('job-progress-in-react.md'));
    const section = (name: string) => watched.page.getByRole('region', { name });

    it('shows how far a job is, and that it has ended', async () => {
      await press('Run resize');
      await section('resize').getByText('active').waitFor();
      await section('resize').getByText('completed').waitFor();
      expect(await section('resize').getByRole('progressbar').getAttribute('value')).to.equal('100');
      await untilLine(running, 'finished resize');
    });

    it('shows why a job failed', async () => {
      await press('Run broken');
      await section('broken').getByRole('alert').waitFor();
      expect(await section('broken').getByRole('alert').innerText()).to.include('the disk is full');
    });

    it('leaves the job that is cancelled, and no other one', async () => {
      await press('Run resize');
      await press('Run broken');
      await section('resize').getByText('active').waitFor();
      await press('Cancel resize');
      await untilLine(running, 'left resize');
      expect(await section('resize').count()).to.equal(0);
      await section('broken').getByRole('alert').waitFor();
    });
  });
});
