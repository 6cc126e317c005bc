import { expect } from 'chai';
import { resolveOptions, type ResolvedOptions } from '../../src/validation/options.js';
import { createTestBroker } from '../support/pair.js';
import { exportsOf, membersOf, packageEntries, programOfFiles, programOfText } from './public-exports.js';

describe('docstrings', function () {
  this.timeout(300_000);

  it('every export of every public door has one, which says more than a tag', () => {
    const entries = packageEntries();
    const program = programOfFiles([...entries.values()]);
    for (const [entry, file] of entries) {
      const found = exportsOf(program, file);
      expect(found.length, entry).to.be.greaterThan(0);
      const without = found.filter(({ docstring }) => docstring === '').map(({ name, file: at }) => `${name} of ${at}`);
      expect(without, entry).to.deep.equal([]);
    }
  });

  it('an export without a docstring, or with a tag alone, is found', () => {
    const program = programOfText(`
      /** Says what it is. */
      export const said = 1;
      export const silent = 2;
      /** @see elsewhere */
      export type Tagged = 3;
    `);
    const found = exportsOf(program, 'probe.ts').filter(({ docstring }) => docstring === '');
    expect(found.map(({ name }) => name)).to.deep.equal(['silent', 'Tagged']);
  });

  /** Says a default in its text, where tools do not find it. */
  const inText = /\bunless told\b|\bby default\b/i;

  it('a default stands in a tag of its own, in the text of no property', () => {
    const entries = [...packageEntries().values()];
    const program = programOfFiles(entries);
    const members = entries.flatMap((file) => membersOf(program, file));
    expect(members.length).to.be.greaterThan(300);
    expect(members.filter(({ docstring }) => inText.test(docstring)).map(({ name }) => name)).to.deep.equal([]);
  });

  it('the default of an option of a client that has a value is that value, as the client takes it', () => {
    const file = packageEntries().get('.') ?? '';
    const members = membersOf(programOfFiles([file]), file);
    const resolved = resolveOptions({ connection: createTestBroker().connect() });
    const valued = Object.entries(resolved).filter(([, value]) =>
      ['number', 'boolean', 'string'].includes(typeof value),
    );
    expect(valued.length).to.be.greaterThan(15);
    for (const [name, value] of valued as [keyof ResolvedOptions, unknown][]) {
      const told = members
        .filter((member) => /^(Consumer|Producer)ClientOptions\./.test(member.name))
        .filter((member) => member.name.endsWith(`.${name}`));
      expect(told, name).not.to.deep.equal([]);
      for (const { defaultText = 'nothing' } of told) {
        expect(defaultText.replace(/(?<=\d)_(?=\d)/g, '').replaceAll("'", ''), name).to.equal(String(value));
      }
    }
  });

  it('a default in the text, and one in a tag, are told apart', () => {
    const program = programOfText(`
      interface Common {
        /** How long. 5 unless told. */
        readonly said?: number;
      }
      export interface Options extends Common {
        /**
         * How often.
         *
         * @default 1_000
         */
        readonly tagged?: number;
      }
    `);
    const found = membersOf(program, 'probe.ts');
    expect(found.filter(({ docstring }) => inText.test(docstring)).map(({ name }) => name)).to.deep.equal([
      'Options.said',
    ]);
    expect(found.map(({ defaultText }) => defaultText).sort()).to.deep.equal(['1_000', undefined]);
  });
});
