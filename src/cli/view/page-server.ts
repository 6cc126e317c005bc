import { randomBytes, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { messageOf } from '../../errors.js';
import { Failure } from '../failure.js';
import type { PageFile } from './page-files.js';

export interface PageServerOptions {
  readonly files: ReadonlyMap<string, PageFile>;
  /** 0 for one that is free. */
  readonly port: number;
  readonly records: EventRecords | FileRecords;
}

/** Trace events that go on coming, as server-sent events. */
export interface EventRecords {
  /** Sends them. The head of the response has been written. */
  readonly serve: (response: ServerResponse, lastEventId: string | undefined) => void;
}

/** A recording, as the lines of its file. */
export interface FileRecords {
  readonly file: string;
  /** Sends so many bytes of it. The head of the response has been written. */
  readonly send: (response: ServerResponse, bytes: number) => void;
}

export interface PageServer {
  /** Where the page is, with the token that they need. */
  readonly url: string;
  close(): Promise<void>;
}

/** Nothing but what the page brings along, so that nothing that comes with a trace event can load or run anything. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

/**
 * Serves the page on 127.0.0.1, and the trace events of `GET /records?token=…` as server-sent events, or as a file.
 *
 * Other users of the machine do not have the token. Other pages in the same browser do not either, and are refused by
 * their origin; a name that somebody let point to 127.0.0.1 is refused by the host that the browser asks for.
 *
 * @throws Failure where the port cannot be had.
 */
export async function startPageServer({ files, port, records }: PageServerOptions): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url');
  let hosts: readonly string[] = [];

  const refuse = (response: ServerResponse, status: number, text: string): void => {
    response.writeHead(status, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };

  const serveRecords = (request: IncomingMessage, response: ServerResponse): void => {
    try {
      const bytes = 'file' in records ? statSync(records.file).size : 0;
      response.writeHead(200, {
        ...headers,
        ...('file' in records
          ? { 'Content-Type': 'application/jsonl; charset=utf-8', 'Content-Length': bytes }
          : { 'Content-Type': 'text/event-stream; charset=utf-8' }),
      });
      if (request.method === 'HEAD') {
        response.end();
      } else if ('file' in records) {
        records.send(response, bytes);
      } else {
        response.write('retry: 1000\n\n');
        const lastEventId = request.headers['last-event-id'];
        records.serve(response, typeof lastEventId === 'string' ? lastEventId : undefined);
      }
    } catch (error) {
      refuse(response, 500, messageOf(error));
    }
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { host = '', origin } = request.headers;
    if (!hosts.includes(host)) {
      refuse(response, 403, 'This host is not served.');
      return;
    }
    if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`)) {
      refuse(response, 403, 'Pages of other origins are not served.');
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'Expected GET.');
      return;
    }
    const url = URL.canParse(request.url ?? '/', `http://${host}`)
      ? new URL(request.url ?? '/', `http://${host}`)
      : undefined;
    if (url?.pathname === '/records') {
      if (!isSame(url.searchParams.get('token') ?? '', token)) {
        refuse(response, 403, 'Expected the token that the command has printed.');
        return;
      }
      serveRecords(request, response);
      return;
    }
    const file = files.get(url?.pathname ?? '');
    if (file === undefined) {
      refuse(response, 404, 'There is no such file.');
      return;
    }
    try {
      const content = file.read();
      response.writeHead(200, { ...headers, 'Content-Type': file.contentType, 'Content-Length': content.length });
      response.end(request.method === 'HEAD' ? undefined : content);
    } catch (error) {
      refuse(response, 500, messageOf(error));
    }
  };

  const server = createServer(onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new Failure(`the page cannot be served on port ${port}: ${messageOf(error)}`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  hosts = [`127.0.0.1:${taken}`, `localhost:${taken}`];
  return {
    url: `http://127.0.0.1:${taken}/?token=${token}${'file' in records ? `&file=${encodeURIComponent(basename(records.file))}` : ''}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function isSame(came: string, expected: string): boolean {
  const [one, other] = [Buffer.from(came), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
