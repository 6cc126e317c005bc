import { findChromium } from './chromium.js';
import { endProcessesWithThis, startersUpToNpm } from './end-with-run.js';
import { findNatsServer } from './nats-server.js';
import { needProgram, type Program } from './programs.js';
import { findTmux } from './terminal.js';

const programs: readonly Program[] = [
  { name: 'nats-server', find: findNatsServer, without: 'a real server', variable: 'NATS_SERVER' },
  { name: 'chromium', find: findChromium, without: 'a real browser', variable: 'CHROMIUM' },
  { name: 'tmux', find: findTmux, without: 'a real terminal', variable: 'TMUX_PROGRAM' },
];

// A run of mocha alone. What has started it is mocha as well, which ends at some signals and does not pass them on.
endProcessesWithThis([process.ppid, ...startersUpToNpm()]);

/** Makes sure, before the first test, that there are a nats-server, a Chromium and a tmux. */
export function mochaGlobalSetup(): void {
  for (const program of programs) console.log(`${program.name}: ${needProgram(program)}`);
}
