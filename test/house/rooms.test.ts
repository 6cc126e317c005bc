import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { rooms } from './rooms.js';

/** What does not keep the order of the table yet: the room, and the one below it that it imports. */
const against: readonly (readonly [room: string, imported: string])[] = [];

/** Circles that stand yet, types included, by one file of each. */
const circles: readonly string[] = [];

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** `src/{a,b} c` as `src/a`, `src/b` and `c`. */
function spelledOut(list: string): readonly string[] {
  return list
    .split(' ')
    .filter((item) => item !== '')
    .flatMap((item) => {
      const [, before = '', inside, after = ''] = /^(.*)\{(.*)\}(.*)$/.exec(item) ?? [];
      return inside === undefined ? [item] : inside.split(',').map((one) => `${before}${one}${after}`);
    });
}

/** Every file below these folders with the files of the project that it imports, by their paths. */
function importsOf(folders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
      .filter((file) => file.endsWith('.ts')),
  );
  const relativeImports = (file: string) =>
    // Of types and values, static and dynamic, re-exports included.
    ts
      .preProcessFile(readFileSync(join(root, file), 'utf8'), true, true)
      .importedFiles.map(({ fileName }) => fileName)
      .filter((name) => name.startsWith('.'))
      .map((name) => posix.join(posix.dirname(file), name).replace(/\.js$/, '.ts'));
  return new Map(files.map((file) => [file, [...new Set(relativeImports(file))]]));
}

/** The room that a file stands in, the innermost; undefined where none is drawn for it. */
function roomOf(file: string, table: Readonly<Record<string, string>> = rooms): string | undefined {
  return Object.keys(table)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((one, other) => other.length - one.length)[0];
}

/** The edges between rooms, each with the files that make it. */
function edgesOf(imports: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, readonly string[]> {
  const edges = new Map<string, string[]>();
  for (const [file, imported] of imports) {
    for (const other of imported) {
      const [from, to] = [roomOf(file), roomOf(other)];
      if (from === undefined || to === undefined || from === to) continue;
      const edge = `${from} imports ${to}`;
      edges.set(edge, [...(edges.get(edge) ?? []), `${file} imports ${other}`]);
    }
  }
  return edges;
}

/** The circles among files that import each other: for each, all files that take part. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const found: (readonly string[])[] = [];
  const lowOf = (file: string) => low.get(file) ?? Infinity;
  const visit = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.size - 1);
    open.push(file);
    for (const other of imports.get(file) ?? []) {
      if (!order.has(other)) visit(other);
      if (open.includes(other)) low.set(file, Math.min(lowOf(file), lowOf(other)));
    }
    if (low.get(file) !== order.get(file)) return;
    const members = open.splice(open.indexOf(file));
    if (members.length > 1 || (imports.get(file) ?? []).includes(file)) found.push(members.sort());
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

describe('rooms', () => {
  const imports = importsOf(['machines', 'src']);
  const edges = edgesOf(imports);
  const names = Object.keys(rooms);

  it('every file stands in a room, and every room is there', () => {
    expect([...imports.keys()].filter((file) => roomOf(file) === undefined)).to.deep.equal([]);
    expect(names.filter((room) => !existsSync(join(root, room)))).to.deep.equal([]);
  });

  it('what is imported is a file of the project', () => {
    const missing = [...imports].flatMap(([file, imported]) =>
      imported.filter((other) => !imports.has(other)).map((other) => `${file} imports ${other}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('a room imports what the table says, and nothing else', () => {
    const allowed = names.flatMap((room) => spelledOut(rooms[room] ?? '').map((other) => `${room} imports ${other}`));
    expect([...edges].filter(([edge]) => !allowed.includes(edge)).flatMap(([, files]) => files)).to.deep.equal([]);
    expect(
      allowed.filter((edge) => !edges.has(edge)),
      'the table says more than is so',
    ).to.deep.equal([]);
  });

  it('a room imports only rooms above it', () => {
    const upward = names.flatMap((room, place) =>
      spelledOut(rooms[room] ?? '')
        .filter((other) => names.indexOf(other) >= place)
        .map((other) => [room, other] as const),
    );
    expect(upward).to.deep.equal(against);
  });

  it('tracing can be deleted: nothing but the command imports it', () => {
    const importing = [...imports].filter(([file, imported]) =>
      imported.some((other) => roomOf(other) === 'src/tracing' && roomOf(file) !== 'src/tracing'),
    );
    expect(new Set(importing.map(([file]) => roomOf(file)))).to.deep.equal(new Set(['src/cli']));
  });

  it('no files import each other in a circle, types included', () => {
    const others = circlesIn(imports).filter((circle) => !circles.some((file) => circle.includes(file)));
    expect(others).to.deep.equal([]);
  });

  it('a circle that is listed still stands', () => {
    const standing = circlesIn(imports).flat();
    expect(circles.filter((file) => !standing.includes(file))).to.deep.equal([]);
  });
});

describe('rooms, how they are judged', () => {
  const judged = (files: Readonly<Record<string, readonly string[]>>) => new Map(Object.entries(files));

  it('circles are found whatever their length, and a file that imports itself', () => {
    const found = circlesIn(judged({ a: ['b'], b: ['c', 'd'], c: ['a'], d: ['d'], e: ['a', 'd'], f: [] }));
    expect(found.map((circle) => circle.join(' ')).sort()).to.deep.equal(['a b c', 'd']);
  });

  it('imports are seen in every form', () => {
    const forms = [
      "import { a } from './a.js';",
      "import type { b } from './b.js';",
      "import './c.js';",
      "export * from './d.js';",
      "export type { e } from './e.js';",
      "const f = await import('./f.js');",
      "type G = import('./g.js').G;",
      "// import { h } from './h.js';",
    ];
    const seen = ts.preProcessFile(forms.join('\n'), true, true).importedFiles.map(({ fileName }) => fileName);
    expect(seen.sort()).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `./${name}.js`));
  });
});
