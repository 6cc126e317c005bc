import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the package ships, and why. A file goes with the first row that fits; one that fits none is not to be shipped, and
 * a row that nothing fits says that something is missing.
 */
export const shipped = [
  { files: /^package\.json$/, because: 'npm needs it' },
  { files: /^LICENSE$/, because: 'the licence asks for it' },
  { files: /^README\.md$/, because: 'npm shows it' },
  { files: /^CHANGELOG\.md$/, because: 'who upgrades reads it, and tools that upgrade show it' },
  { files: /^dist\/src\/cli\/[\w-]+-notices\.txt$/, because: 'the licences of what is built into the command' },
  { files: /^dist\/src\/cli\/[\w/-]+\.js$/, because: 'the command, which nobody imports: without types' },
  { files: /^dist\/(src|machines)\/[\w/-]+\.js$/, because: 'what the entries run, as readable as its sources' },
  { files: /^dist\/(src|machines)\/[\w/-]+\.d\.ts$/, because: 'the types of the entries, with their documentation' },
  { files: /^dist\/page\/third-party-notices\.txt$/, because: 'the licences of what is built into the page' },
  { files: /^dist\/page\/(index\.html|icon\.svg|assets\/[\w.-]+\.(js|css))$/, because: 'the page of nats-stream view' },
  { files: /^machines\/(PROTOCOL|protocol\/[\w-]+)\.md$/, because: 'the specification of the wire that is spoken' },
  { files: /^src\/(testing|tracing)\/README\.md$/, because: 'the manuals to which docstrings point' },
];

/** How much of it there may be. Whoever needs more says here why. */
const most = { files: 900, bytes: 1_600_000 };

/**
 * What is wrong with what is packed, as sentences.
 *
 * @param packed What `npm pack --json` says of the tarball.
 * @param root The folder of the project.
 */
export function packingMistakes({ files, size }, root) {
  const paths = files.map(({ path }) => path);
  const unknown = paths.filter((path) => !shipped.some((row) => row.files.test(path)));
  const missing = shipped.filter((row) => !paths.some((path) => row.files.test(path)));
  // What was built of a file that is gone is still there until somebody cleans up.
  const stale = paths.filter((path) => {
    const [, built] = /^dist\/((?:src|machines)\/.+?)(\.d)?\.[jt]s$/.exec(path) ?? [];
    return built !== undefined && !['.ts', '.tsx'].some((end) => existsSync(join(root, `${built}${end}`)));
  });
  return [
    ...(unknown.length > 0 ? [`the package holds what has no reason to be there: ${unknown.join(', ')}`] : []),
    ...missing.map(({ files: pattern, because }) => `the package holds no ${pattern}: ${because}`),
    ...(stale.length > 0 ? [`the package holds what has no source any more: ${stale.join(', ')}`] : []),
    ...(paths.length > most.files ? [`expected at most ${most.files} files, came ${paths.length}`] : []),
    ...(size > most.bytes ? [`expected at most ${most.bytes} bytes packed, came ${size}`] : []),
  ];
}
