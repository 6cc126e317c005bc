import { expect } from 'chai';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The doors of the package whose exports all have a docstring. */
const doors = ['machines/index.ts', 'src/testing/index.ts'];

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noEmit: true,
};

interface Export {
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
  readonly docstring: string;
}

/** What a module exports, each thing with what is written above its declaration. */
function exportsOf(program: ts.Program, door: string): readonly Export[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(door);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`expected a module, came ${door}`);
  return checker.getExportsOfModule(module).map((symbol) => {
    const meant = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
    const file = meant.declarations?.[0]?.getSourceFile().fileName ?? door;
    const docstring = ts.displayPartsToString(meant.getDocumentationComment(checker)).trim();
    return { name: symbol.name, file: relative(root, file).replaceAll('\\', '/'), docstring };
  });
}

/** A program of one file, for a text that is no file. */
function programOf(text: string): ts.Program {
  const host = ts.createCompilerHost(compilerOptions);
  return ts.createProgram(
    ['probe.ts'],
    { ...compilerOptions, noLib: true, types: [] },
    {
      ...host,
      getSourceFile: (name, options) =>
        name === 'probe.ts' ? ts.createSourceFile(name, text, options) : host.getSourceFile(name, options),
    },
  );
}

describe('docstrings', function () {
  this.timeout(120_000);

  it('every export of a public door has one, which says more than a tag', () => {
    const program = ts.createProgram(
      doors.map((door) => join(root, door)),
      { ...compilerOptions, types: [] },
    );
    for (const door of doors) {
      const found = exportsOf(program, join(root, door));
      expect(found.length, door).to.be.greaterThan(20);
      const without = found.filter(({ docstring }) => docstring === '').map(({ name, file }) => `${name} of ${file}`);
      expect(without, door).to.deep.equal([]);
    }
  });

  it('an export without a docstring, or with a tag alone, is found', () => {
    const program = programOf(`
      /** Says what it is. */
      export const said = 1;
      export const silent = 2;
      /** @see elsewhere */
      export type Tagged = 3;
    `);
    const found = exportsOf(program, 'probe.ts').filter(({ docstring }) => docstring === '');
    expect(found.map(({ name }) => name)).to.deep.equal(['silent', 'Tagged']);
  });
});
