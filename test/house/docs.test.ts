import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../support/build.js';
import { startNatsServer } from '../support/nats-server.js';
import { fencedBlocks, outputOf } from '../support/readme.js';

interface Group {
  readonly text: string;
  readonly pages?: readonly (readonly [title: string, path: string])[];
}

const { chapters, groups } = (await import(pathToFileURL(join(root, 'docs/.vitepress/pages.mjs')).href)) as {
  readonly chapters: readonly (readonly [title: string, path: string])[];
  readonly groups: readonly Group[];
};

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Runs what these pages have to run as one program, on a server of its own, and compares what is printed with what they say. */
async function run(paths: readonly string[]): Promise<void> {
  const markdown = paths.map(textOf).join('\n');
  const server = await startNatsServer();
  try {
    const program = fencedBlocks(markdown, 'ts').join('\n').replaceAll('nats://127.0.0.1:4222', server.url);
    expect(await outputOf(program)).to.equal(fencedBlocks(markdown, 'text').join(''));
  } finally {
    await server.stop();
  }
}

describe('docs', () => {
  const chapterPaths = chapters.map(([, path]) => path);
  const own = ['docs', 'docs/guide', 'docs/recipes', 'docs/operations', 'docs/migration']
    .flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}/${name}`),
    )
    .filter((path) => !chapterPaths.includes(path) && fencedBlocks(textOf(path), 'ts').length > 0)
    // What has a page is run with it in a browser: test/browser/recipes.test.ts.
    .filter((path) => fencedBlocks(textOf(path), 'tsx').length === 0);

  it('the chapters of the guide are one program that prints what they say', async () => {
    await run(chapterPaths);
  });

  it('has programs on other pages, recipes and migrations among them', () => {
    expect(own.length).to.be.greaterThan(8);
  });

  for (const path of own) {
    it(`${path} is a program that prints what it says`, async () => {
      expect(fencedBlocks(textOf(path), 'text')).to.not.deep.equal([]);
      await run([path]);
    });
  }

  it('each page of the guide and of operations is in the table of contents', () => {
    const listed = groups.flatMap(({ pages = [] }) => pages.map(([, path]) => path));
    const written = ['docs/guide', 'docs/operations', 'docs/migration'].flatMap((folder) =>
      readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
    );
    expect(written.filter((path) => !listed.includes(path))).to.deep.equal([]);
  });
});
