import { attack } from './hostile-peers.js';
import { startNatsServer } from './nats-server.js';

/**
 * `npm run fuzz -- --frames 1000000 --seed 7`: hostile peers against both roles on a real server, until so many frames
 * were sent, in runs of 100,000, each with a seed that it prints and that replays it.
 */
const argument = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const framesPerRun = 100_000;
const frames = argument('frames', 1_000_000);
let seed = argument('seed', Math.floor(Math.random() * 2 ** 31));
const server = await startNatsServer();
for (let left = frames; left > 0; left -= framesPerRun, seed += 1) {
  const run = await attack({ url: server.url, frames: Math.min(left, framesPerRun), seed });
  process.stdout.write(`seed ${seed}: ${JSON.stringify(run)}\n`);
  if (run.escaped.length + run.bystanders.length + run.foreign.length + run.unfinished > 0) process.exitCode = 1;
}
await server.stop();
process.exit();
