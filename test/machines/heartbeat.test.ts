import { expect } from 'chai';
import { heartbeatMachine, type HeartbeatContext } from '../../machines/index.js';
import { advance, begin, reach, timeUp } from '../support/transitions.js';
import { command, describeRows } from './row-cases.js';

const machine = heartbeatMachine;
const id = '_SINBOX.c1.';
const input = { id, missedHeartbeatsMax: 2 };

const stream = (streamId: string) => ({ id: id + streamId, streamId, subject: 'logs.web' });
const added = (streamId: string, extended = false) =>
  ({ type: 'stream.added', ...stream(streamId), extended }) as const;
const removed = (streamId: string) => ({ type: 'stream.removed', id: id + streamId }) as const;
const close = { code: 4030, text: 'refused' };
const unreachable = (streamId: string) => ({ type: 'stream.unreachable', id: id + streamId, ...close }) as const;
const answered = (...reported: readonly string[]) => ({ type: 'heartbeat.answered', reported }) as const;
const unanswerable = { type: 'heartbeat.unanswerable' } as const;
const lost = { type: 'link.lost' } as const;
const restored = { type: 'link.restored' } as const;
const due = { type: 'round.due' } as const;
const interval = timeUp(machine, 'heartbeatInterval', 'open.ticker.running');
const timeout = timeUp(machine, 'heartbeatRequestTimeout', 'open.exchange.asking');

const empty = reach(machine, input);
/** One stream, asked for once and confirmed. */
const idle = reach(machine, input, added('s1'), answered());
/** A new stream is asked for. */
const introducing = reach(machine, input, added('s1'));
/** The round of one stream is under way. */
const asking = reach(machine, input, added('s1'), answered(), interval);
/** The same after a miss, so that the next one is the last that is allowed. */
const lastChance = reach(machine, input, added('s1'), answered(), interval, timeout, interval);
const suspended = reach(machine, input, added('s1'), answered(), lost);

const value = (exchange: string, ticker = 'running') => ({ open: { registry: {}, ticker, exchange } });
const context = (changes: Partial<HeartbeatContext>): HeartbeatContext => ({
  ...input,
  streams: [stream('s1')],
  fresh: [],
  asked: [],
  roundDue: false,
  misses: 0,
  ...changes,
});
const ask = (...streamIds: readonly string[]) =>
  command('wire.ask', { id, streams: streamIds.map((streamId) => ({ subject: 'logs.web', streamId })) });
const tell = (type: 'heartbeat.lost' | 'heartbeat.reported' | 'heartbeat.confirmed', ...streamIds: readonly string[]) =>
  command('actor.tell', { to: streamIds.map((streamId) => id + streamId), event: { type } });

