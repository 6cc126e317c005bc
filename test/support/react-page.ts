import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** React as an application has it while it is developed: only that mounts twice in StrictMode. */
async function bundle(page: URL): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    resolve: { conditions: ['module', 'browser', 'development'] },
    build: { write: false, minify: false, rolldownOptions: { input: fileURLToPath(page) } },
  });
  if (Array.isArray(output) || !('output' in output) || output.output.length !== 1) {
    throw new Error('expected one bundle of one file');
  }
  return output.output[0].code;
}

/** Serves a page that is one script, and gives its address. */
export async function serveReactPage(page: URL): Promise<{ readonly url: string; close(): void }> {
  const script = await bundle(page);
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(
      isScript
        ? script
        : '<!doctype html><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => void server.close() };
}
