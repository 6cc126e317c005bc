import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../../src/cli/connection.js';
import { Failure } from '../../../src/cli/failure.js';
import { loadNatsClient, natsClients } from '../../../src/cli/nats-client.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { serverCertificate, serverKey } from './tls-pair.js';

const connecting = { name: 'test', reconnectsMax: 2 };

let client: string;

/** Connects and closes; gives the message of the failure, or undefined. */
async function attempt(options: Omit<Parameters<typeof openConnection>[0], 'timeout'>): Promise<string | undefined> {
  try {
    const connection = await openConnection({ ...options, timeout: 5000 }, connecting, () => loadNatsClient([client]));
    await connection.close();
    return undefined;
  } catch (error) {
    expect(error).to.be.instanceOf(Failure);
    return (error as Failure).message;
  }
}

for (const name of natsClients) {
  describe(`connection of the command with ${name}`, () => {
    before(() => {
      client = name;
    });

    describe('to a server with users', () => {
      let server: NatsServer;
      before(async () => {
        server = await startNatsServer({
          config: 'authorization { users: [ { user: "ann", password: "s3cret/!" } ] }',
        });
      });
      after(() => server.stop());

      it('takes --user and --password', async () => {
        expect(await attempt({ server: server.url, user: 'ann', password: 's3cret/!' })).to.equal(undefined);
      });

      it('takes both from the URL, with percent signs decoded', async () => {
        const server_ = server.url.replace('nats://', 'nats://ann:s3cret%2F!@');
        expect(await attempt({ server: server_ })).to.equal(undefined);
      });

      it('prefers --user to the URL', async () => {
        const url = server.url.replace('nats://', 'nats://bob:wrong@');
        expect(await attempt({ server: url, user: 'ann', password: 's3cret/!' })).to.equal(undefined);
      });

      it('says that the server refuses the credentials, without showing them', async () => {
        const url = server.url.replace('nats://', 'nats://ann:hunter2@');
        expect(await attempt({ server: url })).to.equal(
          `could not connect to ${server.url}: the server refuses these credentials`,
        );
      });
    });

    describe('to a server with a token', () => {
      it('takes a user without a password as the token', async () => {
        const server = await startNatsServer({ config: 'authorization { token: "t0ken" }' });
        try {
          expect(await attempt({ server: server.url, user: 't0ken' })).to.equal(undefined);
          expect(await attempt({ server: server.url, user: 'other' })).to.include('refuses these credentials');
        } finally {
          await server.stop();
        }
      });
    });

    describe('to a server with TLS', () => {
      let folder: string;
      let server: NatsServer;
      let files: { tlscert: string; tlskey: string; tlsca: string };
      before(async () => {
        folder = mkdtempSync(join(tmpdir(), 'nats-stream-tls-'));
        const cert = join(folder, 'cert.pem');
        const key = join(folder, 'key.pem');
        writeFileSync(cert, serverCertificate);
        writeFileSync(key, serverKey, { mode: 0o600 });
        files = { tlscert: cert, tlskey: key, tlsca: cert };
        const tls = `cert_file: "${cert}", key_file: "${key}", ca_file: "${cert}", verify: true`;
        server = await startNatsServer({ config: `tls { ${tls} }` });
      });
      after(async () => {
        await server.stop();
        rmSync(folder, { recursive: true });
      });

      it('takes --tlsca, --tlscert and --tlskey', async () => {
        expect(await attempt({ server: server.url, ...files })).to.equal(undefined);
      });

      it('fails where the certificate authority is unknown', async () => {
        expect(await attempt({ server: server.url, tlscert: files.tlscert, tlskey: files.tlskey })).to.match(
          /^could not connect to nats:\/\/127\.0\.0\.1:\d+: .+/,
        );
      });
    });

    it('connects to the first of several servers that answers', async () => {
      const server = await startNatsServer();
      try {
        expect(await attempt({ server: `127.0.0.1:1, ${server.url}` })).to.equal(undefined);
      } finally {
        await server.stop();
      }
    });

    it('names every server that was tried', async () => {
      expect(await attempt({ server: '127.0.0.1:1,nats://127.0.0.1:2' })).to.equal(
        'could not connect to nats://127.0.0.1:1, nats://127.0.0.1:2: connection refused',
      );
    });

    for (const [flag, options] of Object.entries({
      '--creds': { creds: '/nowhere/file' },
      '--tlscert': { tlscert: '/nowhere/file' },
      '--tlskey': { tlskey: '/nowhere/file' },
      '--tlsca': { tlsca: '/nowhere/file' },
    })) {
      it(`names ${flag} where its file is not there`, async () => {
        expect(await attempt(options)).to.match(new RegExp(`^${flag}: ENOENT.*/nowhere/file`));
      });
    }

    for (const server of ['', 'nats://', 'http://[', ' , ']) {
      it(`refuses ${JSON.stringify(server)} as a server`, async () => {
        expect(await attempt({ server })).to.match(/^--server: expected URLs such as nats:\/\/127\.0\.0\.1:4222/);
      });
    }
  });
}

describe('a command without a NATS client', () => {
  it('says what to type', async () => {
    const failure: unknown = await loadNatsClient(['no-nats-client', 'none-either']).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Failure);
    expect((failure as Failure).message).to.match(/none is installed: type `npm install @nats-io\/transport-node`/);
  });

  it('takes whichever generation is installed', async () => {
    expect(await loadNatsClient(['no-nats-client', 'nats'])).to.equal(await import('nats'));
  });
});
