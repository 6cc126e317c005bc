import { expect } from 'chai';
import { clientActorId, consumerStreamMachine, type EndReason } from '../../machines/index.js';
import { advance, begin, reach, timeUp, type StepEvent } from '../support/transitions.js';
import { command, describeRows, type RowCase } from './row-cases.js';

const machine = consumerStreamMachine;
const id = 's1';
const input = { id, subject: 'logs.web', linkUp: true };
const offline = { ...input, linkUp: false };

const data = { type: 'frame.data' } as const;
const alive = { type: 'heartbeat.alive' } as const;
const lost = { type: 'link.lost' } as const;
const restored = { type: 'link.restored' } as const;
const cancel = { type: 'app.cancel', reason: 'cancelled', text: 'enough' } as const;

const waiting = reach(machine, input);
const unsent = reach(machine, offline);
const openingSuspended = reach(machine, input, lost);
const listening = reach(machine, input, data);
const activeSuspended = reach(machine, input, data, lost);
const cancelling = reach(machine, input, cancel);
const announced = { type: 'frame.announced' } as const;
const gap = { type: 'frame.gap' } as const;
const extended = reach(machine, input, announced);
const recovering = reach(machine, input, announced, gap);

const returning = reach(machine, input, lost, restored);
const noResponders = { type: 'frame.noResponders' } as const;
const resting = reach(machine, input, lost, restored, noResponders);
const refused = { type: 'link.refused', text: 'may not publish' } as const;

const open = command('wire.open', { id, attempt: 0 });
const openAgain = command('wire.open', { id, attempt: 1 });
const tellRenewed = command('actor.tell', { to: [clientActorId], event: { type: 'stream.renewed', id, attempt: 1 } });
const unanswered = 'nothing was heard of a producer within the open timeout';
const nobody = 'nobody subscribes to logs.web';
const deliver = command('reader.deliver', { id });
const attach = command('reader.attach', { id });
const detach = command('reader.detach', { id });
const resume = command('wire.resume', { id });
const catchUp = command('wire.catchUp', { id });
const leave = command('wire.cancel', { id, text: 'the reader has left' });
const tellLeft = command('actor.tell', { to: [clientActorId], event: { type: 'stream.left', id } });
const tellClosed = command('actor.tell', { to: [clientActorId], event: { type: 'stream.closed', id } });
const end = (reason: EndReason, code: number, text: string) => command('reader.end', { id, reason, code, text });

/** The rows that opening and active have in common. */
function whileRead(state: 'opening' | 'active'): readonly RowCase[] {
  const from = state === 'opening' ? waiting : listening;
  const ends = (
    row: string,
    event: StepEvent,
    value: 'closed' | 'cancelling',
    [reason, code, text]: readonly [EndReason, number, string],
    guard?: string,
  ): RowCase => ({
    state,
    row,
    ...(guard === undefined ? {} : { guard }),
    from,
    event,
    value,
    commands: [
      end(reason, code, text),
      ...(value === 'closed'
        ? [...(row === 'app.close' && state === 'active' ? [leave] : []), tellClosed]
        : [tellLeft, detach, leave]),
    ],
  });
  const close = (code: number, text: string) => ({ type: 'frame.close', code, text }) as const;
  const noRoom = 'the reader is too slow';
  const gone = 'the NATS connection is closed';
  return [
    ends('frame.close', close(1000, 'bye'), 'closed', ['completed', 1000, 'bye'], 'isNormal'),
    ends('frame.close', close(4030, 'refused'), 'closed', ['notPermitted', 4030, 'refused'], 'isNotPermitted'),
    ends('frame.close', close(5000, 'broken'), 'closed', ['closed', 5000, 'broken']),
    ends('frame.malformed', { type: 'frame.malformed', text: 'not JSON' }, 'cancelling', [
      'unsupportedData',
      1003,
      'not JSON',
    ]),
    ends('reader.overflow', { type: 'reader.overflow', text: noRoom }, 'cancelling', ['slowReader', 1006, noRoom]),
    ends('app.cancel', cancel, 'cancelling', ['cancelled', 1006, 'enough']),
    ends('app.close', { type: 'app.close' }, 'closed', ['cancelled', 1006, 'the client was closed']),
    ends('link.refused', refused, state === 'opening' ? 'closed' : 'cancelling', [
      'notPermitted',
      4030,
      'may not publish',
    ]),
    ends('link.closed', { type: 'link.closed', text: gone }, 'closed', ['connectionClosed', 1006, gone]),
  ];
}

