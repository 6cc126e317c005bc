import type { PlayerCommand } from './messages.js';
import { createPlayer } from './player.js';

/** The simulation as a Web Worker: takes commands, and posts reports. */
interface WorkerScope {
  postMessage(message: unknown): void;
  onmessage: ((event: { readonly data: PlayerCommand }) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;

/** Between two steps; the page draws no more often. */
const periodMs = 33;

const player = createPlayer((report) => scope.postMessage(report));
scope.onmessage = ({ data }) => void player.command(data);

let before = performance.now();
setInterval(() => {
  const now = performance.now();
  void player.pass(now - before);
  before = now;
}, periodMs);
