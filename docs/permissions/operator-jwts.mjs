// Makes the keys and JWTs of docs/permissions/operator.conf without the network, and writes the configuration and the
// credentials of two users into a folder: node docs/permissions/operator-jwts.mjs FOLDER
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import process from 'node:process';
import { TextDecoder, TextEncoder } from 'node:util';

const { createAccount, createOperator, createUser } = createRequire(import.meta.url)('nkeys.js');

const text = (bytes) => new TextDecoder().decode(bytes);
const base64url = (data) => Buffer.from(data).toString('base64url');

/** A claim, signed by the key of its issuer. */
function sign(issuer, claim) {
  const claims = { iat: Math.floor(Date.now() / 1000), iss: issuer.getPublicKey(), jti: '', ...claim };
  claims.jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex');
  const signed = `${base64url(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }))}.${base64url(JSON.stringify(claims))}`;
  return `${signed}.${base64url(issuer.sign(new TextEncoder().encode(signed)))}`;
}

const unlimited = { subs: -1, data: -1, payload: -1 };

function userJwt(account, user, name, permissions) {
  const nats = { type: 'user', version: 2, ...unlimited, ...permissions };
  return sign(account, { sub: user.getPublicKey(), name, nats });
}

function credentials(jwt, user) {
  return `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${text(user.getSeed())}\n------END USER NKEY SEED------\n`;
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('expected a folder as the only argument, came none');
const [operator, account] = [createOperator(), createAccount()];
const operatorJwt = sign(operator, {
  sub: operator.getPublicKey(),
  name: 'operator',
  nats: { type: 'operator', version: 2 },
});
const accountJwt = sign(operator, {
  sub: account.getPublicKey(),
  name: 'streams',
  nats: {
    type: 'account',
    version: 2,
    limits: { ...unlimited, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 },
  },
});
const template = readFileSync(new URL('operator.conf', import.meta.url), 'utf8');
const config = template
  .replace('OPERATOR_JWT', operatorJwt)
  .replace('ACCOUNT_PUBLIC_KEY', account.getPublicKey())
  .replace('ACCOUNT_JWT', accountJwt);
writeFileSync(join(folder, 'server.conf'), config);

const users = {
  alice: {
    pub: { allow: ['logs.>', '_INBOX.producers.>'] },
    sub: { allow: ['_SINBOX.alice.>', '_HEARTBEAT._SINBOX.alice.>'] },
  },
  bob: {
    pub: { allow: ['logs.>', '_INBOX.producers.>'] },
    sub: { allow: ['_SINBOX.bob.>', '_HEARTBEAT._SINBOX.bob.>'] },
  },
  producer: {
    pub: { allow: ['_SINBOX.>', '_HEARTBEAT._SINBOX.>'] },
    sub: { allow: ['logs.>', '_INBOX.producers.>'] },
  },
};
for (const [name, permissions] of Object.entries(users)) {
  const user = createUser();
  writeFileSync(join(folder, `${name}.creds`), credentials(userJwt(account, user, name, permissions), user), {
    mode: 0o600,
  });
}