describeRows('## Consumer stream', machine, [
  {
    state: 'opening.starting',
    row: 'always',
    guard: 'isLinkUp',
    from: { input },
    value: { opening: 'waiting' },
    commands: [open],
    context: { ...input, attempt: 0, isUnheard: false },
  },
  {
    state: 'opening.starting',
    row: 'always',
    from: { input: offline },
    value: { opening: 'unsent' },
    commands: [],
    context: { ...offline, attempt: 0, isUnheard: false },
  },
  {
    state: 'opening.unsent',
    row: 'app.cancel',
    from: unsent,
    event: cancel,
    value: 'closed',
    commands: [end('cancelled', 1006, cancel.text), tellClosed],
  },
  {
    state: 'opening.unsent',
    row: 'link.restored',
    from: unsent,
    event: restored,
    value: { opening: { returning: 'asked' } },
    commands: [open],
  },
  ...whileRead('opening'),
  {
    state: 'opening',
    row: 'frame.noResponders',
    from: waiting,
    event: { type: 'frame.noResponders' },
    value: 'closed',
    commands: [end('noResponders', 1006, 'nobody subscribes to logs.web'), tellClosed],
  },
  {
    state: 'opening.waiting',
    row: 'after openTimeout',
    from: waiting,
    event: timeUp(machine, 'openTimeout', 'opening.waiting'),
    value: 'cancelling',
    commands: [
      end('noAnswer', 1006, 'nothing was heard of a producer within the open timeout'),
      tellLeft,
      detach,
      leave,
    ],
  },
  {
    state: 'opening.waiting',
    row: 'frame.data',
    from: waiting,
    event: data,
    value: { active: 'listening' },
    commands: [deliver, attach],
  },
  {
    state: 'opening.waiting',
    row: 'heartbeat.alive',
    from: waiting,
    event: alive,
    value: { active: 'listening' },
    commands: [attach],
  },
  {
    state: 'opening.waiting',
    row: 'link.lost',
    from: waiting,
    event: lost,
    value: { opening: 'suspended' },
    commands: [],
  },
  {
    state: 'opening.suspended',
    row: 'frame.data',
    from: openingSuspended,
    event: data,
    value: { active: 'suspended' },
    commands: [deliver, attach],
  },
  {
    state: 'opening.suspended',
    row: 'link.restored',
    from: openingSuspended,
    event: restored,
    value: { opening: { returning: 'asked' } },
    commands: [tellRenewed, openAgain],
    context: { ...input, attempt: 1, isUnheard: false },
  },
  {
    state: 'opening.suspended',
    row: 'heartbeat.alive',
    from: openingSuspended,
    event: alive,
    value: { active: 'suspended' },
    commands: [attach],
  },
  {
    state: 'opening.returning',
    row: 'after openTimeout',
    from: returning,
    event: timeUp(machine, 'openTimeout', 'opening.returning'),
    value: 'cancelling',
    commands: [end('noAnswer', 1006, unanswered), tellLeft, detach, leave],
  },
  {
    state: 'opening.returning',
    row: 'after openTimeout',
    guard: 'isUnheard',
    from: resting,
    event: timeUp(machine, 'openTimeout', 'opening.returning'),
    value: 'cancelling',
    commands: [end('noResponders', 1006, nobody), tellLeft, detach, leave],
  },
  {
    state: 'opening.returning',
    row: 'frame.data',
    from: returning,
    event: data,
    value: { active: 'listening' },
    commands: [deliver, attach],
  },
  {
    state: 'opening.returning',
    row: 'frame.announced',
    from: returning,
    event: announced,
    value: { active: 'listening' },
    commands: [attach],
  },
  {
    state: 'opening.returning',
    row: 'heartbeat.alive',
    from: returning,
    event: alive,
    value: { active: 'listening' },
    commands: [attach],
  },
  {
    state: 'opening.returning',
    row: 'link.lost',
    from: returning,
    event: lost,
    value: { opening: 'suspended' },
    commands: [],
  },
  {
    state: 'opening.returning',
    row: 'frame.noResponders',
    from: returning,
    event: noResponders,
    value: { opening: { returning: 'resting' } },
    commands: [],
    context: { ...input, attempt: 1, isUnheard: true },
  },
  {
    state: 'opening.returning.resting',
    row: 'after requestRetry',
    from: resting,
    event: timeUp(machine, 'requestRetry', 'opening.returning.resting'),
    value: { opening: { returning: 'asked' } },
    commands: [openAgain],
  },
  {
    state: 'opening.waiting',
    row: 'frame.announced',
    from: waiting,
    event: announced,
    value: { active: 'listening' },
    commands: [attach],
  },
  {
    state: 'opening.suspended',
    row: 'frame.announced',
    from: openingSuspended,
    event: announced,
    value: { active: 'suspended' },
    commands: [attach],
  },
  ...whileRead('active'),
  {
    state: 'active',
    row: 'frame.lost',
    from: listening,
    event: { type: 'frame.lost', code: 1001, text: 'gone' },
    value: 'closed',
    commands: [end('recordsLost', 1006, 'the producer closed with 1001: gone'), tellClosed],
  },
  {
    state: 'active.listening',
    row: 'frame.gap',
    from: extended,
    event: gap,
    value: { active: 'recovering' },
    commands: [resume],
  },
  {
    state: 'active.recovering',
    row: 'after silenceTimeout',
    from: recovering,
    event: timeUp(machine, 'silenceTimeout', 'active.recovering'),
    value: 'cancelling',
    commands: [
      end('recordsLost', 1006, 'the producer was not heard within the silence timeout'),
      tellLeft,
      detach,
      leave,
    ],
  },
  {
    state: 'active.recovering',
    row: 'frame.gap',
    from: recovering,
    event: gap,
    value: { active: 'recovering' },
    commands: [resume],
  },
  {
    state: 'active.recovering',
    row: 'frame.recovered',
    from: recovering,
    event: { type: 'frame.recovered' },
    value: { active: 'listening' },
    commands: [],
  },
  {
    state: 'active.recovering',
    row: 'heartbeat.alive',
    from: recovering,
    event: alive,
    value: { active: 'recovering' },
    commands: [],
  },
  {
    state: 'active.recovering',
    row: 'link.lost',
    from: recovering,
    event: lost,
    value: { active: 'suspended' },
    commands: [],
  },
  {
    state: 'active.listening',
    row: 'after silenceTimeout',
    from: listening,
    event: timeUp(machine, 'silenceTimeout', 'active.listening'),
    value: 'cancelling',
    commands: [
      end('producerSilent', 1006, 'neither a record nor a heartbeat came within the silence timeout'),
      tellLeft,
      detach,
      leave,
    ],
  },
  {
    state: 'active.listening',
    row: 'frame.data',
    from: listening,
    event: data,
    value: { active: 'listening' },
    commands: [deliver],
  },
  {
    state: 'active.listening',
    row: 'heartbeat.alive',
    from: listening,
    event: alive,
    value: { active: 'listening' },
    commands: [],
  },
  {
    state: 'active.listening',
    row: 'link.lost',
    from: listening,
    event: lost,
    value: { active: 'suspended' },
    commands: [],
  },
  {
    state: 'active.suspended',
    row: 'frame.data',
    from: activeSuspended,
    event: data,
    value: { active: 'suspended' },
    commands: [deliver],
  },
  {
    state: 'active.suspended',
    row: 'link.restored',
    from: activeSuspended,
    event: restored,
    value: { active: 'listening' },
    commands: [catchUp],
  },
  {
    state: 'cancelling',
    row: 'after cancellationBuffer',
    from: cancelling,
    event: timeUp(machine, 'cancellationBuffer', 'cancelling'),
    value: 'closed',
    commands: [tellClosed],
  },
  {
    state: 'cancelling',
    row: 'frame.data',
    from: cancelling,
    event: data,
    value: 'cancelling',
    commands: [detach, leave],
  },
  {
    state: 'cancelling',
    row: 'heartbeat.listed',
    from: cancelling,
    event: { type: 'heartbeat.listed' },
    value: 'cancelling',
    commands: [detach, leave],
  },
  ...(
    [
      { type: 'frame.close', code: 1000, text: '' },
      { type: 'frame.noResponders' },
      { type: 'app.close' },
      { type: 'link.closed', text: 'gone' },
    ] as const
  ).map((event): RowCase => {
    return { state: 'cancelling', row: event.type, from: cancelling, event, value: 'closed', commands: [tellClosed] };
  }),
]);

