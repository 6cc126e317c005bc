#!/usr/bin/env bash
# xstate 5.33.3 (xstate/graph), Node 20: a traversal takes all states for one whose contexts differ in Sets or Maps alone.
# Guess: states are told apart by their values, or a context that cannot be told apart is refused.
# Seen: a machine that collects two names in a Set has 4 states in all orders, of which getShortestPaths finds 1; the same
# machine with an array, sorted, has 4. Nothing warns: a test that walks the paths covers a quarter and says that it is all.
# States are compared by the JSON of their context, in which each Set is `{}`; `serializeState` is the way out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund xstate@5.33.3
cat > see.mjs <<'JS'
import { assign, setup } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
const collect = (empty, add) =>
  setup({}).createMachine({
    context: { names: empty },
    on: { JOIN: { actions: assign({ names: ({ context, event }) => add(context.names, event.name) }) } },
  });
const events = ['a', 'b'].map((name) => ({ type: 'JOIN', name }));
const count = (machine) => getShortestPaths(machine, { events }).length;
const seen = {
  set: count(collect(new Set(), (names, name) => new Set(names).add(name))),
  array: count(collect([], (names, name) => [...new Set([...names, name])].sort())),
};
console.log(seen);
process.exit(seen.set === 1 && seen.array === 4 ? 0 : 1);
JS
node see.mjs
