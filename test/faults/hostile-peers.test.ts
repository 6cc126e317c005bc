import { expect } from 'chai';
import { attack, faultsOf } from '../support/hostile-peers.js';
import { startNatsServer, type NatsServer } from '../support/nats-server.js';
import { seed } from '../support/seed.js';

describe('hostile peers of both roles, on real connections', () => {
  let server: NatsServer;
  before(async () => {
    server = await startNatsServer();
  });
  after(() => server.stop());

  it(`touch nobody else, aim nobody, fill no memory, and leave nothing behind (seed ${seed})`, async () => {
    const run = await attack({ url: server.url, frames: 8_000, seed });
    expect(run.frames).to.be.at.least(8_000);
    expect(faultsOf(run)).to.deep.equal([]);
  });
});
