import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The folder of the built page. It is built where it is not there, or older than what it is built from. */
export function builtPage(): string {
  const folder = join(root, 'dist/page');
  const index = join(folder, 'index.html');
  if (!existsSync(index) || statSync(index).mtimeMs < newest()) {
    const { status, stdout, stderr } = spawnSync('npm', ['run', 'build', '-w', 'nats-stream-actors-visualizations'], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`building the page failed with ${status ?? 'a signal'}:\n${stdout}\n${stderr}`);
  }
  return folder;
}

/** When the newest file was changed that the page is made of. */
function newest(): number {
  const folders = ['visualizations/src', 'visualizations/public', 'src', 'machines'].map((folder) =>
    join(root, folder),
  );
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
