import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The entries of the package, as `.` or `./machines`, each with the file below the project that is its source. */
export function packageEntries(): ReadonlyMap<string, string> {
  const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  };
  return new Map(
    Object.entries(entries).flatMap(([entry, target]) =>
      typeof target === 'string'
        ? []
        : [[entry, target.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts')] as const],
    ),
  );
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  noEmit: true,
  types: [],
};

/** Something that a module exports. */
export interface PublicExport {
  readonly name: string;
  readonly isValue: boolean;
  /** The file that declares it. */
  readonly file: string;
  /** What is written above its declaration, without the tags. */
  readonly docstring: string;
  readonly isDeprecated: boolean;
}

/** A program of files of the project, for `exportsOf`. */
export function programOfFiles(files: readonly string[]): ts.Program {
  return ts.createProgram(
    files.map((file) => join(root, file)),
    compilerOptions,
  );
}

/** A program of one file, `probe.ts`, for a text that is no file. */
export function programOfText(text: string): ts.Program {
  const host = ts.createCompilerHost(compilerOptions);
  return ts.createProgram(
    ['probe.ts'],
    { ...compilerOptions, noLib: true },
    {
      ...host,
      getSourceFile: (name, options) =>
        name === 'probe.ts' ? ts.createSourceFile(name, text, options) : host.getSourceFile(name, options),
    },
  );
}

/** What a module exports, types and values, each thing with what is written above its declaration. */
export function exportsOf(program: ts.Program, file: string): readonly PublicExport[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file) ?? program.getSourceFile(join(root, file));
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`expected a module, came ${file}`);
  return checker.getExportsOfModule(module).map((symbol) => {
    const meant = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
    // `export type { X }` of a class gives a type, and so does a file that does so on the way.
    const isTypeOnly = ts.isTypeOnlyImportOrExportDeclaration as (node: ts.Node) => boolean;
    const declared = meant.declarations?.[0]?.getSourceFile().fileName ?? file;
    return {
      name: symbol.name,
      isValue: (meant.flags & ts.SymbolFlags.Value) !== 0 && !(symbol.declarations ?? []).some(isTypeOnly),
      file: relative(root, declared).replaceAll('\\', '/'),
      docstring: ts.displayPartsToString(meant.getDocumentationComment(checker)).trim(),
      isDeprecated: meant.getJsDocTags(checker).some(({ name }) => name === 'deprecated'),
    };
  });
}

/** A property of something that a module exports. */
export interface PublicMember {
  /** As `ConsumerClientOptions.windowBytes`. */
  readonly name: string;
  readonly docstring: string;
  /** What stands after `@default`; undefined where there is no such tag. */
  readonly defaultText: string | undefined;
}

/** The properties of the types that a module exports, inherited ones included, but for those of other packages. */
export function membersOf(program: ts.Program, file: string): readonly PublicMember[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file) ?? program.getSourceFile(join(root, file));
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`expected a module, came ${file}`);
  return checker.getExportsOfModule(module).flatMap((symbol) => {
    const meant = (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
    if ((meant.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class)) === 0) return [];
    return checker
      .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(meant))
      .filter(({ declarations }) =>
        declarations?.every((at) => !program.isSourceFileDefaultLibrary(at.getSourceFile())),
      )
      .filter(({ declarations }) => declarations?.every((at) => !at.getSourceFile().fileName.includes('node_modules')))
      .map((member) => {
        const tag = member.getJsDocTags(checker).find(({ name }) => name === 'default');
        return {
          name: `${symbol.name}.${member.name}`,
          docstring: ts.displayPartsToString(member.getDocumentationComment(checker)).trim(),
          defaultText: tag === undefined ? undefined : ts.displayPartsToString(tag.text).trim(),
        };
      });
  });
}
