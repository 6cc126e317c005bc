#!/usr/bin/env bash
# nats-server 2.9.10 (Debian 2.9.10-1+b3), nats 2.29.3, Node 20: connected clients never hear of a max_payload that was reloaded.
# Guess: a reload that changes max_payload sends every client a new INFO, as it does when the cluster's addresses change.
# Seen: no INFO comes. A client goes on believing the old limit: where the limit fell, its next message between the two sizes
# gets it cut off, with everything that it had under way, and only the INFO of the reconnect holds the new limit; where the limit
# rose, the client refuses to publish what the server would take, until it happens to reconnect.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq nats-server=2.9.10-1+b3 > /dev/null 2>&1
dpkg -x nats-server_*.deb .
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund nats@2.29.3
port=$((20000 + RANDOM % 20000))
configure() { echo "listen: 127.0.0.1:$port, max_payload: $1" > server.conf; }
configure 65536
./usr/sbin/nats-server -c server.conf > server.log 2>&1 &
server=$!
cat > see.mjs <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'nats';
const [port, pid] = process.argv.slice(2).map(Number);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (holds) => {
  while (!holds()) await sleep(10);
};
let connection;
while (connection === undefined) {
  connection = await connect({ servers: `127.0.0.1:${port}`, reconnectTimeWait: 100 }).catch(() => sleep(50));
}
const statuses = [];
void (async () => {
  for await (const { type, data } of connection.status()) statuses.push(type === 'error' ? `error ${data}` : type);
})();
const reload = async (bytes) => {
  const reloads = () => readFileSync('server.log', 'utf8').split('Reloaded: max_payload').length;
  const before = reloads();
  writeFileSync('server.conf', `listen: 127.0.0.1:${port}, max_payload: ${bytes}`);
  process.kill(pid, 'SIGHUP');
  await until(() => reloads() > before);
  await connection.flush();
  await sleep(500);
};
const seen = {};
await reload(8192);
seen.afterFall = connection.info.max_payload;
connection.publish('x', new Uint8Array(20000));
await until(() => statuses.includes('reconnect'));
seen.cutOff = statuses.includes('disconnect');
seen.afterReconnect = connection.info.max_payload;
await reload(65536);
seen.afterRise = connection.info.max_payload;
try {
  connection.publish('x', new Uint8Array(20000));
  seen.publish = 'taken';
} catch (error) {
  seen.publish = error.code;
}
console.log(seen);
const expected = { afterFall: 65536, cutOff: true, afterReconnect: 8192, afterRise: 8192, publish: 'MAX_PAYLOAD_EXCEEDED' };
process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
JS
timeout 60 node see.mjs "$port" "$server"
