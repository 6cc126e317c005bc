import { existsSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf } from '../../errors.js';
import type { Properties, System, SystemView } from '../../testing/index.js';
import { Failure } from '../failure.js';

export interface LoadedSystem {
  readonly system: System;
  readonly properties: Properties<SystemView>;
}

const expected = "expected a default export { system, properties }, or exports of these names, made with 'system()'";

const propertyKinds: readonly string[] = [
  'always',
  'leadsTo',
  'reachable',
  'mayRest',
] satisfies (keyof Properties<SystemView>)[];

/**
 * Imports a module, and takes the system and the properties that it exports. Properties may be absent: that no step
 * breaks is asked of every system.
 *
 * @throws Failure that says what is wrong with the file.
 */
export async function loadSystem(file: string): Promise<LoadedSystem> {
  const path = resolve(file);
  if (!existsSync(path)) throw new Failure(`--system ${file}: there is no such file`);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(path).href)) as typeof module;
  } catch (error) {
    throw new Failure(`--system ${file}: ${explainLoadFailure(file, error)}`, { cause: error });
  }
  const found = readExports(module);
  if (typeof found === 'string') throw new Failure(`--system ${file}: ${found}`);
  return found;
}

/** Why a module could not be imported, and what helps. */
export function explainLoadFailure(file: string, error: unknown): string {
  const { code } = (typeof error === 'object' ? (error ?? {}) : {}) as { readonly code?: unknown };
  const isTypeScript = /^\.[cm]?tsx?$/.test(extname(file));
  const loader = `NODE_OPTIONS='--import tsx' nats-stream check --system ${file}`;
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && isTypeScript) {
    return (
      `this Node, ${process.version}, does not load TypeScript. Take Node 22.18 or later, which strips types, ` +
      `or a loader: ${loader}`
    );
  }
  if (typeof code === 'string' && code.endsWith('_TYPESCRIPT_SYNTAX')) {
    return `${messageOf(error)}. Node strips types and does no more; a loader does: ${loader}`;
  }
  return messageOf(error);
}

/** Takes what is wanted from the exports of a module. Returns what is wrong with them as a text. */
export function readExports(module: Readonly<Record<string, unknown>>): LoadedSystem | string {
  const holder = 'system' in module ? module : module['default'];
  // A CommonJS module is the default export of itself.
  const inner = isObject(holder) && !('system' in holder) && isObject(holder['default']) ? holder['default'] : holder;
  if (!isObject(inner) || !('system' in inner)) {
    return `${expected}, but it exports ${Object.keys(module).join(', ') || 'nothing'}`;
  }
  const { system, properties = {} } = inner;
  if (!isObject(system) || !isObject(system['config']) || !isObject(system['config']['processes'])) {
    return `${expected}, but its system is ${describe(system)}`;
  }
  if (!isObject(properties)) return `${expected}, but its properties are ${describe(properties)}`;
  const stranger = Object.keys(properties).find((name) => !propertyKinds.includes(name));
  if (stranger !== undefined) {
    return `expected properties of the kinds ${propertyKinds.join(', ')}, but there is '${stranger}'`;
  }
  return { system: system as unknown as System, properties };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function describe(value: unknown): string {
  if (!isObject(value)) return value === null ? 'null' : `a ${typeof value}`;
  return `an object of ${Object.keys(value).join(', ') || 'nothing'}`;
}
