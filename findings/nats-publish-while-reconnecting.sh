#!/usr/bin/env bash
# nats 2.29.3 and @nats-io/transport-node 3.4.0, Node 20: what is published while the connection is down is dropped in silence.
# Guess: publish() throws, or keeps the message until the connection is back, as the clients for Go do with their reconnect buffer.
# Seen: it returns as if nothing were wrong, the message never goes out, no status tells of it, and flush() after the
# reconnect succeeds. Both generations alike. The server here is a stand-in of a few lines that greets and counts.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private":true,"type":"module"}' > package.json
npm install --silent --no-audit --no-fund nats@2.29.3 @nats-io/transport-node@3.4.0
cat > see.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:net';
const published = [];
let sockets = [];
const server = createServer((socket) => {
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write('INFO {"server_id":"S","version":"2.9.10","proto":1,"headers":true,"max_payload":1024}\r\n');
  let text = '';
  socket.on('data', (data) => {
    text += data;
    for (let end = text.indexOf('\r\n'); end !== -1; end = text.indexOf('\r\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (line.startsWith('PING')) socket.write('PONG\r\n');
      if (line.startsWith('PUB ')) published.push(line.split(' ')[1]);
    }
  });
});
const listen = async (port) => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
};
const seen = {};
for (const name of ['nats', '@nats-io/transport-node']) {
  published.length = 0;
  sockets = [];
  await listen(0);
  const { port } = server.address();
  const { connect } = await import(name);
  const connection = await connect({ servers: `127.0.0.1:${port}`, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
  const statuses = [];
  void (async () => {
    for await (const status of connection.status()) statuses.push(status.type);
  })();
  const until = async (type) => {
    while (!statuses.includes(type)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  connection.publish('before', 'x');
  await connection.flush();
  server.close();
  for (const socket of sockets) socket.destroy();
  await until('disconnect');
  let thrown = 'nothing';
  try {
    connection.publish('meanwhile', 'x');
  } catch (error) {
    thrown = error.message;
  }
  await listen(port);
  await until('reconnect');
  connection.publish('after', 'x');
  await connection.flush();
  seen[name] = `thrown ${thrown}, arrived ${published.join(' ')}, told ${statuses.includes('error')}`;
  await connection.close();
  server.close();
  for (const socket of sockets) socket.destroy();
}
console.log(seen);
const expected = 'thrown nothing, arrived before after, told false';
process.exit(Object.values(seen).every((line) => line === expected) ? 0 : 1);
JS
timeout 60 node see.mjs
