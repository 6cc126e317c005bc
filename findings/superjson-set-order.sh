#!/usr/bin/env bash
# superjson 2.2.6, Node 20: a Set whose element is held elsewhere as well comes back in another order.
# Guess: deserialize(serialize(value)) iterates a Set in its order, whatever else holds its elements.
# Seen: where an object stands in a list and in a Set, it is put into the Set a second time, when the shared objects are joined
# again, and so stands behind all other elements. The keys of a Map alike. Without the list the order is kept.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund superjson@2.2.6
cat > see.mjs <<'JS'
import superjson from 'superjson';
const there = (value) => superjson.deserialize(JSON.parse(JSON.stringify(superjson.serialize(value))));
const show = (values) => [...values].map((value) => (typeof value === 'object' ? value.name : value)).join(' ');
const node = { name: 'node' };
const seen = {
  alone: show(there({ set: new Set([node, 'a', 'b']) }).set),
  shared: show(there({ list: [node], set: new Set([node, 'a', 'b']) }).set),
  keys: show(there({ list: [node], map: new Map([[node, 0], ['a', 0], ['b', 0]]) }).map.keys()),
};
console.log(seen);
const expected = { alone: 'node a b', shared: 'a b node', keys: 'a b node' };
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node see.mjs
