import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where distributions put it when it is not on the path of an ordinary user. */
const usualFolders = ['/usr/bin', '/usr/local/bin', '/snap/bin'];

/** The path of a Chromium: the one that CHROMIUM names, else one on the PATH, else in a usual folder. */
export function findChromium(): string | undefined {
  const named = process.env['CHROMIUM'];
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...path, ...usualFolders].flatMap((folder) => names.map((name) => join(folder, name)));
  return [...(named ? [named] : []), ...candidates].find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
