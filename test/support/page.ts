import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import type { ServerResponse } from 'node:http';
import { toEvent } from '../../src/cli/view/event-stream.js';
import { listPage } from '../../src/cli/view/page-files.js';
import { startPageServer, type PageServer } from '../../src/cli/view/page-server.js';
import { builtPage } from './built-page.js';
import { findChromium } from './chromium.js';

/** A browser, and a server that serves the built page as the command does, with records that a test sends. */
export interface PageStage {
  readonly url: string;
  /**
   * Opens the page. `hash` begins with `#`; without `live` the page has no token, and so no records but its own; with
   * `url` it is the page of another server.
   */
  open(options?: {
    readonly url?: string;
    readonly live?: boolean;
    readonly hash?: string;
    readonly context?: BrowserContextOptions;
  }): Promise<Page>;
  /** Sends records, or whatever else, to all pages as one event. */
  send(values: readonly unknown[]): void;
  /** Sends text as the data of one event, JSON or not. */
  sendText(data: string): void;
  /** Says that this was all. */
  finish(): void;
  /** Breaks the connections of all pages. They connect again by themselves. */
  breakConnections(): void;
  /** How many pages take records now. */
  readonly connections: number;
  /** Errors on the console, exceptions, and requests that would leave this machine; of all pages since the last call. */
  problems(): readonly string[];
  close(): Promise<void>;
}

/** How long a page may take for anything: it tells what hangs, on a machine that may be as busy as it likes. */
export const patienceMs = 180_000;

export async function setStage(): Promise<PageStage> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('expected a Chromium on the PATH or named by CHROMIUM, found none');
  const connections = new Set<ServerResponse>();
  const server: PageServer = await startPageServer({
    files: listPage(builtPage()),
    port: 0,
    records: {
      serve: (response) => {
        connections.add(response);
        response.on('close', () => connections.delete(response));
        response.write(':\n\n');
      },
    },
  });
  // Its sandbox needs rights that containers do not give, and it shows nothing but pages of this project.
  const browser: Browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  const found: string[] = [];
  const write = (text: string): void => {
    for (const response of connections) response.write(text);
  };

  return {
    url: server.url,
    open: async ({ url = server.url, live = true, hash = '', context = {} } = {}) => {
      const { origin } = new URL(url);
      const opened = await browser.newContext({ viewport: { width: 1500, height: 900 }, ...context });
      opened.setDefaultTimeout(patienceMs);
      const page = await opened.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') found.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => found.push(`exception: ${error.message}`));
      page.on('request', (request) => {
        const { protocol, origin: asked } = new URL(request.url());
        if (!['data:', 'blob:'].includes(protocol) && asked !== origin) found.push(`request: ${request.url()}`);
      });
      await page.goto((live ? url : `${origin}/`) + hash);
      return page;
    },
    send: (values) => write(toEvent(values as Parameters<typeof toEvent>[0])),
    sendText: (data) => write(`data: ${data}\n\n`),
    finish: () => write('event: end\ndata:\n\n'),
    breakConnections: () => {
      for (const response of connections) response.destroy();
    },
    get connections() {
      return connections.size;
    },
    problems: () => found.splice(0),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