describe('consumerStream: PROTOCOL.md, Consumer stream', () => {
  it('publishes its request as it is made, while the link is up', () => {
    const first = begin(machine, input);
    expect(first.snapshot.value).to.deep.equal({ opening: 'waiting' });
    expect(first.commands).to.deep.equal([open]);
  });

  it('publishes no request while the link is down, and runs no timer', () => {
    const first = begin(machine, offline);
    expect(first.snapshot.value).to.deep.equal({ opening: 'unsent' });
    expect(first.commands).to.deep.equal([]);
    const late = advance(machine, first.snapshot, timeUp(machine, 'openTimeout', 'opening.waiting'));
    expect(late.snapshot.value).to.deep.equal({ opening: 'unsent' });
  });

  it('tells a deadline apart from a cancel', () => {
    const event = { type: 'app.cancel', reason: 'timedOut', text: 'the deadline of 5 ms has passed' } as const;
    const step = advance(machine, waiting, event);
    expect(step.commands[0]).to.deep.equal(end('timedOut', 1006, 'the deadline of 5 ms has passed'));
  });

  it('does not end its reader again while cancelling', () => {
    for (const event of [cancel, alive, { type: 'frame.malformed', text: '' }, lost, restored] as const) {
      const step = advance(machine, cancelling, event);
      expect(step.snapshot.value, event.type).to.equal('cancelling');
      expect(step.commands, event.type).to.deep.equal([]);
    }
  });

  it('ignores that there are no responders once a producer was heard', () => {
    const step = advance(machine, listening, { type: 'frame.noResponders' });
    expect(step.snapshot.value).to.deep.equal({ active: 'listening' });
    expect(step.commands).to.deep.equal([]);
  });

  it('ignores every event once it is closed', () => {
    const closed = advance(machine, cancelling, { type: 'app.close' }).snapshot;
    for (const event of [data, alive, cancel, { type: 'frame.close', code: 1000, text: '' }] as const) {
      const step = advance(machine, closed, event);
      expect(step.snapshot.value, event.type).to.equal('closed');
      expect(step.commands, event.type).to.deep.equal([]);
    }
  });

  it('takes a missing input', () => {
    expect(begin(machine).snapshot.context).to.deep.equal({
      id: '',
      subject: '',
      linkUp: true,
      attempt: 0,
      isUnheard: false,
    });
  });
});
