#!/usr/bin/env bash
# arktype 2.2.10 by Standard Schema, Node 20: the path of an issue at the root is empty, and yet map() over it gives an element.
# Guess: `issue.path` is an array, empty for a value that is wrong as a whole, so `issue.path.map(f)` is empty.
# Seen: it is an array of a class of its own whose map() gives one element, 0, since the class takes the length that map()
# asks for as its first element. Array.from(issue.path) is empty, as it should be.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund arktype@2.2.10
cat > see.mjs <<'JS'
import { type } from 'arktype';
const { issues } = await type('number')['~standard'].validate('text');
const { path } = issues[0];
const seen = { isArray: Array.isArray(path), length: path.length, mapped: [...path.map((part) => part)], copied: Array.from(path) };
console.log(JSON.stringify(seen));
process.exit(JSON.stringify(seen) === '{"isArray":true,"length":0,"mapped":[0],"copied":[]}' ? 0 : 1);
JS
node see.mjs