describeRows('## Heartbeat', machine, [
  { state: 'open', row: 'app.close', from: idle, event: { type: 'app.close' }, value: 'closed', commands: [] },
  {
    state: 'open',
    row: 'link.closed',
    from: asking,
    event: { type: 'link.closed', text: 'gone' },
    value: 'closed',
    commands: [],
  },
  {
    state: 'open.registry',
    row: 'stream.added',
    guard: 'isAnnounced',
    from: lastChance,
    event: added('s2', true),
    value: value('asking'),
    commands: [],
    context: context({ streams: [stream('s1'), stream('s2')], asked: [stream('s1')], misses: 1 }),
  },
  {
    state: 'open.registry',
    row: 'stream.added',
    from: lastChance,
    event: added('s2'),
    value: value('asking'),
    commands: [],
    context: context({
      streams: [stream('s1'), stream('s2')],
      fresh: [stream('s2')],
      asked: [stream('s1')],
      misses: 1,
    }),
  },
  {
    state: 'open.registry',
    row: 'stream.removed',
    from: reach(machine, input, added('s1'), added('s2')),
    event: removed('s2'),
    value: value('introducing'),
    commands: [],
    context: context({ asked: [stream('s1')] }),
  },
  {
    state: 'open.registry',
    row: 'stream.unreachable',
    from: idle,
    event: unreachable('s1'),
    value: value('introducing'),
    commands: [command('wire.ask', { id, streams: [{ subject: 'logs.web', streamId: 's1', close }] })],
    context: { ...context({ asked: [{ ...stream('s1'), close }] }), streams: [{ ...stream('s1'), close }] },
  },
  {
    state: 'open.ticker.running',
    row: 'after heartbeatInterval',
    from: idle,
    event: interval,
    value: value('asking'),
    commands: [ask('s1')],
    context: context({ asked: [stream('s1')] }),
  },
  {
    state: 'open.ticker.running',
    row: 'link.lost',
    from: idle,
    event: lost,
    value: value('suspended', 'suspended'),
    commands: [],
  },
  {
    state: 'open.ticker.suspended',
    row: 'link.restored',
    from: suspended,
    event: restored,
    value: value('asking'),
    commands: [ask('s1')],
    context: context({ asked: [stream('s1')] }),
  },
  {
    state: 'open.exchange',
    row: 'round.due',
    from: asking,
    event: due,
    value: value('asking'),
    commands: [],
    context: context({ asked: [stream('s1')], roundDue: true }),
  },
  {
    state: 'open.exchange',
    row: 'link.lost',
    from: lastChance,
    event: lost,
    value: value('suspended', 'suspended'),
    commands: [],
    context: context({}),
  },
  {
    state: 'open.exchange.idle',
    row: 'always',
    guard: 'isRoundDue',
    from: idle,
    event: due,
    value: value('asking'),
    commands: [ask('s1')],
    context: context({ asked: [stream('s1')] }),
  },
  {
    state: 'open.exchange.idle',
    row: 'always',
    guard: 'hasFreshStreams',
    from: idle,
    event: added('s2'),
    value: value('introducing'),
    commands: [ask('s2')],
    context: context({ streams: [stream('s1'), stream('s2')], asked: [stream('s2')] }),
  },
  {
    state: 'open.exchange.introducing',
    row: 'heartbeat.answered',
    from: introducing,
    event: answered('s1'),
    value: value('idle'),
    commands: [tell('heartbeat.reported', 's1')],
    context: context({}),
  },
  {
    state: 'open.exchange.introducing',
    row: 'round.due',
    from: reach(machine, input, added('s1'), answered(), added('s2')),
    event: due,
    value: value('asking'),
    commands: [ask('s1', 's2')],
    context: context({ streams: [stream('s1'), stream('s2')], asked: [stream('s1'), stream('s2')] }),
  },
  {
    state: 'open.exchange.asking',
    row: 'after heartbeatRequestTimeout',
    guard: 'isLastMiss',
    from: lastChance,
    event: timeout,
    value: value('idle'),
    commands: [tell('heartbeat.lost', 's1')],
  },
  {
    state: 'open.exchange.asking',
    row: 'after heartbeatRequestTimeout',
    from: asking,
    event: timeout,
    value: value('idle'),
    commands: [],
    context: context({ misses: 1 }),
  },
  {
    state: 'open.exchange.asking',
    row: 'heartbeat.unanswerable',
    guard: 'isLastMiss',
    from: lastChance,
    event: unanswerable,
    value: value('idle'),
    commands: [tell('heartbeat.lost', 's1')],
  },
  {
    state: 'open.exchange.asking',
    row: 'heartbeat.unanswerable',
    from: asking,
    event: unanswerable,
    value: value('idle'),
    commands: [],
    context: context({ misses: 1 }),
  },
  {
    state: 'open.exchange.asking',
    row: 'heartbeat.answered',
    from: reach(machine, input, added('s1'), answered(), added('s2'), answered(), interval),
    event: answered('s2', 'stranger'),
    value: value('idle'),
    commands: [tell('heartbeat.reported', 's2'), tell('heartbeat.confirmed', 's1')],
    context: context({ streams: [stream('s1'), stream('s2')] }),
  },
  {
    state: 'open.exchange.suspended',
    row: 'link.restored',
    from: suspended,
    event: restored,
    value: value('asking'),
    commands: [ask('s1')],
    context: context({ asked: [stream('s1')] }),
  },
]);

