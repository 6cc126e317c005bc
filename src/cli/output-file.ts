import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../errors.js';
import { Failure } from './failure.js';

/**
 * Finds out whether a file can be written, before there is anything to write. What is there already is kept unless that
 * is asked for; an empty file, a pipe or a device holds nothing that could be lost.
 *
 * @param flag The option that names the file, for the error.
 * @throws {Failure} That says why not, and what to do.
 */
export function assertWritable(flag: string, file: string, overwrite: boolean): void {
  const path = resolve(file);
  const isThere = statSync(path, { throwIfNoEntry: false });
  if (isThere?.isDirectory() === true) throw new Failure(`${flag} ${file}: expected a file, but it is a folder`);
  if (isThere?.isFile() === true && isThere.size > 0 && !overwrite) {
    throw new Failure(`${flag} ${file}: expected no such file, but it is there; --overwrite replaces it`);
  }
  try {
    accessSync(isThere === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw new Failure(`${flag} ${file}: ${messageOf(error)}`);
  }
}
