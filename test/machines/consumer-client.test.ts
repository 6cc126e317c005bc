import { expect } from 'chai';
import { consumerClientMachine, type ListedStream } from '../../machines/index.js';
import { advance, begin, reach, type Snapshot } from '../support/transitions.js';
import { command, describeRows } from './row-cases.js';

const machine = consumerClientMachine;
const open = (id: string) => ({ type: 'app.open', id, subject: 'logs.web' }) as const;
const left = (id: string) => ({ type: 'stream.left', id }) as const;
const over = (id: string) => ({ type: 'stream.closed', id }) as const;
const lost = { type: 'link.lost' } as const;
const drain = { type: 'app.drain' } as const;
const listed = (...ids: readonly string[]): readonly ListedStream[] =>
  ids.map((streamId) => ({ subject: 'logs.web', streamId }));

const fresh = reach(machine, undefined);
const withStream = reach(machine, undefined, open('s1'));
const draining = reach(machine, undefined, open('s1'), drain);
const down = reach(machine, undefined, lost);
const mixed = reach(machine, undefined, open('s1'), open('s2'), open('s3'), left('s2'), over('s3'));

const accepting = { intake: 'accepting', streams: {}, answers: {}, link: 'up' } as const;
const release = command('client.release', {});
const spawn = (id: string, linkUp: boolean) =>
  command('actor.spawn', { machine: 'consumerStream', id, input: { id, subject: 'logs.web', linkUp } });
const cancelAll = command('actor.tellAll', {
  event: { type: 'app.cancel', reason: 'cancelled', text: 'the client drains' },
});
const context = (
  linkUp: boolean,
  ...streams: readonly { readonly id: string; readonly live: boolean; readonly attempt: number }[]
) => ({
  streams,
  linkUp,
});

describeRows('## Consumer client', machine, [
  {
    state: 'open',
    row: 'app.close',
    from: withStream,
    event: { type: 'app.close' },
    value: 'closed',
    commands: [command('actor.tellAll', { event: { type: 'app.close' } }), release],
  },
  {
    state: 'open',
    row: 'link.closed',
    from: withStream,
    event: { type: 'link.closed', text: 'gone' },
    value: 'closed',
    commands: [command('actor.tellAll', { event: { type: 'link.closed', text: 'gone' } }), release],
  },
  {
    state: 'open.intake.accepting',
    row: 'app.open',
    from: fresh,
    event: open('s1'),
    value: { open: accepting },
    commands: [spawn('s1', true)],
    context: context(true, { id: 's1', live: true, attempt: 0 }),
  },
  {
    state: 'open.intake.accepting',
    row: 'app.drain',
    from: withStream,
    event: drain,
    value: { open: { ...accepting, intake: 'draining' } },
    commands: [cancelAll],
  },
  {
    state: 'open.intake.draining',
    row: 'always',
    guard: 'knowsNoStream',
    from: draining,
    event: over('s1'),
    value: 'closed',
    commands: [release],
    context: context(true),
  },
  {
    state: 'open.streams',
    row: 'stream.left',
    from: withStream,
    event: left('s1'),
    value: { open: accepting },
    commands: [],
    context: context(true, { id: 's1', live: false, attempt: 0 }),
  },
  {
    state: 'open.streams',
    row: 'stream.renewed',
    from: withStream,
    event: { type: 'stream.renewed', id: 's1', attempt: 1 },
    value: { open: accepting },
    commands: [],
    context: context(true, { id: 's1', live: true, attempt: 1 }),
  },
  {
    state: 'open.streams',
    row: 'stream.closed',
    from: withStream,
    event: over('s1'),
    value: { open: accepting },
    commands: [],
    context: context(true),
  },
  {
    state: 'open.answers',
    row: 'heartbeat.requested',
    from: mixed,
    event: { type: 'heartbeat.requested', reply: '_INBOX.p.1', streams: listed('s1', 's2', 's3', 'stranger') },
    value: { open: accepting },
    commands: [
      command('wire.answer', { reply: '_INBOX.p.1', reported: listed('s2', 's3', 'stranger') }),
      command('actor.tell', { to: ['s1'], event: { type: 'heartbeat.alive' } }),
      command('actor.tell', { to: ['s2', 's3', 'stranger'], event: { type: 'heartbeat.listed' } }),
    ],
  },
  {
    state: 'open.link.up',
    row: 'link.lost',
    from: withStream,
    event: lost,
    value: { open: { ...accepting, link: 'down' } },
    commands: [command('actor.tellAll', { event: { type: 'link.lost' } })],
    context: context(false, { id: 's1', live: true, attempt: 0 }),
  },
  {
    state: 'open.link.down',
    row: 'link.restored',
    from: down,
    event: { type: 'link.restored' },
    value: { open: accepting },
    commands: [command('actor.tellAll', { event: { type: 'link.restored' } })],
    context: context(true),
  },
]);