describe('heartbeat: PROTOCOL.md, Heartbeat', () => {
  it('asks for a new stream at once, and again for one that comes meanwhile', () => {
    const first = advance(machine, empty, added('s1'));
    expect(first.commands).to.deep.equal([ask('s1')]);
    const second = advance(machine, first.snapshot, added('s2'));
    expect(second.commands).to.deep.equal([]);
    const third = advance(machine, second.snapshot, answered());
    expect(third.commands).to.deep.equal([tell('heartbeat.reported'), ask('s2')]);
  });

  it('asks for every stream where a round is due, without waiting for the answer about a new one', () => {
    const waited = reach(machine, input, added('s1'), added('s2'));
    expect(advance(machine, waited, interval).commands).to.deep.equal([ask('s1', 's2')]);
  });

  it('does not ask for nothing where a round is due after the new stream has left', () => {
    const left = reach(machine, input, added('s1'), removed('s1'));
    const { snapshot, commands } = advance(machine, left, interval);
    expect(commands).to.deep.equal([]);
    expect(advance(machine, snapshot, answered()).commands).to.deep.equal([]);
  });

  it('asks again when a round is over in whose last instant the next one fell due', () => {
    const tied = reach(machine, input, added('s1'), answered(), interval, interval);
    expect(advance(machine, tied, timeout).commands).to.deep.equal([ask('s1')]);
  });

  it('lets new streams wait for the next round where nobody subscribes, and counts no miss before', () => {
    const absent = reach(machine, input, added('s1'), added('s2'), unanswerable);
    expect(absent.context).to.include({ misses: 0 });
    expect(advance(machine, absent, interval).commands).to.deep.equal([ask('s1', 's2')]);
  });

  it('counts one miss an interval at most where nobody subscribes', () => {
    const absent = reach(machine, input, added('s1'), answered(), interval, unanswerable, added('s2'), unanswerable);
    expect(absent.context).to.include({ misses: 1 });
    expect(advance(machine, absent, unanswerable).commands).to.deep.equal([]);
  });

  it('asks for a stream that was announced no sooner than in a round', () => {
    const step = advance(machine, begin(machine, input).snapshot, added('s1', true));
    expect(step.commands).to.deep.equal([]);
    expect(advance(machine, step.snapshot, interval).commands).to.deep.equal([ask('s1')]);
  });

  it('judges by an answer only what its request listed', () => {
    const step = advance(machine, reach(machine, input, added('s1'), added('s2')), answered('s1', 's2'));
    expect(step.commands).to.deep.equal([tell('heartbeat.reported', 's1'), ask('s2')]);
  });

  it('takes no answer that comes too late', () => {
    const late = advance(machine, reach(machine, input, added('s1'), interval, timeout), answered('s1'));
    expect(late.commands).to.deep.equal([]);
    expect(late.rows).to.deep.equal([]);
  });

  it('loses nobody before as many misses in a row as are allowed', () => {
    const one = reach(machine, { ...input, missedHeartbeatsMax: 1 }, added('s1'), interval);
    expect(advance(machine, one, timeout).commands).to.deep.equal([tell('heartbeat.lost', 's1')]);
    const answeredBetween = reach(machine, input, added('s1'), interval, timeout, interval, answered(), interval);
    expect(advance(machine, answeredBetween, timeout).commands).to.deep.equal([]);
  });

  it('takes the answer about a new stream as a sign of life', () => {
    const introduced = reach(machine, input, added('s1'), interval, timeout, added('s2'), answered());
    expect(introduced.context).to.have.property('misses', 0);
  });

  it('asks nothing and counts nothing while the link is down', () => {
    for (const event of [interval, timeout, unanswerable, answered('s1')]) {
      const step = advance(machine, suspended, event);
      expect(step.commands, event.type).to.deep.equal([]);
      expect(step.snapshot.context, event.type).to.deep.equal(suspended.context);
    }
  });

  it('asks for a stream that came while the link was down when it is back', () => {
    const came = advance(machine, suspended, added('s2')).snapshot;
    expect(advance(machine, came, restored).commands).to.deep.equal([ask('s1', 's2')]);
  });

  it('asks for no stream that has been removed', () => {
    const gone = reach(machine, input, added('s1'), added('s2'), removed('s2'));
    expect(advance(machine, gone, answered()).commands).to.deep.equal([tell('heartbeat.reported')]);
  });

  it('takes a missing input, and allows 2 misses then', () => {
    expect(begin(machine).snapshot.context).to.deep.equal(context({ id: '', streams: [] }));
  });
});
