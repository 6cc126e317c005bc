import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../errors.js';
import type { ConnectionOptions } from './connection-options.js';
import { Failure } from './failure.js';

/** What a context of the `nats` command says of a connection, by the names of its file. */
const fields: Readonly<Record<string, keyof ContextOptions>> = {
  url: 'server',
  creds: 'creds',
  nkey: 'nkey',
  token: 'token',
  user: 'user',
  password: 'password',
  cert: 'tlscert',
  key: 'tlskey',
  ca: 'tlsca',
};

/** Those of them that name files. */
const files: ReadonlySet<string> = new Set(['creds', 'nkey', 'cert', 'key', 'ca']);

type ContextOptions = Omit<ConnectionOptions, 'timeout' | 'context' | 'tlsfirst'>;

/** One way to say who one is stands for all others: a user on the command line takes no password from a context. */
const credentials = ['creds', 'nkey', 'token', 'user', 'password'] as const;

/**
 * The options with what a context of the `nats` command says of those that are not given: the one that is named, else the
 * one that is selected, where there is one.
 *
 * @throws {Failure} Where the context that is named is not there, or cannot be read.
 */
export function withContext(
  options: ConnectionOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ConnectionOptions {
  const folder = contextFolder(environment);
  // Who names a server wants that one, and not the credentials of another.
  const name = options.context ?? (options.server === undefined ? selectedContext(folder) : undefined);
  if (name === undefined) return options;
  const said = readContext(folder, name);
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const isKnown = credentials.some((field) => options[field] !== undefined);
  const rest = Object.entries(said).filter(
    ([field]) => !isKnown || !(credentials as readonly string[]).includes(field),
  );
  return { ...Object.fromEntries(rest), ...(given as unknown as ConnectionOptions) };
}

/** Where the `nats` command keeps its contexts. */
function contextFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['XDG_CONFIG_HOME'] ?? '';
  const base = named === '' ? join(environment['HOME'] ?? homedir(), '.config') : named;
  return `${base}/nats`;
}

function selectedContext(folder: string): string | undefined {
  try {
    const name = readFileSync(join(folder, 'context.txt'), 'utf8').trim();
    return name === '' ? undefined : name;
  } catch {
    // None was ever selected.
    return undefined;
  }
}

function readContext(folder: string, name: string): Partial<ContextOptions> & { readonly tlsfirst?: boolean } {
  if (!/^[^/\\]+$/.test(name))
    throw new Failure(`--context: expected the name of a context, came ${JSON.stringify(name)}`);
  const path = join(folder, 'context', `${name}.json`);
  let said: Readonly<Record<string, unknown>>;
  try {
    said = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isMissing ? `there is no such context in ${folder}${others(folder)}` : `${path}: ${messageOf(error)}`;
    throw new Failure(`--context ${name}: ${why}`, { cause: error });
  }
  const known = Object.entries(fields).flatMap(([field, option]) => {
    const value = said[field];
    if (typeof value !== 'string' || value === '') return [];
    return [[option, files.has(field) ? value.replace(/^~(?=\/)/, homedir()) : value]];
  });
  for (const field of ['nsc', 'user_jwt', 'socks_proxy']) {
    if (typeof said[field] === 'string' && said[field] !== '') {
      throw new Failure(
        `--context ${name}: expected no ${field}, which this command does not know; name --creds instead`,
      );
    }
  }
  return {
    ...(Object.fromEntries(known) as Readonly<Record<string, string>>),
    ...(said['tls_first'] === true ? { tlsfirst: true } : {}),
  };
}

function others(folder: string): string {
  try {
    const names = readdirSync(join(folder, 'context')).flatMap((file) => /^(.*)\.json$/.exec(file)?.[1] ?? []);
    return names.length === 0 ? '' : `; there are ${names.sort().join(', ')}`;
  } catch {
    return '';
  }
}
