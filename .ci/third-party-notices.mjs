// What is built into this package from other packages comes with their licences.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A plugin for Rolldown and Vite: adds a file with name, version, licence and its text of every package of which a module
 * went into the bundle. A package without a licence text ends the build.
 *
 * @param {string} fileName
 * @param {Readonly<Record<string, string>>} licensedWith Packages that bring no text of their licence, each with the one, of
 *   the same repository and licence, whose text is theirs.
 */
export function thirdPartyNotices(fileName, licensedWith = {}) {
  const folders = new Set();
  return {
    name: 'third-party-notices',
    moduleParsed({ id }) {
      const folder = packageFolderOf(id);
      if (folder !== undefined) folders.add(folder);
    },
    generateBundle() {
      const notices = Array.from(folders, (folder) => noticeOf(folder, folders, licensedWith)).sort();
      this.emitFile({ type: 'asset', fileName, source: notices.join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}

/** The folder of the package to which a module belongs; undefined for the project's own. */
function packageFolderOf(id) {
  const file = id.replace(/^\0/, '').replace(/\?.*$/, '');
  const from = file.lastIndexOf('/node_modules/');
  if (from === -1) return undefined;
  for (let folder = dirname(file); folder.length > from + '/node_modules'.length; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    // Folders within a package may have a manifest as well, which has no version.
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version !== undefined) return folder;
  }
  return undefined;
}

function noticeOf(folder, folders, licensedWith) {
  const { name, version, license } = manifestOf(folder);
  const isSibling = (other) => manifestOf(other).name === licensedWith[name] && manifestOf(other).license === license;
  const file = licenceIn(folder) ?? licenceIn([...folders].find(isSibling));
  if (file === undefined) throw new Error(`${name} ${version} (${license}) has no file with its licence`);
  return `${name} ${version} (${license})\n\n${readFileSync(file, 'utf8').trim()}\n`;
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function licenceIn(folder) {
  const name = folder && readdirSync(folder).find((entry) => /^(licen[sc]e|copying)/i.test(entry));
  return name && join(folder, name);
}
