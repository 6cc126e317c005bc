import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { explore, system, type Ticks, type ViewOf } from '../../../src/testing/index.js';
import { commands } from '../explorer/support/machines.js';

/**
 * Who holds the lease? A lock for a time (Gray and Cheriton, 1989): who is granted it may use it until it runs out, by the
 * holder's clock from when it asked, by the server's from when it granted. Two hold it where the holder counts from when
 * it heard of it, or where its clock is too slow; or where both run out at the same tick, so the server waits for longer.
 */
const server = setup({
  types: {
    context: {} as { readonly holder: string },
    events: {} as { readonly type: 'acquire'; readonly from: string },
  },
  actions: { ...commands, grant: assign({ holder: (_, { from }: { readonly from: string }) => from }) },
  delays: { lease: 10_000 },
}).createMachine({
  id: 'server',
  context: { holder: '' },
  initial: 'free',
  states: {
    free: {
      on: {
        acquire: {
          target: 'held',
          actions: [
            { type: 'grant', params: ({ event }) => ({ from: event.from }) },
            { type: 'send', params: ({ event }) => ({ to: event.from, event: { type: 'granted' } }) },
          ],
        },
      },
    },
    held: { after: { lease: 'free' } },
  },
});

const client = (name: string, countsFromAsking: boolean) =>
  setup({ actions: commands, delays: { lease: 10_000 } }).createMachine({
    id: name,
    initial: 'idle',
    states: {
      idle: { on: { want: 'asked' } },
      asked: {
        initial: 'waiting',
        entry: [{ type: 'send', params: { to: 'server', event: { type: 'acquire', from: name } } }],
        states: {
          waiting: { on: { granted: 'holding' } },
          holding: countsFromAsking ? {} : { after: { lease: 'over' } },
          over: {},
        },
        ...(countsFromAsking ? { after: { lease: 'idle' } } : {}),
      },
    },
  });

interface LockOptions {
  readonly countsFromAsking?: boolean;
  readonly holders?: Ticks;
  readonly delay?: number;
  readonly wants?: number;
}

function lock({ countsFromAsking = true, holders = 4, delay = 1, wants = 1 }: LockOptions = {}) {
  const ask = (process: 'a' | 'b') => ({ process, event: { type: 'want' }, max: wants }) as const;
  return system({
    processes: {
      server: { server },
      a: { a: client('a', countsFromAsking) },
      b: { b: client('b', countsFromAsking) },
    },
    delays: { lease: 5, 'a/lease': holders, 'b/lease': holders },
    network: { delay, links: { 'server<->a': {}, 'server<->b': {} } },
    stimuli: { 'a wants it': ask('a') as never, 'b wants it': ask('b') as never },
  });
}

type View = ViewOf<ReturnType<typeof lock>>;
const holds = (view: View, name: 'a' | 'b') => {
  const own = view[name].actors as Readonly<Record<string, { matches(value: object): boolean } | undefined>>;
  return own[name]?.matches({ asked: 'holding' }) === true;
};
const rules = {
  always: { 'one holds the lease': (view: View) => !(holds(view, 'a') && holds(view, 'b')) },
  reachable: { 'a holds it': (view: View) => holds(view, 'a'), 'b holds it': (view: View) => holds(view, 'b') },
};

/** The states of the lock without delay where each wants it once, counted by a search of its own. */
function countStates(): number {
  // By client: whether it may still want it, and the ticks for which it has it; of the server the same.
  type State = {
    readonly server: number;
    readonly holder: string;
    readonly clients: readonly string[];
    readonly queue: string;
  };
  const initial: State = { server: -1, holder: '', clients: ['idle', 'idle'], queue: '' };
  const names = ['a', 'b'];
  const put = (list: readonly string[], at: number, value: string) =>
    list.map((old, index) => (index === at ? value : old));
  const leftOf = (one: string) => Number(one.split(' ')[1] ?? -1);
  const stepsOf = ({ server: left, holder, clients, queue }: State): State[] => {
    const state = { server: left, holder, clients, queue };
    const next: State[] = [];
    clients.forEach((one, at) => {
      // A message is `name>` on its way to the server, and `>name` on its way back.
      if (one === 'idle')
        next.push({ ...state, clients: put(clients, at, 'waiting 4'), queue: add(queue, `${names[at]}>`) });
      if (leftOf(one) === 0) next.push({ ...state, clients: put(clients, at, 'done') });
    });
    for (const message of queue.split(',').filter((one) => one !== '')) {
      const rest = queue
        .split(',')
        .filter((one) => one !== message)
        .join();
      const at = names.indexOf(message.replace('>', ''));
      const one = clients[at]!;
      if (message.startsWith('>')) {
        next.push({
          ...state,
          queue: rest,
          clients: one.startsWith('waiting') ? put(clients, at, `holding ${leftOf(one)}`) : clients,
        });
      } else if (left === -1) next.push({ ...state, server: 5, holder: names[at]!, queue: add(rest, `>${names[at]}`) });
      else next.push({ ...state, queue: rest });
    }
    if (left === 0) next.push({ ...state, server: -1 });
    const isHeldUp = left === 0 || queue !== '' || clients.some((one) => leftOf(one) === 0);
    if (!isHeldUp) {
      const later = (one: string) => (leftOf(one) > 0 ? `${one.split(' ')[0]} ${leftOf(one) - 1}` : one);
      next.push({ ...state, server: left > 0 ? left - 1 : left, clients: clients.map(later) });
    }
    return next;
  };
  const add = (queue: string, message: string) =>
    [...queue.split(',').filter((one) => one !== ''), message].sort().join();
  const seen = new Map([[JSON.stringify(initial), initial]]);
  for (const state of seen.values()) {
    for (const next of stepsOf(state)) if (!seen.has(JSON.stringify(next))) seen.set(JSON.stringify(next), next);
  }
  return seen.size;
}

describe('example: a lock for a time', () => {
  it(`is held by one where each counts from when it asked, in ${countStates()} states`, () => {
    expect(explore(lock({ delay: 0 }), rules).assert().states).to.equal(countStates());
    for (const delay of [1, 2]) explore(lock({ delay }), rules).assert();
  });

  it('is held by two where one counts from when it heard of it', () => {
    explore(lock({ countsFromAsking: false, delay: 0 }), rules).assert();
    const [violation] = explore(lock({ countsFromAsking: false }), rules).violations;
    expect(violation?.property).to.equal('one holds the lease');
    expect(violation?.replay().differences).to.deep.equal([]);
  });

  it('is held by two where an old grant is taken for an answer to a new request', () => {
    const [violation] = explore(lock({ delay: 2, wants: 2 }), rules).violations;
    expect(violation?.steps.filter(({ name }) => name === 'a wants it')).to.have.length(2);
    expect(violation?.replay().differences).to.deep.equal([]);
  });

  it('bears a clock that is too fast, and none that is too slow', () => {
    explore(lock({ holders: [2, 4] }), rules).assert();
    const [violation] = explore(lock({ holders: [4, 5] }), rules).violations;
    expect(violation?.property).to.equal('one holds the lease');
    expect(violation?.replay().differences).to.deep.equal([]);
  });
});
