import { attack, faultsOf } from './hostile-peers.js';
import { startNatsServer } from './nats-server.js';

/**
 * `npm run fuzz -- --frames 1000000 --seed 7`: hostile peers against both roles on a real server, until so many frames
 * were sent, in runs of 250,000, each with a seed that it prints and that replays it. The last line sums them up, also
 * where an interrupt ends them.
 */
const argument = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
};
const framesPerRun = 250_000;
const frames = argument('frames', 1_000_000);
let seed = argument('seed', Math.floor(Math.random() * 2 ** 31));
const total = { frames: 0, runs: 0, faults: 0, heldBytesMax: 0 };
const end = (): never => {
  process.stdout.write(`all: ${JSON.stringify(total)}\n`);
  process.exit();
};
process.on('SIGINT', end);
process.on('SIGTERM', end);
const server = await startNatsServer();
for (; total.frames < frames; seed += 1) {
  const run = await attack({ url: server.url, frames: Math.min(frames - total.frames, framesPerRun), seed });
  const faults = faultsOf(run);
  process.stdout.write(`seed ${seed}: ${JSON.stringify(run)}\n`);
  for (const fault of faults) process.stdout.write(`seed ${seed}: ${fault}\n`);
  total.frames += run.frames;
  total.runs += 1;
  total.faults += faults.length;
  total.heldBytesMax = Math.max(total.heldBytesMax, run.heldBytesMax);
  if (faults.length > 0) process.exitCode = 1;
}
await server.stop();
end();
