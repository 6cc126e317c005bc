import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { resumptionMachine, type ResumptionCommands } from '../../../machines/index.js';
import { explore, note, send, system, tell, type HostAdapter, type ViewOf } from '../../../src/testing/index.js';

/** How many records a source has; it can give all of them again. */
const recordsMax = 3;

type Message =
  | { readonly type: 'open'; readonly since: number; readonly attempt: number }
  | { readonly type: 'record'; readonly n: number; readonly attempt: number }
  | { readonly type: 'close'; readonly isComplete: boolean; readonly attempt: number };

type Command =
  | { readonly type: 'stream.open'; readonly params: ResumptionCommands['stream.open'] }
  | { readonly type: 'reader.end'; readonly params: ResumptionCommands['reader.end'] }
  | { readonly type: 'wire.record'; readonly params: { readonly n: number; readonly attempt: number } }
  | { readonly type: 'wire.close'; readonly params: { readonly isComplete: boolean; readonly attempt: number } }
  | { readonly type: 'stream.silent'; readonly params: object };

const noop = (_: unknown, _params: object) => undefined;

/** A member of the queue group: gives record after record from behind the cursor that it was asked with, until it drains. */
const member = setup({
  types: {
    context: {} as { readonly next: number; readonly attempt: number },
    events: {} as
      { readonly type: 'open'; readonly since: number; readonly attempt: number } | { readonly type: 'drain' },
  },
  actions: { 'wire.record': noop, 'wire.close': noop, count: assign({ next: ({ context }) => context.next + 1 }) },
  guards: { isLast: ({ context }) => context.next > recordsMax },
  delays: { pace: 1 },
}).createMachine({
  id: 'member',
  context: { next: 0, attempt: 0 },
  initial: 'idle',
  states: {
    idle: {
      on: {
        open: {
          target: 'giving',
          actions: assign({ next: ({ event }) => event.since + 1, attempt: ({ event }) => event.attempt }),
        },
      },
    },
    giving: {
      after: {
        pace: [
          {
            guard: 'isLast',
            target: 'idle',
            actions: [
              { type: 'wire.close', params: ({ context }) => ({ isComplete: true, attempt: context.attempt }) },
            ],
          },
          {
            target: 'giving',
            reenter: true,
            actions: [
              { type: 'wire.record', params: ({ context }) => ({ n: context.next, attempt: context.attempt }) },
              { type: 'count' },
            ],
          },
        ],
      },
      on: {
        drain: {
          target: 'drained',
          actions: [{ type: 'wire.close', params: ({ context }) => ({ isComplete: false, attempt: context.attempt }) }],
        },
      },
    },
    drained: {},
  },
});

/** What a consumer knows of the stream that it reads: that it is heard, or silent for too long. */
const liveness = setup({
  types: { events: {} as { readonly type: 'heard' } | { readonly type: 'opened' } | { readonly type: 'over' } },
  actions: { 'stream.silent': noop },
  delays: { silence: 4 },
}).createMachine({
  id: 'liveness',
  initial: 'open',
  states: {
    open: {
      after: { silence: { target: 'over', actions: [{ type: 'stream.silent', params: {} }] } },
      on: { heard: { target: 'open', reenter: true }, over: 'over' },
    },
    over: { on: { opened: 'open' } },
  },
});

/**
 * The host of the reader: what `ResumingRecords` does. Streams differ by their attempt, as they do by their ids; the
 * queue group gives each to the other member than the one before. Two mistakes can be put in, to see that they are seen.
 */
const hostOf = (
  mistake: 'none' | 'old streams are read' | 'behind the last but one',
): HostAdapter<Command, Message> => ({
  command: (command, { notes }) => {
    const { attempt = 1, position = 0 } = notes as Readonly<Record<string, number>>;
    switch (command.type) {
      case 'stream.open': {
        const since = mistake === 'behind the last but one' ? Math.max(0, position - 1) : position;
        return [
          note('attempt', attempt + 1),
          tell('liveness', { type: 'opened' }),
          send(attempt % 2 === 0 ? 'first' : 'second', { type: 'open', since, attempt: attempt + 1 }),
        ];
      }
      case 'reader.end':
        return note('ended', true);
      case 'stream.silent':
        return tell('resumption', { type: 'stream.broken' });
      case 'wire.record':
        return send('reader', { type: 'record', ...command.params });
      case 'wire.close':
        return send('reader', { type: 'close', ...command.params });
    }
  },
  receive: (message, { notes }) => {
    if (message.type === 'open') return tell('member', message);
    const { attempt = 1, position = 0 } = notes as Readonly<Record<string, number>>;
    if (message.attempt !== attempt && mistake !== 'old streams are read') return [];
    if (message.type === 'record') {
      const { n } = message;
      return [
        note('position', n),
        ...(n <= position ? [note('twice', true)] : []),
        ...(n > position + 1 ? [note('lost', true)] : []),
        tell('resumption', { type: 'record.handed' }),
        tell('liveness', { type: 'heard' }),
      ];
    }
    return [
      tell('liveness', { type: 'over' }),
      ...(message.isComplete ? [note('complete', position)] : []),
      tell('resumption', { type: message.isComplete ? 'stream.over' : 'stream.broken' }),
    ];
  },
});

const group = (mistake: Parameters<typeof hostOf>[0] = 'none') =>
  system({
    processes: {
      reader: { resumption: { machine: resumptionMachine, input: { triesMax: 2 } }, liveness },
      first: { member },
      second: { member },
    },
    delays: { resumeDelay: 1, silence: 4, pace: 1 },
    network: { delay: 1 },
    adapter: hostOf(mistake),
    stimuli: {
      begin: { process: 'first', message: { type: 'open', since: 0, attempt: 1 } },
      'drain of the first': { process: 'first', event: { type: 'drain' } },
      'drain of the second': { process: 'second', event: { type: 'drain' } },
      'the reader leaves': { process: 'reader', actor: 'resumption', event: { type: 'app.cancel' } },
    },
    faults: { crash: { max: 1, of: ['first', 'second'], restart: true } },
  } as never);

type Group = ViewOf<ReturnType<typeof group>>;
const notesOf = (view: Group) => (view as unknown as { reader: { notes: Record<string, unknown> } }).reader.notes;

const rules = {
  always: {
    'nothing is handed over twice': (view: Group) => notesOf(view)['twice'] === undefined,
    'nothing is lost that the source can give again': (view: Group) => notesOf(view)['lost'] === undefined,
    'what is complete is all of it': (view: Group) => (notesOf(view)['complete'] ?? recordsMax) === recordsMax,
  },
  reachable: {
    'a stream that was resumed is complete': (view: Group) =>
      notesOf(view)['complete'] === recordsMax && (notesOf(view)['attempt'] as number) > 1,
    'one gives up': (view: Group) => notesOf(view)['ended'] === true && notesOf(view)['complete'] === undefined,
  },
};

describe('resuming, explored', () => {
  it('hands nothing over twice and loses nothing, whatever crashes, drains, comes late or leaves', () => {
    const result = explore(group(), rules as never);
    expect(result.violations.map(String)).to.deep.equal([]);
    expect(result.complete).to.equal(true);
  });

  for (const [mistake, rule] of [
    ['old streams are read', /nothing is (handed over twice|lost)/],
    ['behind the last but one', /nothing is handed over twice/],
  ] as const) {
    it(`notices a host by which ${mistake}`, () => {
      const { violations } = explore(group(mistake), { always: rules.always } as never);
      expect(violations.map(String).join('\n')).to.match(rule);
    });
  }
});
