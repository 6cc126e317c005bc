// Lets Node run what is written in TypeScript: `node --import ./test/support/typescript.mjs file.ts`. A worker thread does not
// take over the loader of the thread that starts it, and imports this itself.
import { register } from 'node:module';

process.setSourceMapsEnabled(true);
register('./typescript-hooks.mjs', import.meta.url);
