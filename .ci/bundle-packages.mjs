// Puts each package that the command uses into the one file of the command that imports it, with its licence beside it, so
// that who installs the package for its streams installs none of them along with it. The command is made executable, too.
import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';
import { thirdPartyNotices } from './third-party-notices.mjs';

const command = resolve(import.meta.dirname, '../dist/src/cli');

for (const name of ['commander', 'string-width']) {
  await build({
    input: join(command, `${name}.js`),
    platform: 'node',
    plugins: [thirdPartyNotices(`${name}-notices.txt`)],
    output: { dir: command, entryFileNames: `${name}.js` },
    logLevel: 'warn',
  });
}
chmodSync(join(command, 'main.js'), 0o755);
