// Puts the parser of the command line into the one file of the command that imports it, with its licence beside it, so that
// who installs the package for its streams installs no parser along with it. The command is made executable, too.
import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'rolldown';
import { thirdPartyNotices } from './third-party-notices.mjs';

const command = resolve(import.meta.dirname, '../dist/src/cli');

await build({
  input: join(command, 'commander.js'),
  platform: 'node',
  plugins: [thirdPartyNotices('commander-notices.txt')],
  output: { dir: command, entryFileNames: 'commander.js' },
  logLevel: 'warn',
});
chmodSync(join(command, 'main.js'), 0o755);
