#!/usr/bin/env bash
# xstate 5.33.3, Node 20: what and(), or(), not() and stateIn() give has no `type`, as built-in actions have.
# Guess: assign() and raise() say `type: 'xstate.assign'`, so and() says `type: 'xstate.and'` or the like.
# Seen: guards of these makers have only the name of the function inside the library, `andGuard` say, which a minifier that
# mangles names changes. A tool that draws the guards of a machine from its configuration has nothing else to go by.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund xstate@5.33.3
cat > see.mjs <<'JS'
import { and, assign, not, or, raise, stateIn } from 'xstate';
const made = { assign: assign({}), raise: raise({ type: 'x' }), and: and(['a', 'b']), or: or(['a', 'b']), not: not('a'), stateIn: stateIn('#a') };
const seen = Object.fromEntries(Object.entries(made).map(([name, value]) => [name, `${value.type ?? 'no type'}`]));
console.log(seen);
const expected = { assign: 'xstate.assign', raise: 'xstate.raise', and: 'no type', or: 'no type', not: 'no type', stateIn: 'no type' };
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
node see.mjs
