import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from '../../../src/cli/connection-options.js';
import { Failure } from '../../../src/cli/failure.js';
import { withContext } from '../../../src/cli/nats-context.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { endCommands, runCommand } from './command-line.js';

/** It comes with the NATS clients. */
const { createUser } = createRequire(import.meta.url)('nkeys.js') as {
  readonly createUser: () => { getSeed(): Uint8Array; getPublicKey(): string };
};

describe('contexts of the nats command', () => {
  const home = mkdtempSync(join(tmpdir(), 'nats-stream-context-'));
  const folder = join(home, 'nats');
  const user = createUser();
  const seedFile = join(home, 'user.nk');
  let server: NatsServer;

  const write = (name: string, context: object | string) => {
    const text = typeof context === 'string' ? context : JSON.stringify(context);
    writeFileSync(join(folder, 'context', `${name}.json`), text);
  };
  const withIn = (options: Partial<ConnectionOptions>) => {
    const { timeout, ...rest } = withContext({ timeout: 5000, ...options }, { XDG_CONFIG_HOME: home });
    expect(timeout).to.equal(5000);
    return rest;
  };
  const refusal = (context: string): string => {
    try {
      withIn({ context });
    } catch (error) {
      expect(error).to.be.instanceOf(Failure);
      return (error as Failure).message;
    }
    throw new Error('expected it to throw');
  };

  before(async () => {
    mkdirSync(join(folder, 'context'), { recursive: true });
    writeFileSync(seedFile, `${new TextDecoder().decode(user.getSeed())}\n`);
    server = await startNatsServer({
      config: `authorization { users: [ { user: ann, password: secret }, { nkey: ${user.getPublicKey()} },
        { user: mute, password: secret, permissions: { publish: "_NOTHING", subscribe: ["_SINBOX.>", "_HEARTBEAT.>"] } },
        { user: deaf, password: secret, permissions: { publish: ">", subscribe: "_NOTHING" } },
        { user: half, password: secret, permissions: { publish: ">", subscribe: "_INBOX.>" } } ] }`,
    });
    write('ann', {
      description: 'Ann',
      url: server.url,
      user: 'ann',
      password: 'secret',
      creds: '',
      jetstream_domain: 'x',
    });
    write('key', { url: server.url, nkey: seedFile });
    write('tls', { url: 'tls://a:1,tls://b:2', cert: '~/c.pem', key: '/k.pem', ca: '/ca.pem', tls_first: true });
    write('token', { url: server.url, token: 't0ken' });
    write('nsc', { nsc: 'nsc://o/a/u' });
    write('broken', '{');
  });
  after(async () => {
    await server.stop();
    rmSync(home, { recursive: true });
  });
  afterEach(() => endCommands());

  it('give what is not given: servers, credentials, NKEYs, certificates', () => {
    expect(withIn({ context: 'ann' })).to.deep.equal({
      context: 'ann',
      server: server.url,
      user: 'ann',
      password: 'secret',
    });
    expect(withIn({ context: 'token' })).to.include({ token: 't0ken' });
    expect(withIn({ context: 'key' })).to.include({ nkey: seedFile });
    const tls = withIn({ context: 'tls' });
    expect(tls).to.include({ server: 'tls://a:1,tls://b:2', tlskey: '/k.pem', tlsca: '/ca.pem', tlsfirst: true });
    expect(tls.tlscert).to.match(/^\/.*\/c\.pem$/);
  });

  it('give way to what is told, and never mix the credentials of two', () => {
    expect(withIn({ context: 'ann', server: 'nats://other' })).to.include({ server: 'nats://other', user: 'ann' });
    const asBob = withIn({ context: 'ann', user: 'bob' });
    expect(asBob).to.include({ user: 'bob', server: server.url }).and.not.have.property('password');
    expect(withIn({ context: 'ann', creds: 'x' })).not.to.have.any.keys('user', 'password');
  });

  it('are the selected one where neither a context nor a server is named', () => {
    expect(withIn({})).to.deep.equal({});
    writeFileSync(join(folder, 'context.txt'), 'token\n');
    expect(withIn({})).to.deep.equal({ server: server.url, token: 't0ken' });
    expect(withIn({ server: 'nats://other' })).to.deep.equal({ server: 'nats://other' });
    rmSync(join(folder, 'context.txt'));
  });

  it('are refused in words where they are not there, broken, or say what is not known', () => {
    expect(refusal('nobody')).to.equal(
      `--context nobody: there is no such context in ${folder}; there are ann, broken, key, nsc, tls, token`,
    );
    expect(refusal('../secret')).to.match(/expected the name of a context/);
    expect(refusal('broken')).to.match(/broken\.json: /);
    expect(refusal('nsc')).to.match(/expected no nsc/);
  });

  it('are read by the command, by --context and NATS_CONTEXT, and --nkey logs in by itself', async () => {
    const env = { XDG_CONFIG_HOME: home };
    const serving = runCommand(['serve', 'hello', '--context', 'ann', '--', 'echo', 'hello'], { env });
    await serving.untilStderr(/serving hello/);
    const byContext = runCommand(['open', 'hello'], { env: { ...env, NATS_CONTEXT: 'key' } });
    const byKey = runCommand(['open', 'hello', '-s', server.url, '--nkey', seedFile]);
    for (const run of [byContext, byKey]) {
      expect(await run.ended, run.stderr).to.equal(0);
      expect(run.stdout).to.equal('hello\n');
    }
    const noSeed = runCommand(['open', 'hello', '-s', server.url, '--nkey', join(folder, 'context/ann.json')]);
    expect(await noSeed.ended).to.equal(1);
    expect(noSeed.stderr)
      .to.match(/--nkey .*: expected the seed of a user/)
      .and.not.include('secret');
  });

  it('who may not subscribe or publish is told so at once, with exit code 1', async () => {
    const as = (name: string) => ['-s', server.url, '--user', name, '--password', 'secret'];
    const runs = [
      runCommand(['serve', 'hello', ...as('deaf'), '--', 'true']),
      runCommand(['serve', 'hello', ...as('half'), '--', 'true']),
      runCommand(['open', 'hello', ...as('mute')]),
      runCommand(['open', 'hello', ...as('deaf')]),
    ];
    const codes = await Promise.all(runs.map(({ ended }) => ended));
    const told = runs.map(({ stderr }) => stderr);
    expect(codes, told.join('')).to.deep.equal([1, 1, 1, 1]);
    for (const text of told) expect(text).to.match(/[Pp]ermi/);
    expect(told[1]).to.match(/no requests can be taken: /);
  });
});
