// Ends what a run of tests would leave behind: servers, browsers, commands, and the run's own processes where the one that
// was asked to end could not tell them. It is a process of its own, in a session of its own, since a run that is killed
// does nothing any more. Its arguments: the mark that the processes of the run have in their environment, the process id
// of the run, and those of the processes without which the run has nobody to tell.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , mark, ...pids] = process.argv;
const [run, ...starters] = pids.map(Number);

let isOver = false;
// The other end is held by the run alone, and is closed with it.
process.stdin.resume().on('close', () => (isOver = true));
while (!isOver && starters.every(isAlive)) await sleep(200);

if (isAlive(run)) kill(run);
// What is killed may have started something while it was looked for.
for (let left = marked(); left.length > 0; left = marked()) {
  for (const pid of left) kill(pid);
  await sleep(50);
}
process.exit();

/** The processes of the run that are alive. */
function marked() {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && read(pid, 'environ').includes(mark) && isAlive(pid));
}

/** One that has ended and was not waited for counts as gone. */
function isAlive(pid) {
  const stat = read(pid, 'stat');
  return stat !== '' && !/^\d+ \(.*\) [ZX]/s.test(stat);
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
