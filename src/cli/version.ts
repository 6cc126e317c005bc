import { createRequire } from 'node:module';

/** The version of this package. Its own name finds its package.json from the sources and from the build alike. */
export function packageVersion(): string {
  const { version } = createRequire(import.meta.url)('nats-stream-actors/package.json') as { readonly version: string };
  return version;
}
