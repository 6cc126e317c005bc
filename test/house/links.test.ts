import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What is no text of this project, or holds none. */
const passedOver = new Set(['node_modules', 'dist', 'api', 'data', '.git']);

/** Every Markdown file of the project, by its path. */
function markdownFiles(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : markdownFiles(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

/** What follows `#` in a link to a heading, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\-_ ]/gu, '')
    .replaceAll(' ', '-');
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}

/** The links of a text that lead nowhere within the project. */
function brokenLinks(file: string, markdown: string, textOf: (path: string) => string | undefined): readonly string[] {
  const targets = Array.from(withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const text = path === '' ? markdown : textOf(posix.join(posix.dirname(file), path));
    if (text === undefined || anchor === undefined) return text === undefined;
    const anchors = Array.from(withoutCode(text).matchAll(/^#+ (.+)$/gm), ([, heading = '']) => anchorOf(heading));
    return !anchors.includes(anchor);
  });
}

/** The files, folders and scripts of the project that a text names as code. */
function namesOf(markdown: string): { readonly paths: readonly string[]; readonly scripts: readonly string[] } {
  const paths = markdown.matchAll(/`((?:machines|src|test|visualizations|findings|\.ci)\/[\w./-]*)`/g);
  const scripts = markdown.matchAll(/\bnpm run ([\w:-]*\w)(?![\w:…-])/g);
  return {
    paths: Array.from(paths, ([, path = '']) => path),
    scripts: Array.from(scripts, ([, script = '']) => script),
  };
}

describe('links of the documents', () => {
  const textOf = (path: string) => {
    if (!existsSync(join(root, path))) return undefined;
    return path.endsWith('.md') ? readFileSync(join(root, path), 'utf8') : '';
  };

  it('lead to files and headings that are there', () => {
    const files = markdownFiles();
    expect(files).to.include.members(['README.md', 'machines/PROTOCOL.md', 'src/tracing/README.md']);
    const broken = files.flatMap((file) =>
      brokenLinks(file, readFileSync(join(root, file), 'utf8'), textOf).map((target) => `${file}: ${target}`),
    );
    expect(broken).to.deep.equal([]);
  });

  it('what they name of the project as code is there', () => {
    const scriptsOf = (folder: string): object => {
      const file = join(root, folder, 'package.json');
      return existsSync(file) ? ((JSON.parse(readFileSync(file, 'utf8')) as { scripts?: object }).scripts ?? {}) : {};
    };
    const missing = markdownFiles().flatMap((file) => {
      // What the changelog names may be gone since.
      if (file === 'CHANGELOG.md') return [];
      const names = namesOf(readFileSync(join(root, file), 'utf8'));
      return [
        // Of the project, or of the workspace that the text is about.
        ...names.paths.filter((path) => ![root, join(root, dirname(file))].some((top) => existsSync(join(top, path)))),
        ...names.scripts.filter((script) => !['', dirname(file)].some((top) => Object.hasOwn(scriptsOf(top), script))),
      ].map((name) => `${file}: ${name}`);
    });
    expect(missing).to.deep.equal([]);
    expect(namesOf(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')).paths).to.include('machines/commands.ts');
    expect(namesOf('`src/x.ts`, npm run bench… and `npm run a:b`, `src/{a,b}`')).to.deep.equal({
      paths: ['src/x.ts'],
      scripts: ['a:b'],
    });
  });

  it('are judged with their anchors, and not within code', () => {
    const markdown =
      '# Top\n\n[a](#top) [b](#Top) [c](x.md#part-one-two) [d](x.md#part) [e](y.md) [f](https://y.org/#z)\n';
    const other = '## Part one, two\n\n```\n# Part\n```\n';
    const broken = brokenLinks('in/file.md', markdown, (path) => (path === 'in/x.md' ? other : undefined));
    expect(broken).to.deep.equal(['#Top', 'x.md#part', 'y.md']);
  });
});
