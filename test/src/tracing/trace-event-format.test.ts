import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const read = (path: string) => readFileSync(new URL(`../../../src/${path}`, import.meta.url), 'utf8');

/** The fields of each kind of trace event, by name, with a question mark where they may be absent. */
type Fields = Readonly<Record<string, readonly string[]>>;

/** As the types have it. Events are known by their `type`, their parts by the name of the interface. */
function declaredFields(): Fields {
  const source = ts.createSourceFile('trace-event.ts', read('trace-events/trace-event.ts'), ts.ScriptTarget.ES2022);
  const fields: Record<string, string[]> = {};
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node)) return;
    let name = node.name.text;
    const own: string[] = [];
    for (const member of node.members) {
      if (!ts.isPropertySignature(member) || !ts.isIdentifier(member.name)) continue;
      if (member.name.text === 'type' && member.type !== undefined) name = member.type.getText(source).slice(1, -1);
      else own.push(`${member.name.text}${member.questionToken === undefined ? '' : '?'}`);
    }
    fields[name] = own;
  });
  return fields;
}

/** As the page on the format has it: a heading for each event, and a row or more for its fields. */
function documentedFields(): Fields {
  const fields: Record<string, string[]> = {};
  let name = '';
  for (const line of read('tracing/README.md').split('\n')) {
    const heading = /^### `(\w+)`$/.exec(line)?.[1];
    if (heading !== undefined) name = heading;
    else if (line.startsWith('All but the header')) name = 'Stamped';
    else if (line.startsWith('| field of a state')) name = 'TraceStateNode';
    else if (line.startsWith('| field of a transition')) name = 'TraceTransition';
    else if (name !== '' && line.startsWith('| `')) {
      const [, names = '', type = ''] = line.split('|');
      const mark = type.includes('optional') ? '?' : '';
      const own = Array.from(names.matchAll(/`(\w+)`/g), (match) => `${match[1] ?? ''}${mark}`);
      fields[name] = [...(fields[name] ?? []), ...own];
    }
  }
  return fields;
}

describe('the page on the format of trace events', () => {
  const declared = declaredFields();
  const documented = documentedFields();

  it('describes each kind of trace event, and no other', () => {
    expect(Object.keys(declared)).to.include.members(['run', 'step', 'mark', 'TraceStateNode']);
    expect(Object.keys(documented)).to.have.members(Object.keys(declared));
  });

  for (const [name, fields] of Object.entries(declared)) {
    it(`describes the fields of ${name}, and which of them may be absent`, () => {
      expect(documented[name]).to.have.members(fields);
    });
  }
});
