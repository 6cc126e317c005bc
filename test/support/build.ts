import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The module with which Node runs what is written in TypeScript, as `--import` takes it from any folder. */
export const typescriptLoader = new URL('typescript.mjs', import.meta.url).href;

/** What has been looked at in this process: sources do not change while tests run. */
const fresh = new Set<string>();

/**
 * Builds where what is built is not there, or older than what it is built from.
 *
 * @param what Its name in an error.
 * @param built A file that each build writes anew.
 * @param sources Files and folders, below the project, that it is built from.
 * @param build The arguments of npm that build it.
 */
export function buildIfStale(what: string, built: string, sources: readonly string[], build: readonly string[]): void {
  if (fresh.has(built)) return;
  if (
    !existsSync(built) ||
    statSync(built).mtimeMs < Math.max(...sources.map((source) => newest(join(root, source))))
  ) {
    const { status, stdout, stderr } = spawnSync('npm', build, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`building ${what} failed with ${status ?? 'a signal'}:\n${stdout}\n${stderr}`);
  }
  fresh.add(built);
}

/** When the file was changed, or the newest thing in the folder. A folder itself changes when a file of it goes. */
function newest(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(
    stats.mtimeMs,
    ...readdirSync(path, { recursive: true, withFileTypes: true }).map(
      (entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs,
    ),
  );
}
