import { expect } from 'chai';
import { clientActorId, producerStreamMachine } from '../../machines/index.js';
import { advance, begin, reach, timeUp, type StepEvent } from '../support/transitions.js';
import { command, describeRows, type RowCase } from './row-cases.js';

const machine = producerStreamMachine;
const id = '_SINBOX.c1.s1';
const plain = { id, subject: 'logs.web', exact: false, extended: false };
const exact = { ...plain, exact: true };
const extended = { ...exact, extended: true };

const record = { type: 'source.record' } as const;
const reported = { type: 'heartbeat.reported' } as const;
const confirmed = { type: 'heartbeat.confirmed' } as const;

const states = {
  opening: reach(machine, plain),
  active: reach(machine, plain, record),
  cancelling: reach(machine, plain, record, reported),
} as const;

const bufferOver = timeUp(machine, 'cancellationBuffer', 'cancelling');
const withdrawn = reach(machine, plain, record, reported, confirmed);
const suspected = reach(machine, plain, record, reported, confirmed, bufferOver);

const ended = { type: 'source.ended', text: 'that was all' } as const;
const blocked = { type: 'flow.blocked' } as const;
const starved = { type: 'flow.starved' } as const;
const resumed = { type: 'peer.resumed' } as const;
const finishing = reach(machine, extended, record, ended);

const announce = command('wire.announce', { id });
const probe = command('wire.probe', { id, isRound: true });
const ask = command('wire.probe', { id, isRound: false });
const resend = command('wire.resend', { id });
const start = command('source.start', { id });
const publish = command('wire.data', { id });
const close = (code: number, text: string) => command('wire.close', { id, code, text });
const cancel = (text: string) => command('source.cancel', { id, text });
const stop = (text: string) => [cancel(text), close(1001, text)];
const tellClosed = command('actor.tell', { to: [clientActorId], event: { type: 'stream.closed', id } });

const unreachable = { type: 'peer.unreachable', code: 4030, text: 'no' } as const;
const told = reach(machine, exact, unreachable);
const tellUnreachable = command('actor.tell', {
  to: [clientActorId],
  event: { type: 'stream.unreachable', id, code: 4030, text: 'no' },
});

/** What ends a stream of which only its consumer has to be told. */
const ofUnreachable: readonly RowCase[] = (
  [
    reported,
    confirmed,
    { type: 'heartbeat.lost' },
    { type: 'heartbeat.refused', text: 'no' },
    { type: 'app.close' },
    { type: 'link.closed', text: 'gone' },
  ] as const
).map((event) => ({
  state: 'unreachable',
  row: event.type,
  from: told,
  event,
  value: 'closed',
  commands: [tellClosed],
}));

const notRead = 'the consumer no longer reads the stream';

/** The rows that opening, active and cancelling have in common. */
function whileRunning(state: keyof typeof states): readonly RowCase[] {
  const from = states[state];
  const ends = (event: StepEvent, commands: RowCase['commands']): RowCase => ({
    state,
    row: event.type,
    from,
    event,
    value: 'closed',
    commands: [...commands, tellClosed],
  });
  const failed = { type: 'source.failed', code: 4321, text: 'disk full' } as const;
  const finish = (event: typeof ended | typeof failed, code: number): RowCase => ({
    state,
    row: event.type,
    guard: 'isExtended',
    from: { ...from, context: { ...(from.context as object), extended: true } },
    event,
    value: 'finishing',
    commands: [command('wire.finish', { id, code, text: event.text })],
  });
  return [
    ...(state === 'cancelling' ? [] : [finish(ended, 1000), finish(failed, 4321)]),
    ends({ type: 'source.ended', text: 'that was all' }, [close(1000, 'that was all')]),
    ends({ type: 'source.failed', code: 4321, text: 'disk full' }, [close(4321, 'disk full')]),
    ends({ type: 'heartbeat.lost' }, stop('the consumer does not answer heartbeats')),
    ends({ type: 'app.close' }, stop('the producer stops the stream')),
    ends({ type: 'link.closed', text: 'gone' }, [cancel('gone')]),
    ends({ type: 'heartbeat.refused', text: 'no' }, [cancel('no'), close(4030, 'no')]),
    ends({ type: 'peer.unreachable', code: 4030, text: 'no' }, [cancel('no'), close(4030, 'no')]),
  ];
}

