import { ClientHost, type ClientRole } from '../../src/host/client-host.js';
import type { Clock } from '../../src/host/clock.js';

type Performers = Readonly<Record<string, (params: never) => void>>;

/** A client whose host has one mistake. */
export interface HostMutant {
  readonly name: string;
  readonly role: 'consumer' | 'producer';
  readonly change?: (role: ClientRole) => ClientRole;
  readonly clock?: (clock: Clock) => Clock;
  /** Why nobody can notice it in a trace; absent for those that have to be noticed. */
  readonly harmless?: string;
  /** Whether messages are sent that would not be otherwise. */
  readonly sendsMore?: boolean;
  /**
   * What an experiment shows of one that no trace gives away: `none`, the trace
   * and what readers and sources see are the same to the last event; `told`, the trace is another one, and what they see
   * is the same; `seen`, they see something else, so that whoever looks at them notices.
   */
  readonly effect?: 'none' | 'told' | 'seen';
}

const commands = {
  consumer: [
    'wire.open',
    'wire.resume',
    'wire.catchUp',
    'wire.cancel',
    'wire.answer',
    'reader.deliver',
    'reader.attach',
    'reader.detach',
    'reader.end',
  ],
  producer: [
    'wire.data',
    'wire.announce',
    'wire.probe',
    'wire.resend',
    'wire.finish',
    'wire.close',
    'wire.ask',
    'source.start',
    'source.cancel',
  ],
} as const;

const delays = {
  consumer: ['openTimeout', 'silenceTimeout', 'requestRetry', 'cancellationBuffer'],
  producer: ['heartbeatInterval', 'heartbeatRequestTimeout'],
} as const;

/** Why a mistake is not to be seen in what a trace tells. */
const unseen: Readonly<Record<string, string>> = {
  'forgets reader.end':
    'the reader alone is not told, and a trace tells the end as the machine says it; tests of readers find it',
  'forgets wire.probe': 'a prompt is sent only where something is missing, which a trace cannot tell from nothing',
  'forgets wire.resend': 'what is sent again is told like what was sent late, and a network may lose it',
  'forgets wire.finish': 'the close of an extended stream waits for credit for as long as its reader likes',
  'forgets source.start': 'a source that never says anything is one of the application that takes its time',
  'repeats reader.attach': 'to open a gate twice is to open it',
  'repeats reader.detach': 'to close a gate twice is to close it',
  'repeats reader.deliver': 'nothing is held that could be delivered once more',
  'repeats reader.end': 'a stream that has ended is told so once, whoever tells it',
  'repeats wire.resume': 'to ask twice for what is missing is what a network may do to a question',
  'repeats wire.catchUp': 'to ask twice for what is missing is what a network may do to a question',
  'repeats wire.cancel': 'a reader that has left says so again at each announcement',
  'repeats wire.data': 'a record that is written is written once, whoever asks',
  'repeats wire.announce': 'an announcement may be made at any time',
  'repeats wire.probe': 'an announcement may be made at any time',
  'repeats wire.resend': 'what is sent twice is what a network may do',
  'repeats wire.finish': 'a stream has one close, however often it is asked for',
  'repeats wire.close': 'a network may repeat a close, and it says the same',
  'repeats source.cancel': 'a source that was stopped stays so',
  'repeats source.start': 'a request that has started its source has none to start',
  'forgets reader.deliver': 'of several records, one that is held for ever is like one that was lost on the way',
  'forgets source.cancel': 'what is written to a stream that is over is refused all the same',
  'delays wire.resume': 'nothing else happens in the moment before it is done',
  'delays wire.data': 'a record that comes later is one that was written later',
  'delays reader.deliver': 'nothing else happens in the moment before it is done',
  'delays reader.detach': 'nothing else happens in the moment before it is done',
  'delays source.cancel': 'nothing else happens in the moment before it is done',
  'delays reader.end': 'the reader alone is told later',
  'delays wire.probe': 'an announcement may be made at any time',
  'delays wire.resend': 'what is sent again may take its time',
  'delays wire.finish': 'the close of an extended stream waits for its records',
  'delays source.start': 'a source may take its time before it begins',
};

function withPerformers(role: ClientRole, change: (performers: Performers) => Performers): ClientRole {
  return {
    ...role,
    performers: change(role.performers),
  };
}

