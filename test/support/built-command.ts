import { join } from 'node:path';
import { buildIfStale, root } from './build.js';

/**
 * The file of the built command. It is built where it is not there, or older than what it is built from: the built one
 * starts four times as fast as its sources do through a loader.
 */
export function builtCommand(): string {
  const main = join(root, 'dist/src/cli/main.js');
  buildIfStale('the command', main, ['src', 'machines', 'tsconfig.json'], ['run', 'build:package']);
  return main;
}
