import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { defineConfig } from 'vitepress';
import { groups } from './pages.mjs';

const root = resolve(import.meta.dirname, '../..');

/** Files to which pages lead and that are no pages: they come along as they are. */
const taken = new Set();

export default defineConfig({
  title: 'nats-stream-actors',
  description: 'Streams of records between clients over NATS, where every stream is an XState actor.',
  // The pages are files of the project, at their own places, so that their links lead on in both.
  srcDir: root,
  srcExclude: ['README.md', 'findings/**', 'test/**', '**/dist/**', '**/node_modules/**'],
  rewrites: { 'docs/index.md': 'index.md' },
  outDir: join(root, 'docs/dist'),
  cacheDir: join(root, 'node_modules/.vitepress'),
  // The site stands in any folder, and needs nothing of the network.
  base: process.env.DOCS_BASE ?? '/',
  lang: 'en',
  // There is none, and browsers would ask for one.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    // What looks like a tag is a name in angle brackets.
    html: false,
    config: (markdown) => {
      markdown.core.ruler.push('files of the project', ({ tokens, env }) => {
        for (const token of tokens.flatMap((each) => each.children ?? [])) {
          if (token.type === 'link_open') token.attrSet('href', onSite(token.attrGet('href') ?? '', env.relativePath));
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/docs/guide/start' },
      { text: 'Recipes', link: `/${pagesOf('docs/recipes')[0][1].replace(/\.md$/, '')}` },
      { text: 'API', link: '/docs/api/' },
      { text: 'Protocol', link: '/machines/PROTOCOL' },
    ],
    sidebar: groups.flatMap(({ text, pages = [], folder }) => {
      const all = [...pages, ...(folder === undefined ? [] : pagesOf(folder))];
      const items = all.map(([title, path]) => ({ text: title, link: `/${path.replace(/\.md$/, '')}` }));
      return items.length === 0 ? [] : [{ text, collapsed: false, items }];
    }),
  },
  buildEnd: ({ outDir }) => {
    for (const path of taken) {
      mkdirSync(dirname(join(outDir, path)), { recursive: true });
      cpSync(join(root, path), join(outDir, path));
    }
  },
});

/** The pages of a folder, whoever wrote them, each with its own heading; none where there is no such folder. */
function pagesOf(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => {
      const path = posix.join(folder, file.replaceAll('\\', '/'));
      const heading = /^# (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1] ?? file;
      return [heading.replaceAll(/[`\\]/g, ''), path];
    });
}

/** Where a link of a page leads on the site: a file that is no page comes along. Dead ones stay, and fail the build. */
function onSite(href, page) {
  if (/^[a-z]+:|^#|^\//.test(href)) return href;
  const path = posix.join(posix.dirname(page), decodeURI(href.split('#')[0]));
  if (path.endsWith('.md') || !existsSync(join(root, path)) || !statSync(join(root, path)).isFile()) return href;
  taken.add(path);
  return `/${path}`;
}