/** A host that does nothing, the same twice, or what a command asks for only when the turn is over. */
function performing(role: 'consumer' | 'producer'): readonly HostMutant[] {
  return commands[role].flatMap((command): readonly HostMutant[] => {
    const wrap = (name: string, perform: (own: (params: never) => void) => (params: never) => void): HostMutant => ({
      name: `${role} ${name} ${command}`,
      role,
      change: (given) =>
        withPerformers(given, (performers) => {
          const own = performers[command];
          return own === undefined ? performers : { ...performers, [command]: perform(own) };
        }),
      ...(unseen[`${name} ${command}`] === undefined ? {} : { harmless: unseen[`${name} ${command}`] ?? '' }),
      sendsMore: name === 'repeats' && command.startsWith('wire.'),
    });
    return [
      wrap('forgets', () => () => undefined),
      wrap('repeats', (own) => (params) => {
        own(params);
        own(params);
      }),
      wrap('delays', (own) => (params) => void setImmediate(() => own(params))),
    ];
  });
}

/** A host with a timer of another length, as the machine asks for it. */
function timing(role: 'consumer' | 'producer'): readonly HostMutant[] {
  return delays[role].flatMap((delay) =>
    [0.5, 2].map((factor): HostMutant => ({
      name: `${role} takes ${delay} ${factor} times as long`,
      role,
      change: (given) => {
        const own = given.delays[delay];
        const changed = typeof own === 'function' ? (scope: never) => own(scope) * factor : (own ?? 0) * factor;
        return { ...given, delays: { ...given.delays, [delay]: changed as number } };
      },
      ...(delay === 'silenceTimeout' && factor > 1
        ? { harmless: 'a stream waits longer for a producer that has said that it is heard less often' }
        : {}),
    })),
  );
}

/** A clock that does not do what it is told. */
function ticking(role: 'consumer' | 'producer'): readonly HostMutant[] {
  const clocks: readonly (readonly [name: string, clock: (clock: Clock) => Clock])[] = [
    [
      'starts its timers late',
      (clock) => ({ ...clock, now: () => clock.now(), setTimeout: (fn, ms) => clock.setTimeout(fn, ms + 7) }),
    ],
    [
      'fires its timers early',
      (clock) => ({
        ...clock,
        now: () => clock.now(),
        setTimeout: (fn, ms) => clock.setTimeout(fn, Math.max(0, ms - 7)),
      }),
    ],
    [
      'never fires timers of a second',
      (clock) => ({
        ...clock,
        now: () => clock.now(),
        setTimeout: (fn, ms) => clock.setTimeout(ms === 1_000 ? () => undefined : fn, ms),
      }),
    ],
    [
      'cannot cancel timers',
      (clock) => ({
        ...clock,
        now: () => clock.now(),
        setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
        clearTimeout: () => undefined,
      }),
    ],
    [
      'fires its timers twice',
      (clock) => ({
        ...clock,
        now: () => clock.now(),
        setTimeout: (fn, ms) =>
          clock.setTimeout(() => {
            fn();
            fn();
          }, ms),
      }),
    ],
  ];
  const why: Readonly<Record<string, string>> = {
    'cannot cancel timers': 'the runner itself asks of a timer that is due whether it was cancelled',
    'never fires timers of a second': 'a consumer has no timer of a second',
  };
  return clocks.map(([name, clock]) => ({
    name: `${role} ${name}`,
    role,
    clock,
    ...(why[name] === undefined || (name.startsWith('never') && role === 'producer')
      ? {}
      : { harmless: why[name] ?? '' }),
  }));
}

