#!/usr/bin/env bash
# xstate 5.33.3, Node 20: an observer that only looks on decides whether a failure is reported at all.
# Guess: whether the failure of a root actor reaches the process depends on whether its owner handles it.
# Seen: any subscriber with an `error` callback, such as a library that only wants to know when the actor is over, silences
# the report of a failure that nobody else observes; and one subscriber without an `error` callback (`next` alone) brings about
# a report of a failure that another subscriber has handled.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund xstate@5.33.3
cat > see.mjs <<'JS'
import { createActor, createMachine } from 'xstate';
const machine = createMachine({ on: { go: { actions: () => { throw new Error('broken'); } } } });
const reported = [];
process.on('uncaughtException', (error) => reported.push(error.message));
async function reports(...observers) {
  reported.length = 0;
  const actor = createActor(machine);
  for (const observer of observers) actor.subscribe(observer);
  actor.start();
  actor.send({ type: 'go' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  return reported.length;
}
const handles = { error: () => undefined };
const seen = {
  nobody: await reports(),
  'a bystander with error': await reports(handles),
  'a bystander with next': await reports({ next: () => undefined }),
  'a handler, and a bystander with next': await reports(handles, { next: () => undefined }),
};
console.log(seen);
const expected = { nobody: 1, 'a bystander with error': 0, 'a bystander with next': 1, 'a handler, and a bystander with next': 1 };
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node see.mjs
