import { readFileSync } from 'node:fs';

interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What is built of `page/`, whether this runs from its source or from what is built of it. */
const script = new URL('../dist/page.js', import.meta.url);

const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Actors</title>
<link rel="icon" href="data:,">
<script type="module" src="page.js"></script>
<main></main>
`;

/** Nothing is fetched from elsewhere, and nothing is sent but to the server of the page. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*";

/** The page that draws the actors, below the path that holds the token; undefined for what is no part of it. */
export function receiverPage(url: string, path: string): Part | undefined {
  const headers = (type: string) => ({
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  if (url === `${path}/`) return { headers: headers('text/html'), body: html };
  if (url === `${path}/page.js`) return { headers: headers('text/javascript'), body: readFileSync(script) };
  return undefined;
}
