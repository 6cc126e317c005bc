import { spawn } from 'node:child_process';
import { say } from '../log.js';

/** Opens a URL in the user's browser. Where there is none it says so: the URL has been printed anyway. */
export function openBrowser(url: string): void {
  const [command, args]: readonly [string, readonly string[]] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {
    say(`no browser could be opened with ${command}: open the address yourself`);
  });
  child.unref();
}