/** What the consumer of an extended stream says while it runs. */
function whileDelivering(state: 'opening' | 'active'): readonly RowCase[] {
  const from = state === 'opening' ? reach(machine, extended) : reach(machine, extended, record);
  const value = state === 'opening' ? 'opening' : { active: 'flowing' };
  return [
    ...(state === 'opening' ? [] : [{ state, row: 'peer.resumed', from, event: resumed, value, commands: [resend] }]),
    { state, row: 'heartbeat.confirmed', from, event: confirmed, value, commands: [probe] },
    {
      state,
      row: 'peer.cancelled',
      from,
      event: { type: 'peer.cancelled', text: 'enough' },
      value: 'closed',
      commands: [...stop('enough'), tellClosed],
    },
  ];
}

/** The rows that opening and active have in common. */
function onReport(state: 'opening' | 'active'): readonly RowCase[] {
  const exactly = state === 'opening' ? reach(machine, exact) : reach(machine, exact, record);
  const row = 'heartbeat.reported';
  return [
    {
      state,
      row,
      guard: 'reportsAreExact',
      from: exactly,
      event: reported,
      value: 'closed',
      commands: [...stop(notRead), tellClosed],
    },
    { state, row, from: states[state], event: reported, value: { cancelling: 'reported' }, commands: [] },
    {
      state,
      row: 'peer.unreachable',
      guard: 'reportsAreExact',
      from: exactly,
      event: unreachable,
      value: 'unreachable',
      commands: [cancel('no'), close(4030, 'no'), tellUnreachable],
    },
  ];
}

describeRows('## Producer stream', machine, [
  ...ofUnreachable,
  {
    state: 'finishing',
    row: 'peer.unreachable',
    from: finishing,
    event: unreachable,
    value: 'unreachable',
    commands: [close(4030, 'no'), tellUnreachable],
  },
  {
    state: 'finishing',
    row: 'heartbeat.refused',
    from: finishing,
    event: { type: 'heartbeat.refused', text: 'no' },
    value: 'closed',
    commands: [close(4030, 'no'), tellClosed],
  },
  ...whileRunning('opening'),
  ...onReport('opening'),
  {
    state: 'opening',
    row: 'source.record',
    from: states.opening,
    event: record,
    value: { active: 'flowing' },
    commands: [publish],
  },
  ...whileDelivering('opening'),
  ...whileRunning('active'),
  ...whileDelivering('active'),
  {
    state: 'active.flowing',
    row: 'flow.blocked',
    from: reach(machine, extended, record),
    event: blocked,
    value: { active: 'blocked' },
    commands: [],
  },
  {
    state: 'active',
    row: 'flow.starved',
    from: reach(machine, extended, record, blocked),
    event: starved,
    value: { active: 'blocked' },
    commands: [ask],
  },
  {
    state: 'active.blocked',
    row: 'flow.open',
    from: reach(machine, extended, record, blocked),
    event: { type: 'flow.open' },
    value: { active: 'flowing' },
    commands: [],
  },
  ...onReport('active'),
  {
    state: 'active',
    row: 'source.record',
    from: states.active,
    event: record,
    value: { active: 'flowing' },
    commands: [publish],
  },
  ...whileRunning('cancelling'),
  {
    state: 'cancelling',
    row: 'after cancellationBuffer',
    from: withdrawn,
    event: bufferOver,
    value: { cancelling: 'suspected' },
    commands: [],
  },
  {
    state: 'cancelling.reported',
    row: 'buffer.over',
    from: states.cancelling,
    event: { type: 'buffer.over' },
    value: 'closed',
    commands: [...stop(notRead), tellClosed],
  },
  {
    state: 'cancelling',
    row: 'source.record',
    from: states.cancelling,
    event: record,
    value: { cancelling: 'reported' },
    commands: [publish],
  },
  {
    state: 'cancelling.reported',
    row: 'heartbeat.confirmed',
    from: states.cancelling,
    event: confirmed,
    value: { cancelling: 'withdrawn' },
    commands: [],
  },
  {
    state: 'cancelling.withdrawn',
    row: 'buffer.over',
    from: withdrawn,
    event: { type: 'buffer.over' },
    value: { cancelling: 'suspected' },
    commands: [],
  },
  {
    state: 'cancelling.suspected',
    row: 'after cancellationBuffer',
    from: suspected,
    event: timeUp(machine, 'cancellationBuffer', 'cancelling.suspected'),
    value: { active: 'flowing' },
    commands: [],
  },
  {
    state: 'cancelling.suspected',
    row: 'heartbeat.reported',
    from: suspected,
    event: reported,
    value: 'closed',
    commands: [...stop(notRead), tellClosed],
  },
  {
    state: 'cancelling',
    row: 'link.lost',
    from: states.cancelling,
    event: { type: 'link.lost' },
    value: { active: 'flowing' },
    commands: [],
  },
  { state: 'finishing', row: 'peer.resumed', from: finishing, event: resumed, value: 'finishing', commands: [resend] },
  {
    state: 'finishing',
    row: 'heartbeat.confirmed',
    from: finishing,
    event: confirmed,
    value: 'finishing',
    commands: [probe],
  },
  { state: 'finishing', row: 'flow.starved', from: finishing, event: starved, value: 'finishing', commands: [ask] },
  ...(
    [
      [{ type: 'peer.acknowledged' }, []],
      [{ type: 'peer.cancelled', text: 'enough' }, [close(1001, 'enough')]],
      [reported, []],
      [{ type: 'heartbeat.lost' }, [close(1001, 'the consumer does not answer heartbeats')]],
      [{ type: 'app.close' }, [close(1001, 'the producer stops the stream')]],
      [{ type: 'link.closed', text: 'gone' }, []],
    ] as const
  ).map(([event, commands]): RowCase => {
    const all = [...commands, tellClosed];
    return { state: 'finishing', row: event.type, from: finishing, event, value: 'closed', commands: all };
  }),
]);

