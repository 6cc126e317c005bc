import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../../support/build.js';
import { endCommands, runCommand } from './command-line.js';

/** Nobody listens there. */
const nowhere = ['--server', 'nats://127.0.0.1:1'];

/** The files that a run of the command loads, by their paths below `dist`, and the packages of others by their names. */
async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  try {
    // Node lists the scripts of a process whose coverage it is asked for.
    await runCommand(args, { env: { NODE_V8_COVERAGE: folder } }).ended;
    const scripts = readdirSync(folder).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: readonly { url: string }[] };
      return result.map(({ url }) => url);
    });
    const paths = scripts.filter((url) => url.startsWith('file:')).map((url) => relative(root, fileURLToPath(url)));
    return paths.map((path) => path.replace(/^dist\/src\//, '').replace(/^node_modules\/((@[^/]+\/)?[^/]+)\/.*/, '$1'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What describes a command line, and not what it does. */
const describes = /^cli\/(\w+\/)?[\w-]+-(command|options)\.js$|^testing\/protocol\/protocol-options\.js$/;

function strangers(loaded: readonly string[], known: RegExp): readonly string[] {
  return loaded.filter((file) => !known.test(file) && !describes.test(file));
}

describe('nats-stream, what it loads to start', () => {
  afterEach(() => endCommands());

  for (const args of [['--version'], ['--help'], ['open', '--help'], ['check', '--help'], ['bogus']]) {
    it(`only what describes commands, for ${args.join(' ')}`, async () => {
      const loaded = await loadedBy(args);
      expect(loaded).to.include('cli/main.js').and.include('cli/check/check-command.js');
      expect(strangers(loaded, /^(cli|wire(\/\w+)?)\/[\w-]+\.js$/)).to.deep.equal([]);
    });
  }

  it('neither the checker nor the page nor the demo, to open a stream', async () => {
    const loaded = await loadedBy(['open', 'x', ...nowhere]);
    expect(loaded).to.include('consumer/consumer-client.js').and.include('cli/open.js');
    expect(strangers(loaded, /^(?!cli\/\w+\/|testing\/)/)).to.deep.equal([]);
  });

  it('neither the checker nor the page nor the demo, to watch a server', async () => {
    const loaded = await loadedBy(['top', ...nowhere]);
    expect(loaded).to.include('tracing/stream-table.js').and.include('cli/top/top.js');
    expect(strangers(loaded, /^(?!cli\/(?!top\/)\w+\/|testing\/)/)).to.deep.equal([]);
  });

  it('no NATS client, to explore the protocol', async () => {
    const loaded = await loadedBy(['check', '--records', '0']);
    expect(loaded).to.include('testing/index.js').and.include('cli/check/check.js');
    expect(strangers(loaded, /^(?!cli\/(?!check\/)\w+\/|nats$|@nats-io\/)/)).to.deep.equal([]);
  });
});
