import { expect } from 'chai';
import { clientActorId, consumerClientMachine, consumerStreamMachine } from '../../../machines/index.js';
import { ClientHost, type ClientRole } from '../../../src/host/client-host.js';
import { systemClock } from '../../../src/host/clock.js';
import type { TracedClient } from '../../../src/host/trace-port.js';
import type { Warning } from '../../../src/host/warnings.js';
import { createTestBroker } from '../../support/pair.js';

/** A host of a client without streams, with a note of everything that it does. */
function createHost() {
  const broker = createTestBroker();
  const notes: string[] = [];
  const warnings: Warning[] = [];
  const connection = broker.connect();
  const subscribe = connection.subscribe.bind(connection);
  connection.subscribe = (subject, options) => {
    notes.push(`subscribe ${subject}`);
    const subscription = subscribe(subject, options);
    return {
      unsubscribe: () => {
        notes.push(`unsubscribe ${subject}`);
        subscription.unsubscribe();
      },
      drain: () => subscription.drain(),
    };
  };
  const tracer = {
    attach: (client: TracedClient) => {
      notes.push(`attach to ${Array.from(client.actors(), ({ id }) => id).join(' ')}`);
      return { inspect: undefined, tap: undefined };
    },
  };
  const host = new ClientHost(
    {},
    'consumer',
    {
      connection,
      clock: systemClock,
      inspect: undefined,
      tracer,
      onWarning: (warning) => void warnings.push(warning),
      onDebug: () => undefined,
    },
    { ids: () => ['stream'], countsOf: () => undefined },
  );
  const role: ClientRole = {
    client: consumerClientMachine,
    machines: { consumerStream: consumerStreamMachine },
    delays: { openTimeout: 1, silenceTimeout: 1, requestRetry: 1, cancellationBuffer: 1 },
    performers: Object.fromEntries(
      [consumerClientMachine, consumerStreamMachine].flatMap(({ implementations }) =>
        Object.keys(implementations.actions).map((command) => [command, () => undefined]),
      ),
    ),
    inboxes: { inbox: () => notes.push('frame'), heartbeats: () => notes.push('heartbeat') },
    onStreamGone: () => undefined,
    onRefused: () => [],
    onReleased: () => notes.push('release'),
  };
  return { host, role, notes, warnings };
}

describe('the host of a client', () => {
  it('does nothing before it is started, and refuses to be asked', () => {
    const { host, notes } = createHost();
    expect(notes).to.deep.equal([]);
    expect(() => host.dispatch(clientActorId, { type: 'app.close' })).to.throw('expected a client that has started');
    expect(() => host.client).to.throw('expected a client that has started');
  });

  it('attaches the tracer last, when the actor lives and the inboxes are open', async () => {
    const { host, role, notes } = createHost();
    host.start(role);
    expect(notes).to.deep.equal(['subscribe inbox', 'subscribe heartbeats', 'attach to client']);
    await host.close();
  });

  it('gives back the inboxes, then what the role has, and is released once, however it ends', async () => {
    for (const end of ['closed', 'closed twice', 'stopped'] as const) {
      const { host, role, notes } = createHost();
      host.start(role);
      expect(host.isOver).to.equal(false);
      if (end === 'stopped') host.client.stop();
      else if (end === 'closed twice') await Promise.all([host.close(), host.close()]);
      else await host.close();
      await host.released;
      expect([host.isOver, host.isReleased], end).to.deep.equal([true, true]);
      expect(notes.slice(3), end).to.deep.equal(['unsubscribe inbox', 'unsubscribe heartbeats', 'release']);
    }
  });

  it('warns of what cannot be published, with the words that it was given', async () => {
    const { host, role, warnings } = createHost();
    host.start(role);
    const error = new Error('no');
    host.publisher.publish = () => {
      throw error;
    };
    host.publish('subject', new Uint8Array());
    host.publish('subject', new Uint8Array(), undefined, 'could not publish a refusal');
    expect(warnings).to.deep.equal([
      { code: 'publishFailed', message: 'could not publish', subject: 'subject', error },
      { code: 'publishFailed', message: 'could not publish a refusal', subject: 'subject', error },
    ]);
    await host.close();
  });
});
