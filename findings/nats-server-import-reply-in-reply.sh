#!/usr/bin/env bash
# nats-server 2.9.10 (Debian 2.9.10-1+b3), nats 2.29.3, Node 20: across a service import a reply's own reply subject is a new one each time.
# Guess: the reply subject that a responder puts on its replies arrives as the responder wrote it, or at least equal for equal ones.
# Seen: with response_type stream, each reply comes with another `_R_.` subject, though the responder wrote the same on all of
# them. Each leads back to the responder, so a dialogue works without a further export; but who compares reply subjects to tell
# whether two messages are of one conversation sees a new conversation with every message.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq nats-server=2.9.10-1+b3 > /dev/null 2>&1
dpkg -x nats-server_*.deb .
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund nats@2.29.3
port=$((20000 + RANDOM % 20000))
cat > server.conf <<CONF
listen: 127.0.0.1:$port
accounts {
  SERVING { users: [ { user: serving, password: p } ], exports: [ { service: "work", response_type: stream } ] }
  ASKING { users: [ { user: asking, password: p } ], imports: [ { service: { account: SERVING, subject: "work" } } ] }
}
CONF
./usr/sbin/nats-server -c server.conf > server.log 2>&1 &
server=$!
cat > see.mjs <<'JS'
import { connect } from 'nats';
const [port] = process.argv.slice(2).map(Number);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const open = async (user) => {
  for (;;) {
    const connection = await connect({ servers: `127.0.0.1:${port}`, user, pass: 'p' }).catch(() => sleep(50));
    if (connection) return connection;
  }
};
const [serving, asking] = [await open('serving'), await open('asking')];
const answers = [];
const toServing = [];
serving.subscribe('back.to.me', { callback: (_, message) => toServing.push(message.string?.() ?? new TextDecoder().decode(message.data)) });
serving.subscribe('work', {
  callback: (_, message) => {
    for (let n = 0; n < 3; n += 1) serving.publish(message.reply, `${n}`, { reply: 'back.to.me' });
  },
});
await serving.flush();
asking.subscribe('inbox.mine', { callback: (_, message) => answers.push(message.reply) });
asking.publish('work', 'please', { reply: 'inbox.mine' });
while (answers.length < 3) await sleep(10);
for (const [n, reply] of answers.entries()) asking.publish(reply, `to ${n}`);
while (toServing.length < 3) await sleep(10);
const seen = {
  different: new Set(answers).size,
  rewritten: answers.every((reply) => reply.startsWith('_R_.')),
  arrived: toServing.sort(),
};
console.log(JSON.stringify(seen));
await Promise.all([serving.close(), asking.close()]);
process.exit(JSON.stringify(seen) === '{"different":3,"rewritten":true,"arrived":["to 0","to 1","to 2"]}' ? 0 : 1);
JS
timeout 60 node see.mjs "$port"
