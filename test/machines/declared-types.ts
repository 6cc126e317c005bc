import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const folder = fileURLToPath(new URL('../../machines/', import.meta.url));
const files = ['events.ts', 'commands.ts', 'close-code.ts'].map((name) => folder + name);

// Types alone are asked for, and none of them needs the standard library, which would take a second to read.
const program = ts.createProgram(files, { noLib: true, types: [], module: ts.ModuleKind.NodeNext });
const checker = program.getTypeChecker();

function declarationOf(name: string): ts.TypeAliasDeclaration | ts.InterfaceDeclaration {
  for (const file of program.getSourceFiles()) {
    for (const statement of file.statements) {
      const declares = ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement);
      if (declares && statement.name.text === name) return statement;
    }
  }
  throw new Error(`machines/: expected a type ${name}`);
}

function declaredType(name: string): ts.Type {
  return checker.getTypeAtLocation(declarationOf(name).name);
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
    members.map((member) => [typeOfEvent(member), fieldNames(member).filter((field) => field !== 'type')]),
  );
}

function typeOfEvent(member: ts.Type): string {
  const [type] = literalsIn(member, 'type');
  if (type === undefined)
    throw new Error(`expected an event with a literal type, came ${checker.typeToString(member)}`);
  return type;
}

/** The literals that a field of an event may be, in the order in which they are declared. */
export function literalsOfField(events: string, eventType: string, field: string): readonly string[] {
  const union = declaredType(events);
  const member = (union.isUnion() ? union.types : [union]).find((one) => typeOfEvent(one) === eventType);
  return member === undefined ? [] : literalsIn(member, field);
}

function literalsIn(type: ts.Type, field: string): readonly string[] {
  const property = type.getProperty(field);
  const held = property === undefined ? undefined : checker.getTypeOfSymbol(property);
  const some = held?.isUnion() === true ? held.types : [held];
  return some.flatMap((one) => (one?.isStringLiteral() === true ? [one.value] : []));
}

/**
 * What is written above each member of a union, by the event type or the literal that the member is. Of a member with a
 * name of its own it is what is written above its declaration.
 */
export function docsOfMembers(name: string): ReadonlyMap<string, string> {
  const { type } = declarationOf(name) as ts.TypeAliasDeclaration;
  const text = type.getSourceFile().text;
  const members = ts.isUnionTypeNode(type) ? [...type.types] : [type];
  return new Map(
    members.map((member, place) => {
      const held = checker.getTypeFromTypeNode(member);
      // The comment stands before the bar, so outside of the member.
      const before = text.slice(members[place - 1]?.end ?? type.pos, member.getStart());
      const doc = /\/\*\*([\s\S]*?)\*\//.exec(before)?.[1]?.replace(/^ *\*/gm, '') ?? docOf(held.getSymbol());
      return [held.isStringLiteral() ? held.value : typeOfEvent(held), onOneLine(doc)];
    }),
  );
}

/** What is written above each field of an interface, or of a constant object. */
export function docsOfFields(name: string): ReadonlyMap<string, string> {
  const fields = checker.getPropertiesOfType(constantOf(name) ?? declaredType(name));
  return new Map(fields.map((field) => [field.name, onOneLine(docOf(field))]));
}

function constantOf(name: string): ts.Type | undefined {
  const declarations = program
    .getSourceFiles()
    .flatMap(({ statements }) =>
      statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => declarationList.declarations),
    );
  const found = declarations.find((declaration) => declaration.name.getText() === name);
  return found === undefined ? undefined : checker.getTypeAtLocation(found);
}

function docOf(symbol: ts.Symbol | undefined): string {
  return ts.displayPartsToString(symbol?.getDocumentationComment(checker));
}

function onOneLine(doc: string): string {
  return doc.replace(/\s+/g, ' ').trim();
}

/** The fields of an interface, each with the fields of its type. */
export function fieldsOf(name: string): ReadonlyMap<string, readonly string[]> {
  return new Map(
    checker
      .getPropertiesOfType(declaredType(name))
      .map((field) => [field.name, fieldNames(checker.getTypeOfSymbol(field))]),
  );
}
