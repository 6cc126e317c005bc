import { expect } from 'chai';
import { attack } from '../support/hostile-peers.js';
import { startNatsServer, type NatsServer } from '../support/nats-server.js';
import { seed } from '../support/seed.js';

describe('hostile peers of both roles, on real connections', () => {
  let server: NatsServer;
  before(async () => {
    server = await startNatsServer();
  });
  after(() => server.stop());

  it(`touch nobody else, aim nobody, and leave nothing behind (seed ${seed})`, async () => {
    const run = await attack({ url: server.url, frames: 4_000, seed });
    expect(run.frames).to.be.at.least(4_000);
    const { escaped, bystanders, foreign, unfinished } = run;
    expect({ escaped, bystanders, foreign, unfinished }).to.deep.equal({
      escaped: [],
      bystanders: [],
      foreign: [],
      unfinished: 0,
    });
    expect(run.grownBytes).to.be.lessThan(64 * 1024 * 1024);
  });
});
