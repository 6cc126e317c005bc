import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = fileURLToPath(new URL('../../machines/', import.meta.url));
const files = ['events.ts', 'commands.ts'].map((name) => folder + name);

// Types alone are asked for, and none of them needs the standard library, which would take a second to read.
const program = ts.createProgram(files, { noLib: true, types: [], module: ts.ModuleKind.NodeNext });
const checker = program.getTypeChecker();

function declaredType(name: string): ts.Type {
  for (const file of program.getSourceFiles()) {
    for (const statement of file.statements) {
      const declares = ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement);
      if (declares && statement.name.text === name) return checker.getTypeAtLocation(statement.name);
    }
  }
  throw new Error(`machines/: expected a type ${name}`);
}

function fieldNames(type: ts.Type): readonly string[] {
  return checker.getPropertiesOfType(type).map(({ name }) => name);
}

/** The literals of a union of strings. */
export function literalsOf(name: string): readonly string[] {
  const type = declaredType(name);
  return (type.isUnion() ? type.types : [type]).flatMap((member) => (member.isStringLiteral() ? [member.value] : []));
}

/** The members of a union of events: their fields beside `type`, by their type. */
export function eventsOf(name: string): ReadonlyMap<string, readonly string[]> {
  const union = declaredType(name);
  const members = union.isUnion() ? union.types : [union];
  return new Map(
    members.map((member) => {
      const type = checker.getTypeOfSymbol(member.getProperty('type')!);
      if (!type.isStringLiteral()) throw new Error(`${name}: expected a literal type of each event`);
      return [type.value, fieldNames(member).filter((field) => field !== 'type')];
    }),
  );
}

/** The fields of an interface, each with the fields of its type. */
export function fieldsOf(name: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    checker
      .getPropertiesOfType(declaredType(name))
      .map((field) => [field.name, fieldNames(checker.getTypeOfSymbol(field))]),
  );
}
