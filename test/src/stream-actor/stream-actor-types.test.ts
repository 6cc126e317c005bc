import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const file = fileURLToPath(new URL('./stream-actor-types.ts', import.meta.url));

describe('The types of streamActor', () => {
  it('refuse each machine that does not take what comes, and no other', function () {
    // The compiler reads its own library, XState and this package first.
    this.timeout(300_000);
    const { config } = ts.readConfigFile(`${root}/test/tsconfig.json`, (path) => ts.sys.readFile(path)) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, `${root}/test`);
    const program = ts.createProgram([file], options);
    const complaints = program.getSemanticDiagnostics(program.getSourceFile(file)).map(({ start, messageText }) => {
      const { line } = program.getSourceFile(file)!.getLineAndCharacterOfPosition(start ?? 0);
      return `line ${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
    expect(complaints).to.deep.equal([]);
  });
});
