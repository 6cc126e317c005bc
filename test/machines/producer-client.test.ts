import { expect } from 'chai';
import { producerClientMachine, type ProducerClientContext } from '../../machines/index.js';
import { advance, begin, reach } from '../support/transitions.js';
import { command, describeRows } from './row-cases.js';

const machine = producerClientMachine;
const idOf = (consumer: string, streamId: string) => `_SINBOX.${consumer}.${streamId}`;
const request = (consumer: string, streamId: string, exact = false) =>
  ({
    type: 'request.received',
    id: idOf(consumer, streamId),
    consumerId: idOf(consumer, ''),
    streamId,
    subject: 'logs.web',
    exact,
    extended: false,
  }) as const;
const over = (consumer: string, streamId: string) => ({ type: 'stream.closed', id: idOf(consumer, streamId) }) as const;
const unreachable = { type: 'stream.unreachable', id: idOf('c1', 's1'), code: 4030, text: 'refused' } as const;
const lost = { type: 'link.lost' } as const;

const fresh = reach(machine, undefined);
const one = reach(machine, undefined, request('c1', 's1'));
const two = reach(machine, undefined, request('c1', 's1'), request('c1', 's2'));
const down = reach(machine, undefined, request('c1', 's1'), lost);

const up = { registry: {}, link: 'up' } as const;
const release = command('client.release', {});
const consumer = idOf('c1', '');
const spawnHeartbeat = command('actor.spawn', {
  machine: 'heartbeat',
  id: consumer,
  input: { id: consumer, missedHeartbeatsMax: 2 },
});
const startStream = (streamId: string, exact = false) => {
  const id = idOf('c1', streamId);
  return [
    command('actor.spawn', {
      machine: 'producerStream',
      id,
      input: { id, subject: 'logs.web', exact, extended: false },
    }),
    command('actor.tell', {
      to: [consumer],
      event: { type: 'stream.added', id, streamId, subject: 'logs.web', extended: false },
    }),
  ];
};
const context = (...streamIds: readonly string[]): ProducerClientContext => ({
  missedHeartbeatsMax: 2,
  extendedMissesMax: 2,
  streams: streamIds.map((streamId) => ({ id: idOf('c1', streamId), consumerId: consumer })),
  consumers: streamIds.length === 0 ? [] : [{ id: consumer, streams: streamIds.length }],
});

describeRows('## Producer client', machine, [
  {
    state: 'open',
    row: 'app.close',
    from: one,
    event: { type: 'app.close' },
    value: 'closed',
    commands: [command('actor.tellAll', { event: { type: 'app.close' } }), release],
  },
  {
    state: 'open',
    row: 'link.closed',
    from: one,
    event: { type: 'link.closed', text: 'gone' },
    value: 'closed',
    commands: [command('actor.tellAll', { event: { type: 'link.closed', text: 'gone' } }), release],
  },
  {
    state: 'open.registry',
    row: 'request.received',
    guard: 'isRegistered',
    from: one,
    event: request('c1', 's1', true),
    value: { open: up },
    commands: [],
  },
  {
    state: 'open.registry',
    row: 'request.received',
    guard: 'isNewConsumer',
    from: fresh,
    event: request('c1', 's1'),
    value: { open: up },
    commands: [spawnHeartbeat, ...startStream('s1')],
    context: context('s1'),
  },
  {
    state: 'open.registry',
    row: 'request.received',
    from: one,
    event: request('c1', 's2', true),
    value: { open: up },
    commands: startStream('s2', true),
    context: context('s1', 's2'),
  },
  {
    state: 'open.registry',
    row: 'stream.unreachable',
    from: one,
    event: unreachable,
    value: { open: up },
    commands: [command('actor.tell', { to: [consumer], event: unreachable })],
  },
  {
    state: 'open.registry',
    row: 'stream.closed',
    guard: 'isLastOfConsumer',
    from: one,
    event: over('c1', 's1'),
    value: { open: up },
    commands: [command('actor.stop', { id: consumer })],
    context: context(),
  },
  {
    state: 'open.registry',
    row: 'stream.closed',
    from: two,
    event: over('c1', 's1'),
    value: { open: up },
    commands: [command('actor.tell', { to: [consumer], event: { type: 'stream.removed', id: idOf('c1', 's1') } })],
    context: context('s2'),
  },
  {
    state: 'open.link.up',
    row: 'link.lost',
    from: one,
    event: lost,
    value: { open: { ...up, link: 'down' } },
    commands: [command('actor.tellAll', { event: { type: 'link.lost' } })],
  },
  {
    state: 'open.link.down',
    row: 'request.received',
    from: down,
    event: request('c1', 's2'),
    value: { open: { ...up, link: 'down' } },
    commands: [...startStream('s2'), command('actor.tell', { to: [consumer], event: { type: 'link.lost' } })],
    context: context('s1', 's2'),
  },
  {
    state: 'open.link.down',
    row: 'link.restored',
    from: down,
    event: { type: 'link.restored' },
    value: { open: up },
    commands: [command('actor.tellAll', { event: { type: 'link.restored' } })],
  },
]);

describe('producerClient: PROTOCOL.md, Producer client', () => {
  it('gives each consumer a heartbeat of its own', () => {
    const step = advance(machine, one, request('c2', 's1'));
    expect(step.commands[0]).to.deep.equal(
      command('actor.spawn', {
        machine: 'heartbeat',
        id: idOf('c2', ''),
        input: { id: idOf('c2', ''), missedHeartbeatsMax: 2 },
      }),
    );
  });

  it('takes a request for a stream that is over as a new one', () => {
    const again = reach(machine, undefined, request('c1', 's1'), over('c1', 's1'));
    expect(advance(machine, again, request('c1', 's1')).commands).to.deep.equal([spawnHeartbeat, ...startStream('s1')]);
  });

  it('does not mind the end of a stream that it does not know', () => {
    const step = advance(machine, one, over('c1', 'stranger'));
    expect(step.commands.map(({ type, params }) => [type, 'to' in params && params.to])).to.deep.equal([
      ['actor.tell', ['']],
    ]);
    expect(step.snapshot.context).to.deep.equal(one.context);
  });

  it('takes no request once it is closed', () => {
    const closed = advance(machine, one, { type: 'app.close' }).snapshot;
    expect(advance(machine, closed, request('c1', 's2')).commands).to.deep.equal([]);
  });

  it('hands its limit of misses to the heartbeats, 2 without an input', () => {
    expect(begin(machine).snapshot.context).to.deep.equal(context());
    const limited = reach(machine, { missedHeartbeatsMax: 7 });
    const [spawn] = advance(machine, limited, request('c1', 's1')).commands;
    expect(spawn?.params).to.have.deep.property('input', { id: consumer, missedHeartbeatsMax: 7 });
  });
});
