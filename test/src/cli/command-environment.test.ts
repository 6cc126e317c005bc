import { expect } from 'chai';
import { commandEnvironment } from '../../../src/cli/command-environment.js';

describe('the environment of a command that serve runs', () => {
  it('is that of serve where nothing of it is for NATS clients', () => {
    expect(commandEnvironment({ PATH: '/bin', HOME: '/root', EMPTY: '', GONE: undefined }, {})).to.deep.equal({
      PATH: '/bin',
      HOME: '/root',
      EMPTY: '',
    });
  });

  for (const name of [
    'NATS_CREDS',
    'NATS_USER',
    'NATS_PASSWORD',
    'NATS_TOKEN',
    'NATS_NKEY',
    'NATS_KEY',
    'NATS_CERT',
    'NATS_CA',
    'NATS_CONTEXT',
    'NATS_SOMETHING_NEW',
    'nats_password',
  ]) {
    it(`is without ${name}`, () => {
      expect(commandEnvironment({ [name]: 'secret' }, {})).to.deep.equal({});
    });
  }

  for (const name of ['NATS_TIMEOUT', 'NATS_SERVER', 'NATS_STREAM_DEBUG']) {
    it(`keeps ${name}, which is no secret`, () => {
      expect(commandEnvironment({ [name]: '1' }, {})).to.deep.equal({ [name]: '1' });
    });
  }

  for (const [came, handed] of [
    ['nats://host:4222', 'nats://host:4222'],
    ['nats://me:secret@host:4222', 'nats://host:4222'],
    ['secret@host', 'nats://host'],
    ['nats://one:1, tls://me:secret@two:2', 'nats://one:1,tls://two:2'],
    ['wss://token@host/', 'wss://host'],
  ] as const) {
    it(`hands ${came} over as ${handed}`, () => {
      expect(commandEnvironment({ NATS_URL: came }, {})).to.deep.equal({ NATS_URL: handed });
    });
  }

  for (const came of ['', 'nats://me:secret@', 'nats://me:se%zzcret@host', 'what is no URL:secret@']) {
    it(`is without a NATS_URL that cannot be read: ${JSON.stringify(came)}`, () => {
      expect(JSON.stringify(commandEnvironment({ NATS_URL: came }, {}))).not.to.match(/secret|se%zzcret/);
    });
  }

  it('holds what is added, whatever is set outside', () => {
    expect(commandEnvironment({ NATS_STREAM_ID: 'old' }, { NATS_STREAM_ID: 'new' })).to.deep.equal({
      NATS_STREAM_ID: 'new',
    });
  });
});