/** What opens early, answers wrongly, or does what belongs to another. */
const others: readonly HostMutant[] = [
  {
    name: 'consumer opens the gate with the request',
    role: 'consumer',
    change: (role) =>
      withPerformers(role, (performers) => ({
        ...performers,
        'wire.open': (params) => {
          performers['wire.open']?.(params);
          performers['reader.attach']?.(params);
        },
      })),
  },
  {
    name: 'consumer opens the gate again as the reader leaves',
    role: 'consumer',
    change: (role) =>
      withPerformers(role, (performers) => ({
        ...performers,
        'reader.detach': (params) => performers['reader.attach']?.(params),
      })),
  },
  {
    name: 'consumer asks with the id of the first request again',
    role: 'consumer',
    change: (role) =>
      withPerformers(role, (performers) => ({
        ...performers,
        'wire.open': (params) => performers['wire.open']?.({ ...(params as object), attempt: 0 } as never),
      })),
  },
  {
    name: 'consumer answers to another subject',
    role: 'consumer',
    change: (role) =>
      withPerformers(role, (performers) => ({
        ...performers,
        'wire.answer': (params) =>
          performers['wire.answer']?.({ ...(params as object), reply: '_INBOX.other.one' } as never),
      })),
  },
  {
    name: 'consumer takes each heartbeat twice',
    role: 'consumer',
    change: (role) => ({ ...role, inboxes: twice(role.inboxes, '_HEARTBEAT.') }),
  },
  {
    name: 'consumer takes each frame twice',
    role: 'consumer',
    change: (role) => ({ ...role, inboxes: twice(role.inboxes, '_SINBOX.') }),
  },
  {
    name: 'producer takes each answer twice',
    role: 'producer',
    change: (role) => ({ ...role, inboxes: twice(role.inboxes, '_INBOX.') }),
    harmless: 'an answer to a request that was answered already finds nobody',
  },
  {
    name: 'producer closes with another code',
    role: 'producer',
    change: (role) =>
      withPerformers(role, (performers) => ({
        ...performers,
        'wire.close': (params) => performers['wire.close']?.({ ...(params as object), code: 1011 } as never),
      })),
  },
  {
    name: 'producer asks of nobody',
    role: 'producer',
    change: (role) =>
      withPerformers(role, (performers) => ({
        ...performers,
        'wire.ask': (params) => performers['wire.ask']?.({ ...(params as object), id: '_SINBOX.nobody.' } as never),
      })),
  },
  {
    name: 'producer has no heartbeats at all',
    role: 'producer',
    change: (role) => ({ ...role, inboxes: {} }),
    harmless: 'a message that is not taken is one that was lost on the way',
  },
  {
    name: 'consumer keeps its inbox when it is over',
    role: 'consumer',
    change: (role) => ({ ...role, onStreamGone: () => undefined }),
    harmless: 'what the host remembers of a stream that is over is told to nobody',
  },
];

function twice(inboxes: ClientRole['inboxes'], prefix: string): ClientRole['inboxes'] {
  return Object.fromEntries(
    Object.entries(inboxes).map(([subject, take]) => [
      subject,
      subject.startsWith(prefix)
        ? (message) => {
            take(message);
            take(message);
          }
        : take,
    ]),
  );
}

/** What experiments show of mistakes that no trace gives away; nothing at all of those that do not stand here. */
const effects: Readonly<Record<string, 'told' | 'seen'>> = {
  'consumer repeats wire.catchUp': 'told',
  'consumer repeats wire.cancel': 'told',
  'consumer forgets reader.deliver': 'seen',
  'consumer delays reader.deliver': 'seen',
  'consumer forgets reader.end': 'seen',
  'consumer delays reader.end': 'seen',
  'consumer takes silenceTimeout 2 times as long': 'seen',
  'producer repeats wire.announce': 'told',
  'producer forgets wire.probe': 'seen',
  'producer repeats wire.probe': 'told',
  'producer delays wire.data': 'seen',
  'producer delays wire.finish': 'seen',
  'producer delays source.start': 'seen',
  'producer forgets wire.resend': 'seen',
  'producer repeats wire.resend': 'told',
  'producer forgets wire.finish': 'seen',
  'producer repeats wire.close': 'told',
  'producer forgets source.start': 'seen',
  'producer forgets source.cancel': 'seen',
  'producer delays source.cancel': 'seen',
  'producer takes each answer twice': 'told',
  'producer has no heartbeats at all': 'seen',
  'consumer keeps its inbox when it is over': 'seen',
};

/** Every mistake of the table. */
export const hostMutants: readonly HostMutant[] = [
  ...(['consumer', 'producer'] as const).flatMap((role) => [...performing(role), ...timing(role), ...ticking(role)]),
  ...others,
].map((mutant) => (mutant.harmless === undefined ? mutant : { ...mutant, effect: effects[mutant.name] ?? 'none' }));

/** Has the clients that are made meanwhile run on hosts with the mistake. */
export async function withMutant<Result>({ role, change }: HostMutant, run: () => Promise<Result>): Promise<Result> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its client below
  const start = ClientHost.prototype.start;
  ClientHost.prototype.start = function (this: ClientHost, given: ClientRole): void {
    const isMeant = (given.client.id === 'consumerClient') === (role === 'consumer');
    start.call(this, isMeant && change !== undefined ? change(given) : given);
  };
  try {
    return await run();
  } finally {
    ClientHost.prototype.start = start;
  }
}
