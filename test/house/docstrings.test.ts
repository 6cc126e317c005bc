import { expect } from 'chai';
import { exportsOf, packageEntries, programOfFiles, programOfText } from './public-exports.js';

describe('docstrings', function () {
  this.timeout(300_000);

  it('every export of every public door has one, which says more than a tag', () => {
    const entries = packageEntries();
    const program = programOfFiles([...entries.values()]);
    for (const [entry, file] of entries) {
      const found = exportsOf(program, file);
      expect(found.length, entry).to.be.greaterThan(5);
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
});