describe('producerStream: PROTOCOL.md, Producer stream', () => {
  it('starts its source as it is made', () => {
    const first = begin(machine, plain);
    expect(first.snapshot.value).to.equal('opening');
    expect(first.commands).to.deep.equal([announce, start]);
  });

  it('does not start the cancellation buffer again at a second report', () => {
    for (const state of [states.cancelling, withdrawn]) {
      const step = advance(machine, state, reported);
      expect(step.rows).to.deep.equal([]);
      expect(step.snapshot.value).to.deep.equal(state.value);
    }
  });

  it('is not acquitted by a confirmation, and published until it is judged', () => {
    for (const state of [states.cancelling, withdrawn, suspected]) {
      const step = advance(machine, advance(machine, state, confirmed).snapshot, record);
      expect(step.snapshot.value).to.have.property('cancelling');
      expect(step.commands).to.deep.equal([publish]);
    }
  });

  it('goes on as before where a heartbeat confirms it', () => {
    for (const state of ['opening', 'active'] as const) {
      const step = advance(machine, states[state], confirmed);
      expect(step.snapshot.value).to.deep.equal(states[state].value);
      expect(step.commands).to.deep.equal([probe]);
    }
  });

  it('does not judge silence while it runs: that is the heartbeat that counts', () => {
    for (const state of ['opening', 'active'] as const) {
      const step = advance(machine, states[state], { type: 'link.lost' });
      expect(step.snapshot.value).to.deep.equal(states[state].value);
      expect(step.commands).to.deep.equal([]);
    }
  });

  it('publishes nothing once it is closed', () => {
    const closed = advance(machine, states.active, { type: 'app.close' }).snapshot;
    for (const event of [record, reported, { type: 'source.ended', text: '' }, { type: 'app.close' }] as const) {
      expect(advance(machine, closed, event).commands, event.type).to.deep.equal([]);
    }
  });

  it('takes a missing input, and is plain then', () => {
    expect(begin(machine).snapshot.context).to.deep.equal({
      id: '',
      subject: '',
      exact: false,
      extended: false,
    });
  });
});
