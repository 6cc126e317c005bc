#!/usr/bin/env bash
# xstate 5.33.3, Node 20: an actor of fromTransition logic stays "active" after it was stopped.
# Guess: after actor.stop() the status of every actor's snapshot is "stopped", as it is for a machine, a promise and a callback.
# Seen: the snapshot of fromTransition logic still says "active", also in getPersistedSnapshot(). Observers are told
# "complete" all the same. Whoever asks a parent's status to learn whether it still lives is misled.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund xstate@5.33.3
cat > see.mjs <<'JS'
import { createActor, createMachine, fromCallback, fromPromise, fromTransition } from 'xstate';
const logics = {
  machine: createMachine({}),
  promise: fromPromise(() => new Promise(() => undefined)),
  callback: fromCallback(() => undefined),
  transition: fromTransition((state) => state, {}),
};
const seen = {};
for (const [name, logic] of Object.entries(logics)) {
  let told = 'nothing';
  const actor = createActor(logic);
  actor.subscribe({ complete: () => (told = 'complete') });
  actor.start();
  actor.stop();
  seen[name] = `${actor.getSnapshot().status}, persisted ${actor.getPersistedSnapshot().status}, told ${told}`;
}
console.log(seen);
const stopped = 'stopped, persisted stopped, told complete';
const expected = { machine: stopped, promise: stopped, callback: stopped, transition: 'active, persisted active, told complete' };
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node see.mjs