describe('consumerClient: PROTOCOL.md, Consumer client', () => {
  const reportedOf = (snapshot: Snapshot, streams: readonly ListedStream[]) => {
    const step = advance(machine, snapshot, { type: 'heartbeat.requested', reply: 'r', streams });
    const answer = step.commands.find(({ type }) => type === 'wire.answer');
    return (answer?.params as { readonly reported: readonly ListedStream[] }).reported;
  };

  it('says of what a part of a request reports that more follows', () => {
    const event = { type: 'heartbeat.requested', reply: 'r', streams: listed('stranger'), more: true } as const;
    const answer = advance(machine, fresh, event).commands.find(({ type }) => type === 'wire.answer');
    expect(answer?.params).to.deep.equal({ reply: 'r', reported: listed('stranger'), more: true });
  });

  it('reports an older stream of a subject no more than the newest one', () => {
    const two = reach(machine, undefined, open('older'), open('newer'));
    expect(reportedOf(two, listed('older', 'newer'))).to.deep.equal([]);
  });

  it('reports every stream id of a stream but that of its last request', () => {
    const renewed = reach(machine, undefined, open('s1'), { type: 'stream.renewed', id: 's1', attempt: 2 });
    const ids = ['s1', 's1~1', 's1~2', 's1~02', 's1~3', 's1~'];
    expect(reportedOf(renewed, listed(...ids))).to.deep.equal(listed('s1', 's1~1', 's1~02', 's1~3', 's1~'));
  });

  it('reports a live stream that the request closes', () => {
    const [stream] = listed('s1');
    const closed = { ...stream!, close: { code: 4030, text: 'refused' } };
    expect(reportedOf(withStream, [closed])).to.deep.equal(listed('s1'));
  });

  it('reports a stream that is alone on its subject when its reader has left', () => {
    expect(reportedOf(advance(machine, withStream, left('s1')).snapshot, listed('s1'))).to.deep.equal(listed('s1'));
  });

  it('judges by the stream id alone, and carries the subject back', () => {
    const elsewhere = [
      { subject: 'other', streamId: 's1' },
      { subject: 'other', streamId: 's2' },
    ];
    expect(reportedOf(mixed, elsewhere)).to.deep.equal([{ subject: 'other', streamId: 's2' }]);
  });

  it('answers a request that lists nothing', () => {
    expect(reportedOf(mixed, [])).to.deep.equal([]);
  });

  it('answers while it drains', () => {
    expect(reportedOf(draining, listed('s1', 's9'))).to.deep.equal(listed('s9'));
  });

  it('tells a stream that is opened while the link is down', () => {
    const step = advance(machine, down, open('s1'));
    expect(step.commands).to.deep.equal([spawn('s1', false)]);
  });

  it('opens no stream while it drains', () => {
    const step = advance(machine, draining, open('s2'));
    expect(step.commands).to.deep.equal([]);
    expect(step.snapshot.context).to.deep.equal(draining.context);
  });

  it('closes at once where it drains without a stream', () => {
    const step = advance(machine, fresh, drain);
    expect(step.snapshot.value).to.equal('closed');
    expect(step.commands).to.deep.equal([cancelAll, release]);
  });

  it('leaves what it does not know as it is', () => {
    for (const event of [left('stranger'), over('stranger')]) {
      expect(advance(machine, withStream, event).snapshot.context, event.type).to.deep.equal(withStream.context);
    }
  });

  it('starts without an input', () => {
    expect(begin(machine).snapshot.context).to.deep.equal(context(true));
  });
});
