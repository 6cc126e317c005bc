// Ends what a run of tests would leave behind: servers, browsers, commands, and the run's own processes where the one that
// was asked to end could not tell them. It is a process of its own, in a session of its own, since a run that is killed
// does nothing any more. Its arguments: the mark that the processes of the run have in their environment, the process id
// of the run, and those of the processes without which the run has nobody to tell.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , mark, ...pids] = process.argv;
const [run, ...starters] = pids.map((pid) => ({ pid: Number(pid), began: beginOf(Number(pid)) }));

let isOver = false;
// The other end is held by the run alone, and is closed with it.
process.stdin.resume().on('close', () => (isOver = true));
while (!isOver && starters.every(isHere)) await sleep(200);

// The pipe is closed a little before its process has ended: one that is killed in between would not tell its exit code.
for (let waits = 0; isOver && isHere(run) && waits < 500; waits += 1) await sleep(20);
if (isHere(run)) kill(run.pid);
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

/** A number may be given to another process when its own has ended. */
function isHere({ pid, began }) {
  return began !== '' && beginOf(pid) === began && isAlive(pid);
}

/** When a process began, in the machine's own count. The name before it is in brackets, and may hold anything. */
function beginOf(pid) {
  const stat = read(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
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
