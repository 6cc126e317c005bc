#!/usr/bin/env bash
# nats-server 2.9.10 (Debian 2.9.10-1+b3): a configuration variable is also read as the top-level key of its name, whatever the case.
# Guess: NAME: {...} that is only referred to as $NAME is a variable and nothing else, so that any name will do.
# Seen: it depends on the name. PRODUCER: {...} works; OPERATOR: {...} with the same content and the same reference is refused,
# since "operator" is a key of the server: "error parsing operators". LEAFNODES and CLUSTER alike, each with an error about a
# feature that the file does not use.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq nats-server=2.9.10-1+b3 > /dev/null 2>&1
dpkg -x nats-server_*.deb .
configure() { printf '%s: { publish: "a.>", subscribe: "b.>" }\nauthorization { users: [ { user: u, password: p, permissions: $%s } ] }\n' "$1" "$1" > "$1.conf"; }
seen=''
for name in PRODUCER OPERATOR CLUSTER LEAFNODES; do
  configure "$name"
  if said=$(./usr/sbin/nats-server -c "$name.conf" -t 2>&1); then seen+="$name taken; "; else
    seen+="$name refused; "
    echo "$name: $said" | tail -1
  fi
done
echo "$seen"
[[ $seen == 'PRODUCER taken; OPERATOR refused; CLUSTER refused; LEAFNODES refused; ' ]]
