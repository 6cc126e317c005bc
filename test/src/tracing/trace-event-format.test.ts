import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { fencedBlocks, outputOf } from '../../support/readme.js';

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

/** The words that a field may hold, where these are all: by the event or part and the field, as `link.op`. */
function declaredWords(): Readonly<Record<string, readonly string[]>> {
  const source = ts.createSourceFile('trace-event.ts', read('trace-events/trace-event.ts'), ts.ScriptTarget.ES2022);
  const words: Record<string, readonly string[]> = {};
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node)) return;
    const text = node.getText(source);
    const name = /readonly type: '(\w+)'/.exec(text)?.[1] ?? node.name.text;
    for (const [, field = '', union = ''] of text.matchAll(/readonly (\w+)\??: ((?:'\w+' \| )+'\w+');/g)) {
      words[`${name}.${field}`] = Array.from(union.matchAll(/\w+/g), ([word]) => word);
    }
  });
  return words;
}

/** The words that the page says of these fields. */
function documentedWords(): Readonly<Record<string, readonly string[]>> {
  const words: Record<string, readonly string[]> = {};
  let name = '';
  for (const line of read('tracing/README.md').split('\n')) {
    const heading = /^### `(\w+)`$/.exec(line)?.[1];
    if (heading !== undefined) name = heading;
    else if (line.startsWith('| field of a state')) name = 'TraceStateNode';
    else if (line.startsWith('| field of a transition')) name = 'TraceTransition';
    else {
      const [, field, list = ''] = /^\| `(\w+)` \| ((?:`\w+`, )+`\w+`) \|/.exec(line) ?? [];
      if (name !== '' && field !== undefined)
        words[`${name}.${field}`] = Array.from(list.matchAll(/\w+/g), ([word]) => word);
    }
  }
  return words;
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
  it('its snippets run as one program, with a reader of their own, and print what it says', async () => {
    const markdown = read('tracing/README.md');
    const program = fencedBlocks(markdown, 'ts').join('\n');
    const expected = fencedBlocks(markdown, 'text').join('');
    expect(program).to.include('JSON.parse(line)');
    expect(expected).to.include('the lamp is lit');
    expect(await outputOf(program)).to.equal(expected);
  });

  const declared = declaredFields();
  const documented = documentedFields();

  it('describes each kind of trace event, and no other', () => {
    expect(Object.keys(declared)).to.include.members(['run', 'step', 'mark', 'TraceStateNode']);
    expect(Object.keys(documented)).to.have.members(Object.keys(declared));
  });

  it('names the words that a field may hold, and no other', () => {
    const words = declaredWords();
    expect(Object.keys(words)).to.include.members(['message.op', 'TraceStateNode.kind', 'mark.kind']);
    expect(documentedWords()).to.deep.equal(words);
  });

  for (const [name, fields] of Object.entries(declared)) {
    it(`describes the fields of ${name}, and which of them may be absent`, () => {
      expect(documented[name]).to.have.members(fields);
    });
  }
});
